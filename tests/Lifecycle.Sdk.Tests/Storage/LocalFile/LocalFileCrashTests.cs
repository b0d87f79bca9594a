using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

/// <summary>The process ends before any one of its changes to the disk; the journal delivers what was not acknowledged again.</summary>
public sealed class LocalFileCrashTests
{
    private const int Batches = 14;

    [Fact]
    public async Task A_crash_before_any_change_of_the_disk_neither_loses_nor_doubles_a_point()
    {
        var crashes = 0;
        for (var step = 0; ; step++)
        {
            await using var temp = new TempStore();
            var run = RunId.Parse("r");
            var writer = WriterId.Parse("0123456789abcdef");
            var staged = await temp.StageAsync([7, 7]);
            await using (var before = new LocalFileStore(temp.Root)) await before.PutContentAsync(staged);
            var acknowledged = await ApplyUntilCrashAsync(temp, run, writer, staged, step);
            if (acknowledged == Batches) break;
            crashes++;

            // Whatever was acknowledged is there, all of it, before and after the rest is delivered.
            var reader = temp.Open();
            if (acknowledged > 0) await AssertHasAsync(reader, run, acknowledged, acknowledged + 1);
            var store = temp.Open();
            var from = (await store.GetMarkAsync(run, writer))?.Sequence ?? 0;
            Assert.InRange(from, acknowledged, acknowledged + 1);
            for (var i = from + 1; i <= Batches; i++) await store.ApplyAsync(Batch(run, writer, i, staged));
            foreach (var after in new[] { store, reader, temp.Open() }) await AssertHasAsync(after, run, Batches, Batches);
            Assert.DoesNotContain(await TempStore.VerifyAsync(temp.Open()), f => f.Severity == FindingSeverity.Damage);
        }

        // 14 batches, at least two changes each, and the sealing: the test would be worthless if it never crashed.
        Assert.InRange(crashes, 40, 10_000);
    }

    private static async Task<int> ApplyUntilCrashAsync(TempStore temp, RunId run, WriterId writer, StagedContent staged, int step)
    {
        var changes = 0;
        var acknowledged = 0;
        var store = new LocalFileStore(temp.Root, null, new StoreFiles
        {
            BeforeChange = (_, _) =>
            {
                if (changes++ >= step) throw new CrashException();
            },
        });
        try
        {
            for (var i = 1; i <= Batches; i++)
            {
                await store.ApplyAsync(Batch(run, writer, i, staged));
                acknowledged = i;
            }
        }
        catch (CrashException)
        {
        }

        // A killed process closes its files, and nothing else.
        changes = int.MinValue;
        await store.DisposeAsync();
        return acknowledged;
    }

    private static RunBatch Batch(RunId run, WriterId writer, long sequence, StagedContent staged) => sequence switch
    {
        1 => TempStore.Begin(run, writer, "exp", new ParamLogged("p", 1), new ArtifactLogged(new(ArtifactPath.Parse("x/y"), staged.Digest, 2, TempStore.Start))),
        Batches => TempStore.End(run, writer, sequence) with { Points = [TempStore.Series("loss", sequence, sequence)] },
        _ => TempStore.Points(run, writer, sequence, sequence, sequence),
    };

    private static async Task AssertHasAsync(LocalFileStore store, RunId run, int least, int most)
    {
        var info = (await store.GetRunAsync(run))!;
        var steps = (await TempStore.ReadAsync(store, run)).Select(p => p.Step).ToArray();
        Assert.Equal(Enumerable.Range(2, steps.Length).Select(i => (long)i), steps);
        Assert.InRange(steps.Length, least - 1, most - 1);
        Assert.Equal(steps.Length, info.Metrics.TryGetValue("loss", out var loss) ? loss.Count : 0);
        Assert.Equal(ParamValue.Of(1), info.Params["p"]);
        if (least == Batches) Assert.Equal(RunStatus.Finished, info.Status);
    }

    private sealed class CrashException : Exception;
}
