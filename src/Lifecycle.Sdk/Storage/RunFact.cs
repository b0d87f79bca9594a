namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Something other than a point that happened to a run. Facts are applied in order; applying the same fact again changes nothing.
/// The set is closed: a store handles every kind below.
/// </summary>
public abstract record RunFact
{
    private protected RunFact() { }
}

/// <summary>
/// The run began. The first fact of a run's first writer. The experiment is found by <paramref name="ExperimentId"/> if that is
/// given and known; else by <paramref name="ExperimentName"/>, and created (with that id if it is free) if there is none. A softly
/// deleted experiment is restored by it. For a run that the store already knows, only what it does not know yet is filled in.
/// </summary>
/// <param name="ExperimentId">The experiment's id, or null.</param>
/// <param name="ExperimentName">The experiment's name, or null if the id is given; <c>Default</c> if both are null.</param>
/// <param name="Name">The run's name.</param>
/// <param name="StartTime">When it began.</param>
/// <param name="Parent">The run it is nested in, which the store need not know yet.</param>
/// <param name="User">Who began it.</param>
public sealed record RunStarted(
    string? ExperimentId, string? ExperimentName, string Name, DateTimeOffset StartTime, RunId? Parent, string? User) : RunFact;

/// <summary>
/// A new attempt began, whose number is the batch's <see cref="RunBatch.Attempt"/>: the run is running again, without end time and error,
/// and all points of smaller attempts from <paramref name="FromStep"/> on are superseded, also those that arrive later.
/// </summary>
/// <param name="FromStep">The step that the attempt continues from; null supersedes nothing.</param>
public sealed record RunResumed(long? FromStep) : RunFact;

/// <summary>A param got its value. The first value wins; another value later is reported as a conflict and not stored.</summary>
/// <param name="Name">The param.</param>
/// <param name="Value">Its value.</param>
public sealed record ParamLogged(string Name, ParamValue Value) : RunFact;

/// <summary>A tag was set; the last value wins.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Value">Its value.</param>
public sealed record TagSet(string Name, string Value) : RunFact;

/// <summary>A tag was removed; no error if there was none.</summary>
/// <param name="Name">The tag.</param>
public sealed record TagDeleted(string Name) : RunFact;

/// <summary>
/// An artifact was logged, whose content was put into the store before. The same path again replaces the entry. A path that differs
/// from another of the run only in case, or that is a folder of another, is reported as a conflict and not stored.
/// </summary>
/// <param name="Artifact">The entry.</param>
public sealed record ArtifactLogged(ArtifactInfo Artifact) : RunFact;

/// <summary>An artifact's entry was removed; no error if there was none. Its content goes with the next garbage collection, if nothing else refers to it.</summary>
/// <param name="Path">The artifact.</param>
public sealed record ArtifactDeleted(ArtifactPath Path) : RunFact;

/// <summary>The run used a dataset. The same name, digest and context again changes nothing.</summary>
/// <param name="Input">The dataset.</param>
public sealed record InputLogged(DatasetInput Input) : RunFact;

/// <summary>The run was renamed.</summary>
/// <param name="Name">The new name.</param>
public sealed record RunRenamed(string Name) : RunFact;

/// <summary>
/// The run ended, or its status was set from outside. From a writer whose attempt a later one has taken over from, it changes nothing: that writer
/// no longer speaks for the run. A direct change (<see cref="RunBatch.Writer"/> is <c>default</c>) always applies, whatever its attempt.
/// </summary>
/// <param name="Status">The new status.</param>
/// <param name="EndTime">When it ended; null leaves it open.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
public sealed record RunStatusChanged(RunStatus Status, DateTimeOffset? EndTime, string? Error) : RunFact;

/// <summary>The run was softly deleted or restored.</summary>
/// <param name="Stage">The new stage.</param>
public sealed record RunStageChanged(LifecycleStage Stage) : RunFact;
