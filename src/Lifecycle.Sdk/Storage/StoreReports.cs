namespace Lifecycle.Sdk.Storage;

/// <summary>How bad a finding of <see cref="TrackingStore.VerifyAsync"/> is.</summary>
public enum FindingSeverity
{
    /// <summary>Harmless: the unfinished tail of a write that a crash cut off, a leftover temporary file.</summary>
    Information = 0,

    /// <summary>Something can't be read; everything else can.</summary>
    Damage = 1,
}

/// <summary>Something that a verification found.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Location">The file or table row.</param>
/// <param name="Offset">Where the unreadable bytes begin; 0 when the whole is meant.</param>
/// <param name="Length">How many bytes can't be read.</param>
/// <param name="Run">The run concerned, if known.</param>
/// <param name="Message">What is wrong and what it means.</param>
public sealed record StoreFinding(FindingSeverity Severity, string Location, long Offset, long Length, RunId? Run, string Message);

/// <summary>What garbage collection may remove.</summary>
public sealed record GarbageOptions
{
    /// <summary>Only report, remove nothing. <c>true</c> by default: removal has to be asked for.</summary>
    public bool DryRun { get; init; } = true;

    /// <summary>
    /// Runs and experiments deleted more recently than this are kept, and contents that no run refers to but that came in more recently: a run that is
    /// about to refer to them may be on its way. With zero, collect only while nobody logs artifacts. Default: 30 days.
    /// </summary>
    public TimeSpan MinimumAge { get; init; } = TimeSpan.FromDays(30);
}

/// <summary>What garbage collection removed, or would remove.</summary>
/// <param name="DryRun">Whether it only looked.</param>
/// <param name="Experiments">The ids of the experiments.</param>
/// <param name="Runs">The ids of the runs.</param>
/// <param name="Contents">How many artifact contents.</param>
/// <param name="Bytes">How many bytes of artifact contents.</param>
public sealed record GarbageReport(bool DryRun, IReadOnlyList<string> Experiments, IReadOnlyList<RunId> Runs, int Contents, long Bytes);
