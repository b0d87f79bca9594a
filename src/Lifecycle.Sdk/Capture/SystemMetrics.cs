namespace Lifecycle.Sdk.Capture;

/// <summary>Logs CPU, memory and garbage collector numbers of the process at an interval, as <c>system/…</c> metrics with automatic steps.</summary>
internal sealed class SystemMetrics : IDisposable
{
    private readonly Lock _sampling = new();
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _timer;
    private readonly Metric _cpu;
    private readonly Metric _workingSet;
    private readonly Metric _heap;
    private readonly Metric _allocated;
    private readonly Metric _pauses;
    private readonly Metric _collections;
    private long _lastTime;
    private TimeSpan _lastCpu;
    private bool _stopped;

    public SystemMetrics(Run run, TimeSpan interval, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _cpu = run.Metric("system/cpu_percent");
        _workingSet = run.Metric("system/working_set_bytes");
        _heap = run.Metric("system/gc_heap_bytes");
        _allocated = run.Metric("system/gc_allocated_bytes");
        _pauses = run.Metric("system/gc_pause_percent");
        _collections = run.Metric("system/gc_collections");
        _lastTime = timeProvider.GetTimestamp();
        _lastCpu = CpuTime();
        _timer = timeProvider.CreateTimer(static state => ((SystemMetrics)state!).Sample(), this, interval, interval);
    }

    /// <summary>Stops; no sample is taken once it has returned.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_sampling) _stopped = true;
    }

    // A machine that is too busy to sample in time skips a beat: two samples at once would split one interval's CPU time.
    private void Sample()
    {
        if (!_sampling.TryEnter()) return;
        try
        {
            if (_stopped) return;
            var now = _timeProvider.GetTimestamp();
            var cpu = CpuTime();
            var elapsed = _timeProvider.GetElapsedTime(_lastTime, now);
            if (elapsed > TimeSpan.Zero) _cpu.Log(100.0 * (cpu - _lastCpu) / elapsed);
            (_lastTime, _lastCpu) = (now, cpu);
            _workingSet.Log(Environment.WorkingSet);
            _heap.Log(GC.GetTotalMemory(forceFullCollection: false));
            _allocated.Log(GC.GetTotalAllocatedBytes());
            _pauses.Log(GC.GetGCMemoryInfo().PauseTimePercentage);
            _collections.Log(GC.CollectionCount(0));
        }
        finally
        {
            _sampling.Exit();
        }
    }

    private static TimeSpan CpuTime() => OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsBrowser()
        ? TimeSpan.Zero
        : Environment.CpuUsage.TotalTime;
}
