using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

public sealed class HotPathTests
{
    [Fact]
    public async Task A_warm_log_call_allocates_nothing()
    {
        await using var lab = new JournalLab();
        var journals = new[] { lab.Open(), lab.Open() };
        var series = journals.Select(journal => journal.DeclareSeries("loss")).ToArray();
        for (var i = 0; i < 10_000; i++) journals[i % 2].Log(series[i % 2], i, i);
        var segments = journals[0].Segments.Count;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 5_000; i++) journals[0].Log(series[0], i, i);
        for (var i = 0; i < 2_000; i++) journals[i % 2].Log(series[i % 2], i, i);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // A segment roll, which may fall into the loop, makes one object every few thousand points at the most.
        Assert.True(allocated <= (journals[0].Segments.Count - segments + 2) * 2_000, $"{allocated} bytes for 7,000 points.");
        Assert.Equal(0, Allocated.BytesOf(() =>
        {
            for (var i = 0; i < 64; i++) journals[0].Log(series[0], i, i);
        }));
    }

    [Fact]
    public async Task What_returned_before_the_end_is_delivered_and_what_came_after_is_counted()
    {
        for (var round = 0; round < 10; round++)
        {
            await using var lab = new JournalLab();
            var journal = lab.Open();
            var counts = new long[4];
            using var started = new Barrier(counts.Length + 1);
            var threads = counts.Select((_, thread) => new Thread(() =>
            {
                var series = journal.DeclareSeries($"t{thread}");
                started.SignalAndWait();
                for (var i = 0; i < 100_000 && (!journal.IsEndCalled || i % 64 != 0); i++) journal.Log(series, counts[thread]++, 1);
            })).ToArray();
            foreach (var thread in threads) thread.Start();
            started.SignalAndWait();
            SpinWait.SpinUntil(() => journal.Logged > 20_000 * (round % 3));
            journal.End(JournalLab.Finished);
            foreach (var thread in threads) thread.Join();
            await lab.Pump.CloseAsync(journal, default);

            var delivered = 0L;
            for (var thread = 0; thread < counts.Length; thread++)
            {
                // A prefix without a gap: the first refusal comes after the last point that was taken.
                var steps = lab.Store.PointsOf(journal.Run, $"t{thread}").Select(point => point.Step).ToList();
                Assert.Equal(Enumerable.Range(0, steps.Count).Select(i => (long)i), steps);
                delivered += steps.Count;
            }

            Assert.Equal(counts.Sum(), delivered + journal.Health.Refused);
            Assert.Equal(delivered, journal.Health.Logged);
        }
    }

    [Fact]
    public async Task Taking_chunks_away_from_busy_threads_loses_nothing()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var isDone = false;
        var counts = new long[3];
        var threads = counts.Select((_, thread) => new Thread(() =>
        {
            var series = journal.DeclareSeries($"t{thread}");
            while (!Volatile.Read(ref isDone) && counts[thread] < 300_000) journal.Log(series, counts[thread]++, 1);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        for (var i = 0; i < 300; i++) journal.RetireAll();
        await lab.Pump.FlushAsync(journal, default);
        Volatile.Write(ref isDone, true);
        foreach (var thread in threads) thread.Join();
        journal.End(null);
        await lab.Pump.CloseAsync(journal, default);
        for (var thread = 0; thread < counts.Length; thread++)
        {
            var steps = lab.Store.PointsOf(journal.Run, $"t{thread}").Select(point => point.Step);
            Assert.Equal(Enumerable.Range(0, (int)counts[thread]).Select(i => (long)i), steps);
        }
    }

    [Fact]
    public async Task No_point_is_written_to_a_chunk_after_it_was_taken_away()
    {
        // The thread has no fence of its own: without the barrier of whoever retires, points go missing here within a second.
        await using var lab = new JournalLab(new RecordingStore { BeforeApply = _ => throw new LifecycleException("down") });
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        var (isDone, logged) = (false, 0L);
        var thread = new Thread(() =>
        {
            for (; !Volatile.Read(ref isDone); logged++) journal.Log(loss, logged, 1, 0);
        });
        thread.Start();
        var random = new Random(1);
        for (var i = 0; i < 50_000; i++)
        {
            journal.RetireAll();
            Thread.SpinWait(random.Next(60));
        }

        Volatile.Write(ref isDone, true);
        thread.Join();
        journal.RetireAll();
        Assert.Equal(logged, journal.Logged);
    }

    [Fact]
    public async Task The_count_of_points_never_goes_back_while_threads_log()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        var (isDone, begun) = (false, 0L);
        var thread = new Thread(() =>
        {
            for (; !Volatile.Read(ref isDone); journal.Log(loss, begun, 1, 0)) Volatile.Write(ref begun, begun + 1);
        });
        thread.Start();
        var last = 0L;
        for (var i = 0; i < 20_000; i++)
        {
            var count = journal.Logged;
            Assert.InRange(count, last, Volatile.Read(ref begun));
            last = count;
        }

        Volatile.Write(ref isDone, true);
        thread.Join();
        Assert.Equal(begun, journal.Logged);
    }

    [Fact]
    public async Task Every_run_gets_on_although_runs_that_rest_hold_the_whole_limit()
    {
        await using var lab = new JournalLab(configure: settings => settings with { MaxBytes = 4 * SegmentFile.MinLength });
        var journals = Enumerable.Range(0, 12).Select(_ => lab.Open()).ToList();
        foreach (var journal in journals) journal.Log(journal.DeclareSeries("loss"), 1, 1);
        foreach (var journal in journals)
        {
            await lab.Pump.FlushAsync(journal, default);
            Assert.Single(lab.Store.PointsOf(journal.Run, "loss"));
        }
    }

    [Fact]
    public async Task An_idle_threads_chunk_does_not_keep_old_segments()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        using var logged = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var idle = new Thread(() =>
        {
            journal.Log(loss, -1, 1);
            logged.Set();
            leave.Wait();
            journal.Log(loss, -2, 2);
        });
        idle.Start();
        logged.Wait();
        for (var i = 0; i < 100_000; i++) journal.Log(loss, i, i);
        for (var i = 0; i < 5; i++) await lab.Pump.FlushAsync(journal, default);
        Assert.True(journal.Segments[0].Number > 0, "The first segment is still there.");
        leave.Set();
        idle.Join();
        await lab.Pump.FlushAsync(journal, default);
        Assert.Equal(100_002, lab.Store.PointsOf(journal.Run, "loss").Count);
    }

    [Fact]
    public async Task A_thread_that_ended_leaves_its_points()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        for (var i = 0; i < 50; i++)
        {
            var step = i;
            var thread = new Thread(() => journal.Log(loss, step, step));
            thread.Start();
            thread.Join();
            if (i % 10 == 0) await lab.Pump.FlushAsync(journal, default);
        }

        await lab.Pump.FlushAsync(journal, default);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), lab.Store.PointsOf(journal.Run, "loss").Select(point => point.Step));
        Assert.Equal(50, journal.Logged);
    }

    [Fact]
    public async Task Drop_counts_what_the_limit_refuses_and_goes_on_when_there_is_room()
    {
        await using var lab = new JournalLab(configure: settings => settings with
        {
            MaxBytes = SegmentFile.MinLength,
            FullPolicy = JournalFullPolicy.Drop,
        });
        lab.Store.BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true };
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        for (var i = 0; i < 50_000; i++) journal.Log(loss, i, i);
        var fits = SegmentFile.MinLength / PointCell.Bytes;
        Assert.Equal(fits, journal.Health.Logged);
        Assert.Equal(50_000 - fits, journal.Health.Dropped);
        Assert.Single(lab.Lines.All, line => line.Id == 1003);
        lab.Store.BeforeApply = null;
        await lab.Pump.FlushAsync(journal, default);
        Assert.Equal(Enumerable.Range(0, (int)fits).Select(i => (long)i), lab.Store.PointsOf(journal.Run, "loss").Select(point => point.Step));

        // The segment is deleted in the background; from then on there is room.
        SpinWait.SpinUntil(() =>
        {
            journal.Log(loss, 77_777, 0);
            return journal.Logged > fits;
        });
        await lab.Pump.FlushAsync(journal, default);
        Assert.Equal(77_777, lab.Store.PointsOf(journal.Run, "loss")[^1].Step);
        Assert.Null(journal.Health.LastFailure);

        // The next time it is told again.
        lab.Store.BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true };
        for (var i = 0; i < 50_000; i++) journal.Log(loss, i, i);
        Assert.Equal(2, lab.Lines.All.Count(line => line.Id == 1003));
    }

    [Fact]
    public async Task Wait_holds_the_thread_until_the_store_has_taken_enough()
    {
        await using var lab = new JournalLab(configure: settings => settings with { MaxBytes = SegmentFile.MinLength });
        var isDown = true;
        lab.Store.BeforeApply = _ =>
        {
            if (Volatile.Read(ref isDown)) throw new LifecycleException("down") { IsTransient = true };
        };
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        var thread = new Thread(() =>
        {
            for (var i = 0; i < 30_000; i++) journal.Log(loss, i, i);
        });
        thread.Start();
        SpinWait.SpinUntil(() => lab.Lines.All.Any(line => line.Id == 1003));
        Assert.Equal(SegmentFile.MinLength / PointCell.Bytes, journal.Logged);
        Volatile.Write(ref isDown, false);
        await lab.Pump.FlushAsync(journal, default);
        thread.Join();
        await lab.Pump.FlushAsync(journal, default);
        Assert.Equal(Enumerable.Range(0, 30_000).Select(i => (long)i), lab.Store.PointsOf(journal.Run, "loss").Select(point => point.Step));
    }

    [Fact]
    public async Task A_thread_that_waits_for_room_leaves_when_the_tracker_is_disposed()
    {
        await using var lab = new JournalLab(configure: settings => settings with { MaxBytes = SegmentFile.MinLength, ShutdownTimeout = TimeSpan.Zero });
        lab.Store.BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true };
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        var thread = new Thread(() =>
        {
            for (var i = 0; i < 9_000; i++) journal.Log(loss, i, i);
        });
        thread.Start();
        SpinWait.SpinUntil(() => lab.Lines.All.Any(line => line.Id == 1003));
        await lab.Pump.DisposeAsync();
        thread.Join();
        Assert.Equal(9_000, journal.Health.Logged + journal.Health.Refused);
    }
}
