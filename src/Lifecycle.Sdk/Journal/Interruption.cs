using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>Decides whether the death of a writer interrupted its run.</summary>
internal static class Interruption
{
    /// <summary>Whether the run still waits for its dead writer: nobody resumed it since, or set its status from outside, which would be the newer truth.</summary>
    /// <param name="orphan">The dead writer's journal, all delivered.</param>
    /// <param name="run">The run as the store knows it.</param>
    public static bool IsOpen(OrphanJournal orphan, RunInfo? run) =>
        run is null || (run.Status == RunStatus.Running && !run.Attempts.Any(attempt => attempt.Id > orphan.Attempt));

    /// <summary>What to record once nobody else logs to the run.</summary>
    /// <param name="orphan">The dead writer's journal.</param>
    /// <param name="latestPoint">The latest time of a point delivered just now, in milliseconds since 1970.</param>
    /// <param name="now">The present time.</param>
    public static RunStatusChanged Of(OrphanJournal orphan, long latestPoint, DateTimeOffset now)
    {
        // Times of points are the user's and may be nonsense; the run did not end after now.
        var latest = Math.Clamp(Math.Max(orphan.LatestTime, latestPoint), 0, now.ToUnixTimeMilliseconds());
        return new RunStatusChanged(RunStatus.Interrupted, DateTimeOffset.FromUnixTimeMilliseconds(latest), null);
    }
}
