using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

/// <summary>Journal and store on one small disk that fills up.</summary>
public sealed class DiskFullTests
{
    [Theory]
    [InlineData("runs")]
    [InlineData("lifecycle.db")]
    public async Task Dropping_counts_what_finds_no_room_and_keeps_the_rest(string store)
    {
        using var disk = SmallDisk.MountOrSkip(mebibytes: 12, taken: 8);
        await using var tracker = Open(disk, store, JournalFullPolicy.Drop);
        var run = tracker.StartRun("full");
        var noise = run.Metric("noise");
        var random = new Random(1);
        long logged = 0;
        for (; run.Health.PointsDropped == 0 && logged < 3_000_000; logged++) noise.Log(random.NextDouble(), logged);
        var health = run.Health;
        Assert.True(health.PointsDropped > 0, "The disk did not fill up.");
        Assert.False(health.IsHealthy);
        Assert.NotNull(health.LastFailure);
        disk.MakeSpace();
        await run.FlushAsync();
        run.Complete();
        await run.DisposeAsync();
        Assert.Equal(logged, run.Health.PointsLogged + run.Health.PointsDropped);
        await AssertKeptAsync(tracker, run.Id, run.Health.PointsLogged);
        Assert.Equal(RunStatus.Finished, (await tracker.Runs.GetAsync(run.Id)).Status);
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("lifecycle.db")]
    public async Task Waiting_ends_when_the_run_is_disposed_and_the_next_tracker_delivers_what_was_accepted(string store)
    {
        using var disk = SmallDisk.MountOrSkip(mebibytes: 12, taken: 8);
        Run run;
        await using (var tracker = Open(disk, store, JournalFullPolicy.Wait))
        {
            run = tracker.StartRun("full");
            var noise = run.Metric("noise");
            var stop = false;
            Exception? thrown = null;
            var training = new Thread(() =>
            {
                try
                {
                    var random = new Random(1);
                    for (var i = 0; !Volatile.Read(ref stop); i++) noise.Log(random.NextDouble(), i);
                }
                catch (Exception exception)
                {
                    thrown = exception;
                }
            });
            training.Start();
            await UntilItStandsStillAsync(run);
            Assert.Equal(0, run.Health.PointsDropped);
            await run.DisposeAsync();
            Volatile.Write(ref stop, true);
            Assert.True(training.Join(TimeSpan.FromSeconds(60)), "The training thread still waits.");
            Assert.Null(thrown);
        }

        disk.MakeSpace();
        await using var next = Open(disk, store, JournalFullPolicy.Wait);
        await AssertKeptAsync(next, run.Id, run.Health.PointsLogged);
    }

    private static Tracker Open(SmallDisk disk, string store, JournalFullPolicy policy) =>
        TrackerLab.Open(Path.Combine(disk.Root, store), builder => builder.Configure(options =>
        {
            options.WhenJournalIsFull = policy;
            options.DrainInterval = TimeSpan.FromMilliseconds(50);
            options.ShutdownTimeout = TimeSpan.FromSeconds(2);
        }));

    private static async Task UntilItStandsStillAsync(Run run)
    {
        for (var (last, same) = (-1L, 0); same < 10 || run.Health.LastFailure is null;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            var logged = run.Health.PointsLogged;
            same = logged == last ? same + 1 : 0;
            last = logged;
        }
    }

    // What was accepted comes back in order of the steps: the same numbers in the same sequence.
    private static async Task AssertKeptAsync(Tracker tracker, RunId run, long accepted)
    {
        var history = await tracker.Runs.HistoryAsync(run, "noise");
        Assert.Equal(accepted, history.Count);
        var (random, position) = (new Random(1), 0);
        for (long step = 0; position < history.Count; step++)
        {
            var value = random.NextDouble();
            if (history[position].Step != step) continue;
            Assert.Equal(value, history[position++].Value);
        }

        // A run.json that the full disk refused is made again from the frames, and only told of as information.
        await foreach (var finding in tracker.Store.VerifyAsync()) Assert.True(finding.Severity == FindingSeverity.Information, finding.Message);
    }
}
