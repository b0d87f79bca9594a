using System.Globalization;

namespace Lifecycle.Sdk;

/// <summary>One logged value of a metric.</summary>
/// <param name="Step">The step, any 64-bit integer; steps may come in any order and repeat.</param>
/// <param name="UnixTimeMilliseconds">When it was logged, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Value">The value, bit for bit as logged: NaN, infinities, -0.0 and subnormals included.</param>
public readonly record struct MetricPoint(long Step, long UnixTimeMilliseconds, double Value)
{
    /// <summary>When the point was logged.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time lies outside the years 1 to 9999.</exception>
    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeMilliseconds(UnixTimeMilliseconds);

    /// <summary>The three numbers, also for a time that lies outside the years 1 to 9999.</summary>
    /// <returns>For people; not to be parsed.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"step {Step}: {Value:R} at {UnixTimeMilliseconds} ms");
}
