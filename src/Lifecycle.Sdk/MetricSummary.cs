namespace Lifecycle.Sdk;

/// <summary>
/// What is known of one series without reading its points. Superseded points (see <see cref="RunAttempt"/>)
/// do not count. All stores compute these in the same way, whatever order batches arrive in.
/// </summary>
public sealed record MetricSummary
{
    /// <summary>The series, in canonical text; see <see cref="MetricKey"/>.</summary>
    public required string Key { get; init; }

    /// <summary>How many points there are, NaN included.</summary>
    public required long Count { get; init; }

    /// <summary>How many of them are NaN.</summary>
    public long NaNCount { get; init; }

    /// <summary>The smallest (step, timestamp, value) point.</summary>
    public required MetricPoint First { get; init; }

    /// <summary>The greatest (step, timestamp, value) point: the value that searches compare. NaN loses to any number.</summary>
    public required MetricPoint Last { get; init; }

    /// <summary>The point with the smallest value, the earliest step on ties; null when all are NaN.</summary>
    public MetricPoint? Min { get; init; }

    /// <summary>The point with the largest value, the earliest step on ties; null when all are NaN.</summary>
    public MetricPoint? Max { get; init; }

    /// <summary>The sum of all values that are not NaN.</summary>
    public double Sum { get; init; }

    /// <summary>
    /// Whether only <see cref="Last"/> is known, because the store does not summarise series (see <c>StoreCapabilities.SummarizesSeries</c>): then <see cref="Count"/> is 1, and
    /// <see cref="First"/>, <see cref="Min"/> and <see cref="Max"/> are that point. The history tells the rest.
    /// </summary>
    public bool IsLatestOnly { get; init; }

    /// <summary>The mean of all values that are not NaN; NaN when there is none.</summary>
    public double Mean => Count == NaNCount ? double.NaN : Sum / (Count - NaNCount);

    /// <summary>The best point: <see cref="Max"/> or <see cref="Min"/>.</summary>
    /// <param name="goal">Which direction is better.</param>
    /// <returns>The point, or null when all values are NaN.</returns>
    public MetricPoint? Best(MetricGoal goal) => goal == MetricGoal.Maximize ? Max : Min;
}

/// <summary>Which direction of a metric is better.</summary>
public enum MetricGoal
{
    /// <summary>Smaller is better, as for a loss.</summary>
    Minimize = 0,

    /// <summary>Larger is better, as for an accuracy.</summary>
    Maximize = 1,
}
