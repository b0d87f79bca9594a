namespace Lifecycle.Sdk.Journal;

/// <summary>How one run's journal is doing.</summary>
/// <param name="Logged">Points committed by this writer.</param>
/// <param name="Delivered">Points that the store has taken.</param>
/// <param name="Dropped">Points that were dropped because the journal was full.</param>
/// <param name="Refused">Points and facts that came after the end.</param>
/// <param name="Unreadable">Cells and fact records that could not be read back and were skipped.</param>
/// <param name="BacklogBytes">What the journal takes on the disk now.</param>
/// <param name="LastFailure">The latest failure of the disk or store; null if there was none since the last success.</param>
internal sealed record JournalHealth(
    long Logged, long Delivered, long Dropped, long Refused, long Unreadable, long BacklogBytes, string? LastFailure);

/// <summary>How all journals of a tracker are doing.</summary>
/// <param name="OpenJournals">How many runs are being written or drained.</param>
/// <param name="BacklogPoints">Points that the store has not taken yet.</param>
/// <param name="BacklogBytes">What the journals take on the disk.</param>
/// <param name="Dropped">Points dropped since the tracker started.</param>
/// <param name="Failures">Failed deliveries since the tracker started.</param>
/// <param name="LastFailure">The latest failure; null if all is well now.</param>
internal sealed record JournalStatus(
    int OpenJournals, long BacklogPoints, long BacklogBytes, long Dropped, long Failures, string? LastFailure);
