namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Facts and points of one run from one writer, applied to a store as a whole or not at all. Its memory belongs to the caller and is
/// valid only during the call.
/// </summary>
public sealed record RunBatch
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The writer; <c>default</c> for a direct change, which carries no mark.</summary>
    public WriterId Writer { get; init; }

    /// <summary>The attempt that the points belong to; see <see cref="RunAttempt"/>.</summary>
    public long Attempt { get; init; }

    /// <summary>The batch's number: 1, 2, 3, … per run and writer. A store that has applied it or a later one ignores the batch.</summary>
    public long Sequence { get; init; }

    /// <summary>How far this batch empties the writer's journal: opaque to the store, at most 64 KiB, kept with <see cref="Sequence"/> in one transaction.</summary>
    public ReadOnlyMemory<byte> Mark { get; init; }

    /// <summary>When the batch was cut; becomes the run's <see cref="RunInfo.LastSeen"/> if later.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The facts in order. They are applied before the points.</summary>
    public IReadOnlyList<RunFact> Facts { get; init; } = [];

    /// <summary>The points, at most one entry a series, in the order logged.</summary>
    public IReadOnlyList<SeriesPoints> Points { get; init; } = [];

    /// <summary>A status change that takes effect after facts and points; null for none.</summary>
    public RunStatusChanged? End { get; init; }
}

/// <summary>Points of one series as columns of equal length, at least one point.</summary>
/// <param name="Key">The series in canonical text; see <see cref="MetricKey"/>.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Timestamps">Milliseconds since 1970-01-01 UTC.</param>
/// <param name="Values">The values.</param>
public readonly record struct SeriesPoints(
    string Key, ReadOnlyMemory<long> Steps, ReadOnlyMemory<long> Timestamps, ReadOnlyMemory<double> Values);

/// <summary>How a store took a batch.</summary>
/// <param name="Applied">False when the batch, or a later one, had been applied before.</param>
/// <param name="Conflicts">One sentence for each fact that contradicted the store and was not stored; usually empty.</param>
public readonly record struct ApplyResult(bool Applied, IReadOnlyList<string> Conflicts);

/// <summary>The last batch that a store has applied for a writer.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Mark">Its mark.</param>
public sealed record WriterMark(long Sequence, ReadOnlyMemory<byte> Mark);
