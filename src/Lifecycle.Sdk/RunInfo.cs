using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>What a store knows of a run, all but its points and its artifacts' contents. A snapshot: it does not change.</summary>
public sealed record RunInfo
{
    /// <summary>The run's id, the same in every store.</summary>
    public required RunId Id { get; init; }

    /// <summary>The experiment's id in this store.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>The run's name; need not be unique.</summary>
    public required string Name { get; init; }

    /// <summary>The status as last recorded; a run whose process has just died may still say running, see <see cref="IsLive"/>.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Whether the run is in use or softly deleted.</summary>
    public LifecycleStage Stage { get; init; }

    /// <summary>When the run started.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>When the store last heard from a process that logs to it.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>The run that this one is nested in; null if none.</summary>
    public RunId? ParentId { get; init; }

    /// <summary>Who started it; null if not captured.</summary>
    public string? User { get; init; }

    /// <summary>Why it failed, as given to <c>Fail</c>; null if it did not.</summary>
    public string? Error { get; init; }

    /// <summary>The params by name; enumerated in ordinal order of the names, whatever store they come from.</summary>
    public required IReadOnlyDictionary<string, ParamValue> Params { get; init => field = NameOrder.Sort(value); }

    /// <summary>The tags by name; enumerated in ordinal order of the names, whatever store they come from.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init => field = NameOrder.Sort(value); }

    /// <summary>The series by canonical name, each with its summary; enumerated in ordinal order of the names, whatever store they come from.</summary>
    public required IReadOnlyDictionary<string, MetricSummary> Metrics { get; init => field = NameOrder.Sort(value); }

    /// <summary>The datasets that the run used, in the order logged.</summary>
    public required IReadOnlyList<DatasetInput> Inputs { get; init; }

    /// <summary>The attempts to resume, oldest first, whose start superseded later steps of those before.</summary>
    public IReadOnlyList<RunAttempt> Attempts { get; init; } = [];

    /// <summary>Whether somebody is still logging: the status is running and the last sign of life is recent.</summary>
    /// <param name="now">The present time.</param>
    /// <param name="silence">How long a live run may be silent; 2 minutes by default (a live writer is heard every 30 seconds).</param>
    /// <returns>Whether the run is alive.</returns>
    public bool IsLive(DateTimeOffset now, TimeSpan? silence = null) =>
        Status == RunStatus.Running && now - LastSeen <= (silence ?? TimeSpan.FromMinutes(2));
}

/// <summary>One attempt at a run: the first, and one more for each time it was resumed.</summary>
/// <param name="Id">Its number, greater than those before: usually the start in milliseconds since 1970. The first attempt, which is not listed, is 0.</param>
/// <param name="FromStep">Points of earlier attempts from this step on are superseded; null supersedes nothing.</param>
public readonly record struct RunAttempt(long Id, long? FromStep);
