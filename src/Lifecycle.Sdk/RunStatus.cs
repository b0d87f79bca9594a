namespace Lifecycle.Sdk;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>Somebody logs to it, as far as the store has heard; see <see cref="RunInfo.IsLive"/>.</summary>
    Running = 0,

    /// <summary>Planned, not begun.</summary>
    Scheduled = 1,

    /// <summary>Ended by <c>Complete</c>.</summary>
    Finished = 2,

    /// <summary>Ended by <c>Fail</c>, or disposed without <c>Complete</c>.</summary>
    Failed = 3,

    /// <summary>Stopped on purpose from outside.</summary>
    Killed = 4,

    /// <summary>Its process died; everything it had logged was recovered from the journal.</summary>
    Interrupted = 5,
}
