using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>A clock that stands still and tells which timers are set, so that a wait is known and not guessed.</summary>
internal sealed class WatchedTime(DateTimeOffset now) : FakeTimeProvider(now)
{
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>The next timer set that is shorter than the time-outs.</summary>
    public async Task<TimeSpan> NextTimerAsync(TimeSpan shorterThan)
    {
        while (true)
        {
            var due = await _timers.Reader.ReadAsync();
            if (due > TimeSpan.Zero && due < shorterThan) return due;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }
}
