using System.Text.Json;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

/// <summary>Every byte of a small store changed, every file cut at every place: what is read is right, or verify reports damage.</summary>
public sealed class LocalFileDamageTests
{
    private static readonly RunId Run = RunId.Parse("run-1");
    private static readonly RunId Other = RunId.Parse("Run-2");
    private static readonly WriterId Writer = WriterId.Parse("00000000000000aa");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flipped_byte_is_either_harmless_or_reported(bool isSealed)
    {
        await using var original = await MakeAsync(isSealed);
        var expected = await SnapshotAsync(original.Root);
        foreach (var file in Files(original.Root))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            for (var at = 0; at < bytes.Length; at++)
            {
                var broken = (byte[])bytes.Clone();
                broken[at] ^= (byte)(1 << (at % 8));
                await CheckAsync(original.Root, file, bytes, broken, expected, $"byte {at}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_cut_at_any_place_is_either_harmless_or_reported(bool isSealed)
    {
        await using var original = await MakeAsync(isSealed);
        var expected = await SnapshotAsync(original.Root);
        foreach (var file in Files(original.Root))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            for (var at = 0; at < bytes.Length; at += 1 + (at % 3)) await CheckAsync(original.Root, file, bytes, bytes[..at], expected, $"cut at {at}");
        }
    }

    [Fact]
    public async Task A_damaged_batch_hides_no_other()
    {
        await using var temp = await MakeAsync(isSealed: false);
        var file = Directory.GetFiles(Path.Combine(temp.Root, "runs", "run-1", "points"), "00*.log").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        var second = bytes.AsSpan(1).IndexOf(FrameHeader.Magic) + 1;
        bytes[second + 30] ^= 0xFF;
        await File.WriteAllBytesAsync(file, bytes);
        File.Delete(Path.Combine(temp.Root, "runs", "run-1", "run.json"));
        var store = temp.Open();
        Assert.Equal([3, 4, 5], (await TempStore.ReadAsync(store, Run)).Select(p => p.Value));
        Assert.Equal(3, (await store.GetRunAsync(Run))!.Metrics["loss"].Count);
        var finding = Assert.Single(await TempStore.VerifyAsync(store), f => f.Severity == FindingSeverity.Damage && f.Length > 0);
        Assert.Equal((second, Run), (finding.Offset, finding.Run));
    }

    [Fact]
    public async Task A_torn_tail_is_information_and_the_next_append_cuts_it_off()
    {
        await using var temp = await MakeAsync(isSealed: false);
        var file = Directory.GetFiles(Path.Combine(temp.Root, "runs", "run-1", "points"), "00*.log").Single();
        var whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, [.. whole, .. whole.AsSpan(0, 100)]);
        Assert.All(await TempStore.VerifyAsync(temp.Open()), f => Assert.Equal(FindingSeverity.Information, f.Severity));
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Points(Run, Writer, 4, 5, 9));
        Assert.Equal([1, 2, 3, 4, 5, 9], (await TempStore.ReadAsync(store, Run)).Select(p => p.Value));
        Assert.Empty(await TempStore.VerifyAsync(store));
    }

    [Fact]
    public async Task Power_loss_that_left_only_the_length_of_the_last_batch_lets_it_be_delivered_again()
    {
        await using var temp = await MakeAsync(isSealed: false);
        var file = Directory.GetFiles(Path.Combine(temp.Root, "runs", "run-1", "points"), "00*.log").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes.AsSpan(bytes.Length - 20).Clear();
        await File.WriteAllBytesAsync(file, bytes);
        var store = temp.Open();
        Assert.Equal(2, (await store.GetMarkAsync(Run, Writer))!.Sequence);
        Assert.True((await store.ApplyAsync(TempStore.Points(Run, Writer, 3, 2, 3, 4, 5))).Applied);
        foreach (var reader in new[] { store, temp.Open() })
        {
            Assert.Equal([1, 2, 3, 4, 5], (await TempStore.ReadAsync(reader, Run)).Select(p => p.Value));
            Assert.Equal(5, (await reader.GetRunAsync(Run))!.Metrics["loss"].Count);
        }
    }

