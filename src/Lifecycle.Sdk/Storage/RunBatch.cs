namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Facts and points of one run from one writer, applied to a store as a whole or not at all. Its memory belongs to the caller and is
/// valid only during the call.
/// </summary>
public sealed record RunBatch
{
    /// <summary>
    /// An <see cref="Attempt"/> that stands for the run's last one when the batch is applied, for writers that do not take part in resuming: those that
    /// joined a run, and clients that know nothing of attempts.
    /// </summary>
    public const long LatestAttempt = long.MaxValue;

    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The writer; <c>default</c> for a direct change, which carries no mark.</summary>
    public WriterId Writer { get; init; }

    /// <summary>The attempt that the points belong to; see <see cref="RunAttempt"/>. <see cref="LatestAttempt"/>: the last one that the run has by then; 0 if it was never resumed.</summary>
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

    /// <summary>What must hold for the batch to be applied. Nothing by default: a journal has to get rid of what it holds, a request may be refused.</summary>
    public BatchConditions Conditions { get; init; }
}

/// <summary>
/// What must hold for a batch to be applied; checked in the same transaction, against the run as it is before the batch, after it is known that the
/// batch was not applied before. A refused batch changes nothing, does not create its run, and does not use up its number. Only stores with
/// <see cref="StoreCapabilities.ChecksConditions"/> take other conditions than none.
/// </summary>
[Flags]
public enum BatchConditions
{
    /// <summary>Nothing: what contradicts the store is left out and reported, the rest is applied.</summary>
    None = 0,

    /// <summary>Nothing of the batch contradicts the store; else none of it is applied, and <see cref="ApplyResult.Conflicts"/> says why.</summary>
    NoConflicts = 1,

    /// <summary>The run is not softly deleted; else none of the batch is applied, and <see cref="ApplyResult.Conflicts"/> says so.</summary>
    ActiveRun = 2,

    /// <summary>
    /// Points equal in series, step, time and the bits of the value to one that the run holds, or to an earlier one of the batch, are left out: what a client sends
    /// again because the answer was lost is kept once. A point that another attempt has superseded is not held any more and may be logged again. The batch counts as
    /// applied, and its mark is kept, even if all of its points are left out.
    /// </summary>
    NewPointsOnly = 4,
}

/// <summary>Points of one series as columns of equal length, at least one point.</summary>
/// <param name="Key">The series in canonical text; see <see cref="MetricKey"/>.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Timestamps">Milliseconds since 1970-01-01 UTC.</param>
/// <param name="Values">The values.</param>
public readonly record struct SeriesPoints(
    string Key, ReadOnlyMemory<long> Steps, ReadOnlyMemory<long> Timestamps, ReadOnlyMemory<double> Values);

/// <summary>How a store took a batch.</summary>
/// <param name="Applied">False when the batch, or a later one, had been applied before, or was refused by its <see cref="RunBatch.Conditions"/>.</param>
/// <param name="Conflicts">One sentence for each fact that contradicted the store and was not stored, or for each reason of a refusal; usually empty.</param>
public readonly record struct ApplyResult(bool Applied, IReadOnlyList<string> Conflicts);

/// <summary>The last batch that a store has applied for a writer.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Mark">Its mark.</param>
public sealed record WriterMark(long Sequence, ReadOnlyMemory<byte> Mark);
