using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>Decides whether the death of a writer interrupted its run.</summary>
internal static class Interruption
{
    /// <summary>What to record; null when the run has gone on or ended otherwise.</summary>
    /// <param name="orphan">The dead writer's journal, all delivered.</param>
    /// <param name="run">The run as the store knows it.</param>
    /// <param name="latestPoint">The latest time of a point delivered just now, in milliseconds since 1970.</param>
    /// <param name="hasLiveWriter">Whether another writer of the run is alive on this machine.</param>
    /// <param name="now">The present time.</param>
    public static RunStatusChanged? Of(
        OrphanJournal orphan, RunInfo? run, long latestPoint, Func<JournalSource, bool> hasLiveWriter, DateTimeOffset now)
    {
        // Somebody resumed it since, or set its status from outside: that is the newer truth.
        if (run is { Status: not RunStatus.Running } || (run is not null && run.Attempts.Any(attempt => attempt.Id > orphan.Attempt)))
            return null;
        if (hasLiveWriter(orphan)) return null;

        // Times of points are the user's and may be nonsense; the run did not end after now.
        var latest = Math.Clamp(Math.Max(orphan.LatestTime, latestPoint), 0, now.ToUnixTimeMilliseconds());
        return new RunStatusChanged(RunStatus.Interrupted, DateTimeOffset.FromUnixTimeMilliseconds(latest), null);
    }
}