    [Fact]
    public async Task A_sealed_file_that_is_gone_is_damage_although_later_batches_are_there()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(Run, Writer));
        for (var i = 2; i < 300; i++) await store.ApplyAsync(TempStore.Points(Run, Writer, i, i, i));
        var points = Path.Combine(temp.Root, "runs", "run-1", "points");
        File.Delete(Assert.Single(Directory.GetFiles(points, "*.sealed")));
        Assert.Single(Directory.GetFiles(points, "*.log"));
        var finding = Assert.Single(await TempStore.VerifyAsync(temp.Open()), f => f.Severity == FindingSeverity.Damage);
        Assert.Contains("are gone", finding.Message, StringComparison.Ordinal);
        Assert.Equal(Run, finding.Run);
    }

    [Fact]
    public async Task A_run_without_its_points_folder_is_damage()
    {
        await using var temp = await MakeAsync(isSealed: false);
        Directory.Delete(Path.Combine(temp.Root, "runs", "run-1", "points"), recursive: true);
        Assert.Contains(await TempStore.VerifyAsync(temp.Open()), f => f is { Severity: FindingSeverity.Damage } && f.Run == Run);
    }

    [Fact]
    public async Task A_run_whose_experiment_is_gone_is_damage()
    {
        await using var temp = await MakeAsync(isSealed: false);
        Directory.Delete(Path.Combine(temp.Root, "experiments", "1"), recursive: true);
        Assert.Contains(await TempStore.VerifyAsync(temp.Open()), f => f is { Severity: FindingSeverity.Damage } && f.Run == Run);
    }

    [Fact]
    public async Task A_file_that_can_not_be_opened_ends_neither_reading_nor_verification()
    {
        await using var temp = await MakeAsync(isSealed: false);
        foreach (var file in Directory.GetFiles(temp.Root, "*", SearchOption.AllDirectories).Where(f => f.EndsWith("run-1/run.json", StringComparison.Ordinal)))
        {
            File.Delete(file);
            Directory.CreateDirectory(file);
        }

        var store = temp.Open();
        Assert.Equal(5, (await store.GetRunAsync(Run))!.Metrics["loss"].Count);
        Assert.Equal(2, (await store.SearchRunsAsync(new RunQuery())).Items.Count);
        Assert.Contains(await TempStore.VerifyAsync(store), f => f is { Severity: FindingSeverity.Damage } && f.Run == Run);
    }

    private static async Task<TempStore> MakeAsync(bool isSealed)
    {
        var temp = new TempStore();
        await using var store = new LocalFileStore(temp.Root);
        var staged = await temp.StageAsync([1, 2, 3]);
        await store.PutContentAsync(staged);
        await store.ApplyAsync(TempStore.Begin(Run, Writer, "exp", new ParamLogged("lr", double.NaN), new TagSet("t", "ü"),
            new ArtifactLogged(new(ArtifactPath.Parse("a.bin"), staged.Digest, staged.Size, TempStore.Start))));
        await store.ApplyAsync(TempStore.Points(Run, Writer, 2, 0, 1, 2));
        await store.ApplyAsync(TempStore.Points(Run, Writer, 3, 2, 3, 4, 5));
        if (isSealed)
        {
            for (var i = 4; i < 12; i++) await store.ApplyAsync(TempStore.Points(Run, Writer, i, i, i));
            await store.ApplyAsync(TempStore.End(Run, Writer, 12));
        }

        await store.ApplyAsync(new RunBatch { Run = Run, Time = TempStore.Start, Facts = [new TagSet("direct", "1")] });
        await store.ApplyAsync(TempStore.Begin(Other, WriterId.Parse("00000000000000bb")));
        File.Delete(Path.Combine(temp.Root, ".changes"));
        return temp;
    }

    private static IEnumerable<string> Files(string root) =>
        Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/artifacts/", StringComparison.Ordinal) && new FileInfo(f).Length > 0).Order(StringComparer.Ordinal);

    private static async Task CheckAsync(string root, string file, byte[] whole, byte[] broken, string expected, string what)
    {
        await ReplaceAsync(file, broken);
        try
        {
            string seen;
            try
            {
                seen = await SnapshotAsync(root);
            }
            catch (LifecycleException e)
            {
                // Said aloud is fine: the content of an artifact was altered, or the store's format is unknown.
                seen = e.Message;
            }

            if (seen == expected) return;
            await using var store = new LocalFileStore(root);
            bool isReported;
            try
            {
                isReported = (await TempStore.VerifyAsync(store)).Count > 0;
            }
            catch (LifecycleException)
            {
                isReported = true;
            }

            Assert.True(isReported, $"{Path.GetRelativePath(root, file)}, {what}: a wrong value in silence.\n{expected}\n{seen}");
        }
        finally
        {
            await ReplaceAsync(file, whole);
        }
    }

    private static async Task ReplaceAsync(string file, byte[] bytes)
    {
        new StoreFiles().TryDelete(file);
        await File.WriteAllBytesAsync(file, bytes);
    }

    /// <summary>Everything that can be read, as text.</summary>
    private static async Task<string> SnapshotAsync(string root)
    {
        await using var store = new LocalFileStore(root);
        var text = new System.Text.StringBuilder();
        foreach (var experiment in (await store.SearchExperimentsAsync(new ExperimentQuery())).Items) text.AppendLine(experiment with { Tags = new Dictionary<string, string>() } + Show(experiment.Tags));
        foreach (var run in (await store.SearchRunsAsync(new RunQuery())).Items)
        {
            text.AppendLine($"{run.Id} {run.ExperimentId} {run.Name} {run.Status} {run.StartTime:O} {run.EndTime:O} {run.LastSeen:O} {run.User} {Show(run.Params)} {Show(run.Tags)}");
            foreach (var metric in run.Metrics.OrderBy(m => m.Key)) text.AppendLine($"{metric.Value}");
            foreach (var key in new[] { "loss" }) text.AppendJoin(' ', await TempStore.ReadAsync(store, run.Id, key)).AppendLine();
            text.AppendLine($"{await store.GetMarkAsync(run.Id, Writer) is { } m} {JsonSerializer.Serialize((await store.GetMarkAsync(run.Id, Writer))?.Mark.ToArray())}");
            foreach (var artifact in await store.ListArtifactsAsync(run.Id))
            {
                await using var content = await store.OpenArtifactAsync(run.Id, artifact.Path);
                using var copy = new MemoryStream();
                await content.CopyToAsync(copy);
                text.AppendLine($"{artifact} {Convert.ToHexString(copy.ToArray())}");
            }
        }

        return text.ToString();
    }

    private static string Show<T>(IReadOnlyDictionary<string, T> values) => string.Join(',', values.OrderBy(v => v.Key).Select(v => $"{v.Key}={v.Value}"));
}
