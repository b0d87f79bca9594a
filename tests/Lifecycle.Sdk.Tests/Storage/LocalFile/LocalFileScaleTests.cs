using System.Diagnostics;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

public sealed class LocalFileScaleTests
{
    [Fact]
    public async Task A_million_points_in_one_series_come_back()
    {
        await using var temp = new TempStore();
        var (run, writer) = (RunId.New(), WriterId.New());
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(run, writer));
        for (var i = 0; i < 10; i++)
            await store.ApplyAsync(TempStore.Points(run, writer, i + 2, i * 100_000L, [.. Enumerable.Range(i * 100_000, 100_000).Select(v => (double)v)]));
        await store.ApplyAsync(TempStore.End(run, writer, 12));
        var reader = temp.Open();
        var at = 0L;
        await foreach (var block in reader.ReadPointsAsync(run, "loss", PointRange.All))
        {
            foreach (var value in block.Values.Span) Assert.Equal(at++, (long)value);
        }

        Assert.Equal(1_000_000, at);
        Assert.Equal(499_999_500_000, (await reader.GetRunAsync(run))!.Metrics["loss"].Sum);
    }

    [Fact]
    public async Task Ten_thousand_series_in_one_run_come_back()
    {
        await using var temp = new TempStore();
        var (run, writer) = (RunId.New(), WriterId.New());
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(run, writer));
        for (var i = 0; i < 9; i++)
        {
            await store.ApplyAsync(TempStore.Points(run, writer, i + 2, i) with
            {
                Points = [.. Enumerable.Range(0, 10_000).Select(s => TempStore.Series($"layer.{s}/größe", i, s + i))],
            });
        }

        await store.ApplyAsync(TempStore.End(run, writer, 11));
        var reader = temp.Open();
        var info = (await reader.GetRunAsync(run))!;
        Assert.Equal(10_000, info.Metrics.Count);
        Assert.All(info.Metrics.Values, m => Assert.Equal(9, m.Count));
        for (var s = 0; s < 10_000; s += 111)
            Assert.Equal(Enumerable.Range(s, 9).Select(v => (double)v), (await TempStore.ReadAsync(reader, run, $"layer.{s}/größe")).Select(p => p.Value));
    }

    [Fact]
    public async Task Sixteen_stores_on_one_folder_agree_on_experiments_and_lose_nothing()
    {
        await using var temp = new TempStore();
        var shared = RunId.New();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(async () =>
        {
            await using var store = new LocalFileStore(temp.Root);
            var (own, writer, sharedWriter) = (RunId.New(), WriterId.New(), WriterId.New());
            await store.ApplyAsync(TempStore.Begin(own, writer, $"experiment {n % 3}"));
            await store.ApplyAsync(TempStore.Begin(shared, sharedWriter, "shared"));
            for (var i = 0; i < 10; i++)
            {
                await store.ApplyAsync(TempStore.Points(own, writer, i + 2, i, n));
                await store.ApplyAsync(TempStore.Points(shared, sharedWriter, i + 2, (n * 10) + i, n) with { Facts = i == 5 ? [new TagSet($"t{n}", "x")] : [] });
                Assert.InRange((await store.GetRunAsync(shared))!.Metrics["loss"].Count, i + 1, 160);
            }

            await store.ApplyAsync(TempStore.End(own, writer, 12));
        })));
        var reader = temp.Open();
        Assert.Equal(5, (await reader.SearchExperimentsAsync(new ExperimentQuery())).Items.Count);
        Assert.Equal(17, (await reader.SearchRunsAsync(new RunQuery())).Items.Count);
        var info = (await reader.GetRunAsync(shared))!;
        Assert.Equal(160, info.Metrics["loss"].Count);
        Assert.Equal(16, info.Tags.Count);
        Assert.Equal(Enumerable.Range(0, 160).Select(i => (long)i), (await TempStore.ReadAsync(reader, shared)).Select(p => p.Step).Order());
        Assert.Empty(await TempStore.VerifyAsync(reader));
    }

    [Fact]
    public async Task The_folder_that_version_1_wrote_is_read_and_goes_on()
    {
        await using var temp = new TempStore(copyOf: GoldenFolder);
        var store = temp.Open();
        var run = RunId.Parse("0190a0b0c0d0e0f00000000000000001");
        var info = (await store.GetRunAsync(run))!;
        Assert.Equal((ParamValue.Of(0.1), ParamValue.Of(double.NaN), ParamValue.Of(5), ParamValue.Of("ü")), (info.Params["lr"], info.Params["nan"], info.Params["n"], info.Params["text"]));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => 1.0 / (1 + i)), (await TempStore.ReadAsync(store, run)).Select(p => p.Value));
        Assert.Equal(40, info.Metrics["loss"].Count);
        Assert.Equal(RunStatus.Finished, info.Status);
        Assert.Empty(await TempStore.VerifyAsync(store));
        Assert.Equal(["Default", "golden"], (await store.SearchExperimentsAsync(new ExperimentQuery())).Items.Select(e => e.Name).Order());
        await store.ApplyAsync(TempStore.Points(run, WriterId.New(), 1, 40, 7));
        Assert.Equal(41, (await store.GetRunAsync(run))!.Metrics["loss"].Count);
    }

    [Fact(Explicit = true)]
    public async Task Make_the_golden_folder()
    {
        var root = GoldenFolder;
        await using var store = new LocalFileStore(root);
        var (run, writer) = (RunId.Parse("0190a0b0c0d0e0f00000000000000001"), WriterId.Parse("00000000000000aa"));
        await store.ApplyAsync(TempStore.Begin(run, writer, "golden", new ParamLogged("lr", 0.1), new ParamLogged("nan", double.NaN), new ParamLogged("n", 5), new ParamLogged("text", "ü")));
        for (var i = 0; i < 40; i++) await store.ApplyAsync(TempStore.Points(run, writer, i + 2, i, 1.0 / (1 + i)));
        await store.ApplyAsync(TempStore.End(run, writer, 42));
        await store.ApplyAsync(new RunBatch { Run = run, Time = TempStore.Start, Facts = [new TagSet("note", "by hand")] });
    }

    [Fact(Explicit = true)]
    public async Task Figures()
    {
        await using var temp = new TempStore();
        var (run, writer) = (RunId.New(), WriterId.New());
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(run, writer));
        var (steps, times, values) = PointCodecTests.LossCurve(PointCodec.MaxCount * 32);
        for (var round = 0; round < 4; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < 4; i++)
                await store.ApplyAsync(TempStore.Points(run, writer, (round * 4) + i + 2, 0) with { Points = [new("loss", steps, times, values)] });
            var drain = watch.Elapsed.TotalSeconds;
            watch.Restart();
            var floor = new byte[(int)(4 * steps.Length * 3.05)];
            await using (var file = new FileStream(Path.Combine(temp.Root, "floor"), FileMode.Create)) { file.Write(floor); file.Flush(true); }
            var raw = watch.Elapsed.TotalSeconds;
            watch.Restart();
            var count = 0L;
            await foreach (var block in store.ReadPointsAsync(run, "loss", PointRange.All)) count += block.Count;
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"drain {4 * steps.Length / drain / 1e6:F1} M/s (raw write {raw * 1e3:F0} ms vs {drain * 1e3:F0} ms), read {count / watch.Elapsed.TotalSeconds / 1e6:F0} M/s");
        }
    }

    private static string GoldenFolder => Path.Combine(SourceTree.Tests, "Storage", "LocalFile", "golden-v1");
}
