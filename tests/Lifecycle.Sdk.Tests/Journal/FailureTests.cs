using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

public sealed class FailureTests
{
    private static LifecycleException Away => new("The server is away.") { IsTransient = true };

    [Fact]
    public async Task A_backlog_is_delivered_when_the_store_comes_back()
    {
        await using var lab = new JournalLab();
        lab.Store.BeforeApply = _ => throw Away;
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        for (var i = 0; i < 300_000; i++) journal.Log(loss, i, i);
        await Assert.ThrowsAsync<LifecycleException>(() => lab.Pump.FlushAsync(journal, default));
        Assert.Equal(300_000, lab.Pump.Status.BacklogPoints);
        Assert.Contains("away", journal.Health.LastFailure, StringComparison.Ordinal);
        lab.Store.BeforeApply = null;
        await lab.Pump.FlushAsync(journal, default);
        Assert.Equal(Enumerable.Range(0, 300_000).Select(i => (long)i), lab.Store.PointsOf(journal.Run, "loss").Select(point => point.Step));
        Assert.Equal(0, lab.Pump.Status.BacklogPoints);
        Assert.Null(journal.Health.LastFailure);
    }

    [Fact]
    public async Task A_failed_flush_says_what_is_kept_where()
    {
        await using var lab = new JournalLab();
        lab.Store.BeforeApply = _ => throw Away;
        var journal = lab.Open();
        var error = await Assert.ThrowsAsync<LifecycleException>(() => lab.Pump.FlushAsync(journal, default));
        Assert.Contains(journal.Folder, error.Message, StringComparison.Ordinal);
        Assert.Contains("The server is away.", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        Assert.Equal(journal.Run, error.Run);
        Assert.Equal("memory", error.Store);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_applies_and_then_fails_gets_nothing_twice(bool adds)
    {
        var failures = 0;
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        lab.Store.AfterApply = batch =>
        {
            if (batch.Points.Count == 0 || ++failures % 3 == 0) return;

            // More is logged before the retry: a batch cut again holds more than the one that was applied.
            if (adds) journal.Log(loss, 1_000_000 + failures, 0);
            throw Away;
        };
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 1000; i++) journal.Log(loss, (round * 1000) + i, i);
            await lab.Pump.FlushAsync(journal, default);
        }

        lab.Store.AfterApply = null;
        await lab.Pump.FlushAsync(journal, default);
        var steps = lab.Store.PointsOf(journal.Run, "loss").Select(point => point.Step).ToList();
        Assert.Equal(steps.Count, steps.Distinct().Count());
        Assert.Equal(5000, steps.Count(step => step < 1_000_000));
        Assert.Equal(journal.Health.Logged, steps.Count);
        Assert.Equal(journal.Health.Logged, journal.Health.Delivered);
        Assert.Single(lab.Store.FactsOf(journal.Run));
    }

    [Fact]
    public async Task A_permanent_refusal_fails_the_flush_at_once_keeps_everything_and_does_not_stop_other_runs()
    {
        await using var lab = new JournalLab();
        var bad = lab.Open();
        var good = lab.Open();
        await lab.Pump.FlushAsync(null, default);
        var tries = 0;
        lab.Store.BeforeApply = batch =>
        {
            if (batch.Run != bad.Run) return;
            tries++;
            throw new ArgumentException("No such thing.");
        };
        bad.Log(bad.DeclareSeries("loss"), 1, 1);
        good.Log(good.DeclareSeries("loss"), 1, 1);
        var error = await Assert.ThrowsAsync<LifecycleException>(() => lab.Pump.FlushAsync(bad, default));
        Assert.False(error.IsTransient);
        for (var i = 0; i < 20; i++) await lab.Pump.FlushAsync(good, default);
        Assert.InRange(tries, 1, 2);
        Assert.Single(lab.Store.PointsOf(good.Run, "loss"));
        lab.Store.BeforeApply = null;
        await lab.Pump.FlushAsync(bad, default);
        Assert.Single(lab.Store.PointsOf(bad.Run, "loss"));
    }

