namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>A clock that runs twenty times as fast, for waits between tries that are real but need not take real seconds.</summary>
internal sealed class HastyTime : TimeProvider
{
    private const int Factor = 20;
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _startStamp = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _start + (System.GetElapsedTime(_startStamp) * Factor);

    public override long GetTimestamp() => _startStamp + ((System.GetTimestamp() - _startStamp) * Factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new HastyTimer(System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period)));

    private static TimeSpan Shorten(TimeSpan span) => span > TimeSpan.Zero ? span / Factor : span;

    private sealed class HastyTimer(ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(Shorten(dueTime), Shorten(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
