using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Several instances on one store, as processes would have them: writers side by side, readers in between.</summary>
public abstract class ConcurrencyContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task Another_instance_sees_all_batches_applied_before_it_reads()
    {
        var other = Open();
        var run = await StartAsync("a");
        Assert.Equal("a", (await other.GetRunAsync(run.Id))!.Name);
        for (var i = 1; i <= 5; i++)
        {
            await run.LogAsync("loss", i);
            Assert.Equal(i, (await other.GetRunAsync(run.Id))!.Metrics["loss"].Count);
            Assert.Equal(i, (await ReadAsync(other, run.Id, "loss")).Count);
        }

        await run.ApplyAsync(new RunRenamed("b"), new TagSet("x", "y"));
        await run.EndAsync(RunStatus.Finished);
        var found = await other.SearchRunsAsync(new RunQuery { Filter = SearchParser.ParseRunFilter("run_name = 'b' AND tags.x = 'y' AND status = 'FINISHED'") });
        Assert.Single(found.Items);
    }

    [Fact]
    public async Task Several_writers_of_one_run_lose_nothing()
    {
        const int Writers = 4, Batches = 25;
        var first = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            var writer = new RunScript(Open(w), first.Id);
            await writer.StartAsync();
            for (var i = 0; i < Batches; i++)
            {
                await writer.SendAsync(writer.Batch() with
                {
                    Facts = [new TagSet($"tag{w}", $"{i}"), new ParamLogged($"param{w}.{i}", i)],
                    Points =
                    [
                        RunScript.Series("shared", new MetricPoint(i, 0, (w * 1_000) + i)), RunScript.Series($"own{w}", new MetricPoint(i, 0, i)),
                    ],
                });
            }
        })));
        await ReopenAsync();
        var info = (await Store.GetRunAsync(first.Id))!;
        Assert.Equal((Writers * Batches, Writers * Batches, Writers), (info.Params.Count, (int)info.Metrics["shared"].Count, info.Tags.Count));
        var shared = await ReadAsync(first, "shared");
        for (var w = 0; w < Writers; w++)
        {
            Assert.Equal(Enumerable.Range(0, Batches).Select(i => (double)i), (await ReadAsync(first, $"own{w}")).Select(point => point.Value));
            // What one writer logged stays in its order among the others.
            Assert.Equal(Enumerable.Range(0, Batches).Select(i => (w * 1_000.0) + i), shared.Select(point => point.Value).Where(v => (int)v / 1_000 == w));
        }
    }

    [Fact]
    public async Task Writers_of_many_runs_go_on_side_by_side()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => base.Open()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            var run = new RunScript(stores[i % 4]);
            await run.StartAsync($"run{i}", $"exp{i % 3}");
            for (var b = 0; b < 5; b++) await run.LogAsync("loss", b, b);
            await run.EndAsync(RunStatus.Finished);
        })));
        await ReopenAsync();
        var runs = (await Store.SearchRunsAsync(new RunQuery { Filter = SearchParser.ParseRunFilter("count(metrics.loss) = 10 AND status = 'FINISHED'") })).Items;
        Assert.Equal(16, runs.Count);
        Assert.Equal(3, runs.Select(run => run.ExperimentId).Distinct().Count());
    }

    [Fact]
    public async Task Readers_see_whole_batches_while_a_writer_writes()
    {
        Assert.SkipUnless(Fixture.Capabilities.RecordsMarks, "The store gets a batch in parts.");
        var run = await StartAsync();
        var reader = Open();
        using var done = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var reads = 0;
            while (!done.IsCancellationRequested || reads == 0)
            {
                var info = (await reader.GetRunAsync(run.Id))!;
                // Each batch holds ten points of both series and one tag.
                var (a, b) = (info.Metrics.GetValueOrDefault("a")?.Count ?? 0, info.Metrics.GetValueOrDefault("b")?.Count ?? 0);
                Assert.Equal((0L, a), (a % 10, b));
                Assert.Equal(a, long.Parse(info.Tags.GetValueOrDefault("count", "0"), System.Globalization.CultureInfo.InvariantCulture));
                var points = await ReadAsync(reader, run.Id, "a");
                Assert.True(points.Count >= a && points.Count % 10 == 0, $"{points.Count} points after {a}");
                Assert.Equal(Enumerable.Range(0, points.Count).Select(i => (long)i), points.Select(point => point.Step));
                reads++;
            }
        });
        for (var i = 0; i < 100; i++)
        {
            MetricPoint[] points = [.. Enumerable.Range(i * 10, 10).Select(step => new MetricPoint(step, 0, step))];
            await run.SendAsync(run.Batch() with
            {
                Facts = [new TagSet("count", $"{(i + 1) * 10}")],
                Points = [RunScript.Series("a", points), RunScript.Series("b", points)],
            });
        }

        await done.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task One_experiment_comes_of_many_that_start_in_it_at_once()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => base.Open()).ToArray();
        await Task.WhenAll(stores.Select(store => Task.Run(async () => await new RunScript(store).StartAsync("run", "same"))));
        var runs = (await Store.SearchRunsAsync(new RunQuery())).Items;
        Assert.Equal(4, runs.Count);
        Assert.Single(runs.Select(run => run.ExperimentId).Distinct());
    }

    [Fact]
    public async Task A_reader_finishes_what_it_began_while_the_run_grows()
    {
        var run = await StartAsync();
        await run.LogAsync("loss", [.. Enumerable.Range(0, 30_000).Select(i => (double)i)]);
        var seen = new List<double>();
        await foreach (var block in Open().ReadPointsAsync(run.Id, "loss", PointRange.All))
        {
            seen.AddRange(block.Values.Span);
            if (seen.Count < 40_000) await run.LogAsync("loss", seen.Count);
        }

        Assert.True(seen.Count >= 30_000);
        Assert.Equal(Enumerable.Range(0, 30_000).Select(i => (double)i), seen.Take(30_000));
    }

    // Half of the writers share an instance, half have their own.
    private TrackingStore Open(int writer) => writer % 2 == 0 ? Store : base.Open();
}
