namespace Lifecycle.Sdk.Server;

/// <summary>
/// Makes whoever fails too often wait, twice as long each time. An attempt counts as failed from its beginning, so that many at once can't overtake the count.
/// </summary>
internal sealed class AttemptLimiter(TimeProvider time, int free, TimeSpan longest)
{
    public const int Capacity = 10_000;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Failures> _failed = [];

    public int Count
    {
        get
        {
            lock (_gate) return _failed.Count;
        }
    }

    /// <returns>How long to wait before an attempt is allowed; zero: it has begun.</returns>
    public TimeSpan Begin(UInt128 key)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var before = _failed.TryGetValue(key, out var known) && now - known.Last < Memory ? known : default;
            if (now < before.Next) return before.Next - now;
            if (_failed.Count >= Capacity && !_failed.ContainsKey(key)) MakeRoom(now);
            var count = before.Count + 1;
            // 2^30 s is beyond any longest wait, and more would overflow.
            var wait = count < free ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(1L << Math.Min(count - free, 30), (long)longest.TotalSeconds));
            _failed[key] = new Failures(count, now, now + wait);
            return TimeSpan.Zero;
        }
    }

    /// <summary>The attempt was right after all.</summary>
    /// <param name="key">Whose attempt it was.</param>
    /// <param name="forgive">Whether those before are forgotten too.</param>
    public void Succeed(UInt128 key, bool forgive)
    {
        lock (_gate)
        {
            if (!_failed.TryGetValue(key, out var known)) return;
            if (forgive || known.Count <= 1) _failed.Remove(key);
            else _failed[key] = known with { Count = known.Count - 1 };
        }
    }

    /// <summary>Forgets what is old, or else the half that failed longest ago: an attacker has to fail thousands of times for it, and is slow by then.</summary>
    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, failures) in _failed)
            if (now - failures.Last >= Memory) _failed.Remove(key);
        if (_failed.Count < Capacity) return;
        foreach (var (key, _) in _failed.OrderBy(pair => pair.Value.Last).Take(Capacity / 2).ToList())
            _failed.Remove(key);
    }

    private readonly record struct Failures(int Count, DateTimeOffset Last, DateTimeOffset Next);
}
