using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Sdk.Tests.Journal;

/// <summary>A clock that moves only from one timer setting of the pump to the next, so that tests of waiting are exact.</summary>
internal sealed class SteppedTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _settings = Channel.CreateUnbounded<TimeSpan>();
    private int _count;

    /// <summary>How often the pump has set its timer: once a pass.</summary>
    public int Settings => Volatile.Read(ref _count);

    /// <summary>Waits until the pump has done its work and set its timer, and moves the clock there.</summary>
    public async Task StepAsync() => Advance(await _settings.Reader.ReadAsync());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new WatchedTimer(base.CreateTimer(callback, state, dueTime, period), this);

    private sealed class WatchedTimer(ITimer inner, SteppedTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            if (dueTime == Timeout.InfiniteTimeSpan) return changed;
            Interlocked.Increment(ref time._count);
            time._settings.Writer.TryWrite(dueTime);
            return changed;
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
