namespace Lifecycle.Sdk.Storage;

/// <summary>Some consecutive points of one series as columns of equal length. Does not change once it is handed out.</summary>
public sealed class PointBlock
{
    /// <summary>A block.</summary>
    /// <param name="attempt">The attempt that the points belong to.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="timestamps">Milliseconds since 1970-01-01 UTC.</param>
    /// <param name="values">The values.</param>
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    public PointBlock(long attempt, ReadOnlyMemory<long> steps, ReadOnlyMemory<long> timestamps, ReadOnlyMemory<double> values)
    {
        if (steps.Length != timestamps.Length || steps.Length != values.Length)
            throw new ArgumentException($"The columns have {steps.Length}, {timestamps.Length} and {values.Length} points.", nameof(steps));
        Attempt = attempt;
        Steps = steps;
        Timestamps = timestamps;
        Values = values;
    }

    /// <summary>The attempt that the points belong to; see <see cref="RunAttempt"/>.</summary>
    public long Attempt { get; }

    /// <summary>How many points.</summary>
    public int Count => Steps.Length;

    /// <summary>The steps.</summary>
    public ReadOnlyMemory<long> Steps { get; }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public ReadOnlyMemory<long> Timestamps { get; }

    /// <summary>The values.</summary>
    public ReadOnlyMemory<double> Values { get; }

    /// <summary>One point.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public MetricPoint this[int index] => new(Steps.Span[index], Timestamps.Span[index], Values.Span[index]);
}

/// <summary>Which points of a series to read.</summary>
public sealed record PointRange
{
    /// <summary>All points that are not superseded.</summary>
    public static PointRange All { get; } = new();

    /// <summary>The smallest step wanted.</summary>
    public long MinStep { get; init; } = long.MinValue;

    /// <summary>The greatest step wanted.</summary>
    public long MaxStep { get; init; } = long.MaxValue;

    /// <summary>Whether superseded points are wanted too; false by default.</summary>
    public bool IncludeSuperseded { get; init; }
}
