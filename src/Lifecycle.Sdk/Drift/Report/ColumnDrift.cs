namespace Lifecycle.Sdk.Drift;

/// <summary>The comparison of one column with its reference. Immutable.</summary>
public sealed record ColumnDrift
{
    /// <summary>The name of the column.</summary>
    public required string Name { get; init; }

    /// <summary>The type of the current column, such as <c>double</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Present values of the reference.</summary>
    public required long ReferenceCount { get; init; }

    /// <summary>Missing values of the reference.</summary>
    public required long ReferenceMissing { get; init; }

    /// <summary>Present values of the current column.</summary>
    public required long CurrentCount { get; init; }

    /// <summary>Missing values of the current column.</summary>
    public required long CurrentMissing { get; init; }

    /// <summary>The test of the present values; null where one side has none.</summary>
    public DriftTestResult? Values { get; init; }

    /// <summary>The test of the share of missing values; null where no value is missing on either side, or every one.</summary>
    public DriftTestResult? Missing { get; init; }

    /// <summary>
    /// Values whose category the reference never held, or null where that is not known because the reference had more categories than
    /// its profile keeps. 0 for numeric columns that are not compared as categories.
    /// </summary>
    public long? NewCategoryValues { get; init; } = 0;

    /// <summary>The most frequent of the categories that the reference never held, at most 20.</summary>
    public IReadOnlyList<DriftBin> NewCategories { get; init; } = [];

    /// <summary>Whether <see cref="Histogram"/> holds bins of a number line rather than categories.</summary>
    public bool IsBinned { get; init; }

    /// <summary>
    /// The histogram: 24 equal bins between the outer half percents of the reference, the outermost holding the rest; or the categories, at
    /// most 20, where there are more the 15 most frequent and the others as one.
    /// </summary>
    public IReadOnlyList<DriftBin> Histogram { get; init; } = [];

    /// <summary>Whether values or missing share have drifted.</summary>
    public bool Drifted => Values is { Drifted: true } || Missing is { Drifted: true };
}

/// <summary>Counts of one bin or category.</summary>
/// <param name="Label">The category, or the interval in words.</param>
/// <param name="Reference">Values of the reference in it.</param>
/// <param name="Current">Current values in it.</param>
public sealed record DriftBin(string Label, long Reference, long Current);
