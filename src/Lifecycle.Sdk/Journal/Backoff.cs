namespace Lifecycle.Sdk.Journal;

/// <summary>When to try again: after 0.25 s, doubling up to a minute, with a quarter of jitter; what can't succeed by itself every five minutes.</summary>
internal sealed class Backoff(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Rare = TimeSpan.FromMinutes(5);
    private int _failures;
    private long _since;

    /// <summary>How long to wait from the last failure on; zero if there was none.</summary>
    public TimeSpan Delay { get; private set; }

    public TimeSpan Remaining
    {
        get
        {
            if (Delay == TimeSpan.Zero) return TimeSpan.Zero;
            var remaining = Delay - time.GetElapsedTime(_since);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    public void Fail(bool isTransient)
    {
        var delay = First * Math.Pow(2, Math.Min(_failures, 16));
        if (delay > Longest) delay = Longest;
        if (!isTransient) delay = Rare;
#pragma warning disable CA5394 // Spreads retries; not a secret.
        Delay = delay * (0.75 + (0.5 * Random.Shared.NextDouble()));
#pragma warning restore CA5394
        _since = time.GetTimestamp();
        _failures++;
    }

    public void Succeed()
    {
        _failures = 0;
        Delay = TimeSpan.Zero;
    }
}