    [Fact]
    public async Task Retries_wait_longer_and_longer_on_the_given_clock()
    {
        var time = new SteppedTime();
        var tries = new List<DateTimeOffset>();
        var done = new TaskCompletionSource();
        var store = new RecordingStore();
        store.BeforeApply = _ =>
        {
            lock (tries) tries.Add(time.GetUtcNow());
            if (tries.Count < 8) throw Away;
            done.TrySetResult();
        };
        await using var lab = new JournalLab(store, settings => settings with { TimeProvider = time });
        lab.Open();
        await Advance(time, done.Task);
        var gaps = tries.Zip(tries.Skip(1), (earlier, later) => later - earlier).ToList();
        for (var i = 0; i < gaps.Count; i++)
        {
            var nominal = TimeSpan.FromMilliseconds(250) * Math.Pow(2, i);
            Assert.InRange(gaps[i], nominal * 0.75, nominal * 1.25);
        }
    }

    [Fact]
    public async Task A_silent_run_is_heard_at_the_heartbeat_interval()
    {
        var time = new SteppedTime();
        var beats = new List<DateTimeOffset>();
        var done = new TaskCompletionSource();
        var store = new RecordingStore();
        store.BeforeApply = batch =>
        {
            if (batch.Facts.Count == 0 && batch.Points.Count == 0) beats.Add(batch.Time);
            if (beats.Count == 3) done.TrySetResult();
        };
        await using var lab = new JournalLab(
            store, settings => settings with { TimeProvider = time, DrainInterval = TimeSpan.FromSeconds(1) });
        lab.Open();
        await Advance(time, done.Task);
        Assert.InRange(beats[2] - beats[1], TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(32));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_machines_see_the_owner_live_whatever_becomes_of_the_delivery(bool isRefused)
    {
        var time = new SteppedTime();
        var store = new RecordingStore();
        if (isRefused) store.BeforeApply = _ => throw new LifecycleException("401 Unauthorized");
        await using var lab = new JournalLab(
            store, settings => settings with { TimeProvider = time, DrainInterval = TimeSpan.FromHours(isRefused ? 0.001 : 1) });
        var owner = JournalFolder.OwnerPath(lab.Open().Folder);
        var began = time.GetUtcNow();
        for (var step = 0; step < 12; step++)
        {
            var before = time.GetUtcNow();
            await time.StepAsync();
            Assert.InRange(time.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        }

        // The pass of the last step is still under way.
        Assert.True(time.GetUtcNow() - began > TimeSpan.FromMinutes(2));
        Assert.InRange(time.GetUtcNow() - File.GetLastWriteTimeUtc(owner), TimeSpan.Zero, TimeSpan.FromSeconds(61));
    }

    [Fact]
    public async Task A_thread_that_waits_for_room_does_not_keep_the_pump_busy()
    {
        var time = new SteppedTime();
        await using var lab = new JournalLab(
            new RecordingStore { BeforeApply = _ => throw Away }, settings => settings with { TimeProvider = time, MaxBytes = SegmentFile.MinLength });
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        var thread = new Thread(() =>
        {
            for (var i = 0; i < 10_000; i++) journal.Log(loss, i, i);
        });
        thread.Start();
        SpinWait.SpinUntil(() => journal.Logged == SegmentFile.MinLength / PointCell.Bytes);
        var flush = lab.Pump.FlushAsync(journal, default);
        while (!flush.IsCompleted) await time.StepAsync();
        await Assert.ThrowsAsync<LifecycleException>(() => flush);
        Assert.InRange(time.Settings, 1, 50);
        lab.Store.BeforeApply = null;
        flush = lab.Pump.FlushAsync(journal, default);
        await flush;
        thread.Join();
    }

    [Fact]
    public async Task A_run_that_cannot_be_delivered_does_not_hold_up_readers()
    {
        // The clock stands still: whoever waits for a back-off waits for ever.
        var directory = Directory.CreateTempSubdirectory("reader-").FullName;
        await using (var tracker = new Tracker(
            new LocalFileStore(directory), new TrackerOptions { ShutdownTimeout = TimeSpan.Zero }, new SteppedTime(), NullLoggerFactory.Instance))
        {
            await using (var good = tracker.StartRun("x")) good.Log("loss", 1).Complete();
            tracker.JoinRun(RunId.New()).Log("loss", 1);
            for (var i = 0; i < 3; i++)
            {
                var found = 0;
                await foreach (var run in tracker.Runs.SearchAsync()) found++;
                Assert.Equal(1, found);
            }
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Points_reach_the_store_by_themselves_after_the_drain_interval()
    {
        var time = new SteppedTime();
        var done = new TaskCompletionSource();
        var store = new RecordingStore();
        store.BeforeApply = batch =>
        {
            if (batch.Points.Count > 0) done.TrySetResult();
        };
        await using var lab = new JournalLab(store, settings => settings with { TimeProvider = time });
        var journal = lab.Open();
        journal.Log(journal.DeclareSeries("loss"), 1, 1);
        await Advance(time, done.Task);
    }

    [Fact]
    public async Task Waiting_for_a_flush_can_be_given_up()
    {
        using var release = new ManualResetEventSlim();
        await using var lab = new JournalLab();
        lab.Store.BeforeApply = _ => release.Wait();
        var journal = lab.Open();
        using var source = new CancellationTokenSource();
        var flush = lab.Pump.FlushAsync(journal, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lab.Pump.FlushAsync(journal, source.Token));
        release.Set();
        await lab.Pump.FlushAsync(journal, default);
        Assert.Single(lab.Store.FactsOf(journal.Run));
    }

    [Fact]
    public async Task Disposal_is_bounded_when_the_store_hangs_and_nothing_is_lost()
    {
        using var release = new ManualResetEventSlim();
        await using var lab = new JournalLab(configure: settings => settings with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) });
        lab.Store.BeforeApply = _ => release.Wait();
        var journal = lab.Open();
        journal.Log(journal.DeclareSeries("loss"), 1, 1);
        var flush = lab.Pump.FlushAsync(journal, default);
        await lab.Pump.DisposeAsync();
        await Assert.ThrowsAsync<LifecycleException>(() => flush);
        Assert.True(Directory.Exists(journal.Folder));
        var crashed = lab.Crash();
        release.Set();
        var after = new RecordingStore();
        await lab.RecoverAsync(crashed, after);
        Assert.Single(after.PointsOf(journal.Run, "loss"));
    }

    [Fact]
    public async Task After_disposal_everything_is_refused_and_disposal_may_be_repeated()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        await lab.Pump.DisposeAsync();
        await lab.Pump.DisposeAsync();
        journal.Log(loss, 1, 1);
        Assert.Equal(1, journal.Health.Refused);
        Assert.False(journal.Append(new TagSet("a", "b")));
        Assert.Throws<ObjectDisposedException>(() => lab.Open());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => lab.Pump.FlushAsync(journal, default));
    }

    [Fact]
    public async Task A_pump_that_never_started_is_disposed_without_a_trace()
    {
        var directory = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var pump = new JournalPump(new RecordingStore(), new JournalSettings { Directory = directory }, new JournalLab.LogLines());
        await pump.DisposeAsync();
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_one_clear_error()
    {
        var file = Path.GetTempFileName();
        await using var pump = new JournalPump(
            new RecordingStore(), new JournalSettings { Directory = Path.Combine(file, "journals") }, new JournalLab.LogLines());
        var error = Assert.Throws<LifecycleException>(() => pump.Open(RunId.New(), 1, [JournalLab.Started()]));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    private static async Task Advance(SteppedTime time, Task until)
    {
        while (!until.IsCompleted) await time.StepAsync();
    }
}
