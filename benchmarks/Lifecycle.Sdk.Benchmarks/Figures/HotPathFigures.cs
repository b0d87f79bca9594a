using System.Diagnostics;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>What one call costs on the training thread, beside reading the clock.</summary>
internal static class HotPathFigures
{
    private const int Calls = 2_000_000;
    private const int Rounds = 9;

    // Until the pump's code is compiled for good and segments are written again: a warm run.
    private static int _warmUp = 16;

    public static IEnumerable<Figure> All =>
    [
        new("Metric.Log(value, step)", () => OneThread((run, metric) => LogByHandle(metric), 1.5)),
        new("run.Log(name, value, step)", () => OneThread((run, metric) => LogByName(run), 2.5)),
        new("Metric.Log, two threads on one run", TwoThreads),
        new("Metric.Log, bytes allocated per call", Allocated),
        new("worst call, 99.99th percentile", WorstCall),
    ];

    private static Measurement OneThread(Action<Run, Metric> log, double goal)
    {
        using var folder = new ScratchFolder();
        using var tracker = Tracker.Open(folder.Store("runs"));
        using var run = tracker.StartRun("figures", ScratchFolder.Quiet);
        var metric = run.Metric("loss");
        WarmUp(() => log(run, metric));
        var (product, floor) = Timing.Interleave(() => log(run, metric), ReadClock, Rounds);
        run.Complete();
        return PerCall(product, floor, goal);
    }

    private static Measurement TwoThreads()
    {
        using var folder = new ScratchFolder();
        using var tracker = Tracker.Open(folder.Store("runs"));
        using var run = tracker.StartRun("figures", ScratchFolder.Quiet);
        Metric[] metrics = [run.Metric("a"), run.Metric("b")];
        WarmUp(() => LogByHandle(metrics[0]));
        var (product, floor) = Timing.Interleave(
            () => Parallel(thread => LogByHandle(metrics[thread])), () => Parallel(_ => ReadClock()), Rounds);
        run.Complete();
        return PerCall(product, floor, 2);
    }

    private static Measurement Allocated()
    {
        using var folder = new ScratchFolder();
        using var tracker = Tracker.Open(folder.Store("runs"));
        using var run = tracker.StartRun("figures", ScratchFolder.Quiet);
        var metric = run.Metric("loss");
        WarmUp(() => LogByHandle(metric));
        var (bytes, floor) = (BytesOf(() => LogByHandle(metric)), BytesOf(ReadClock));
        run.Complete();
        return new(Timing.Text($"{bytes / (double)Calls:0.##} B"), Timing.Text($"{floor / (double)Calls:0.##} B"), null, "0 B", bytes == 0);
    }

    private static void WarmUp(Action log)
    {
        for (var i = 0; i < _warmUp; i++) log();
        _warmUp = 6; // The next run needs to warm up its segments only.
    }

    // The fewest of three rounds: a collection that another thread brings about counts what is left of this one's allocation buffer.
    private static long BytesOf(Action work)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static Measurement WorstCall()
    {
        using var folder = new ScratchFolder();
        using var tracker = Tracker.Open(folder.Store("runs"));
        using var run = tracker.StartRun("figures", ScratchFolder.Quiet);
        var metric = run.Metric("loss");
        LogByHandle(metric);
        var (calls, clocks) = (new long[Calls * 3], new long[Calls * 3]);
        for (var i = 0; i < calls.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            metric.Log(i, i);
            calls[i] = Stopwatch.GetTimestamp() - start;
        }

        for (var i = 0; i < clocks.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            TimeProvider.System.GetUtcNow();
            clocks[i] = Stopwatch.GetTimestamp() - start;
        }

        run.Complete();
        var (product, floor) = (Percentile(calls), Percentile(clocks));
        return new(
            Timing.Text($"{product / 1000:0.0} us (max {calls.Max() * 1e6 / Stopwatch.Frequency:0} us)"), Timing.Text($"{floor / 1000:0.0} us"), product / floor,
            "< 1000 us, over 3 segments", product < 1e6);
    }

    private static double Percentile(long[] ticks)
    {
        var sorted = ticks.Order().ToArray();
        return sorted[(int)(sorted.Length * 0.9999)] * 1e9 / Stopwatch.Frequency;
    }

    private static Measurement PerCall(double product, double floor, double goal)
    {
        var (p, f) = (product * 1e6 / Calls, floor * 1e6 / Calls);
        return new(Timing.Text($"{p:0.0} ns"), Timing.Text($"{f:0.0} ns clock read"), p / f, Timing.Text($"<= {goal} x the clock read"), p / f <= goal);
    }

    private static void Parallel(Action<int> work)
    {
        var other = new Thread(() => work(1));
        other.Start();
        work(0);
        other.Join();
    }

    private static void LogByHandle(Metric metric)
    {
        for (var i = 0; i < Calls; i++) metric.Log(i, i);
    }

    private static void LogByName(Run run)
    {
        for (var i = 0; i < Calls; i++) run.Log("loss", i, i);
    }

    private static void ReadClock()
    {
#pragma warning disable RS0030 // The floor itself.
        for (var i = 0; i < Calls; i++) _ = DateTime.UtcNow;
#pragma warning restore RS0030
    }
}
