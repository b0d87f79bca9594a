namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// From which step on the points of each attempt are superseded: the smallest step that any later attempt continued from.
/// </summary>
internal sealed class AttemptCutoffs
{
    private readonly List<RunAttempt> _attempts = [];

    /// <summary>The attempts to resume, oldest first.</summary>
    public IReadOnlyList<RunAttempt> Attempts => _attempts;

    /// <summary>The number of the last attempt; 0 if the run was never resumed.</summary>
    public long Latest => _attempts.Count == 0 ? 0 : _attempts[^1].Id;

    public static AttemptCutoffs Load(SqliteDatabase database, long runKey)
    {
        var cutoffs = new AttemptCutoffs();
        using var query = database.Prepare("SELECT attempt, from_step FROM attempts WHERE run_key = ?1 ORDER BY attempt");
        query.Bind(1, runKey);
        while (query.Step()) cutoffs._attempts.Add(new RunAttempt(query.Int64(0), query.NullableInt64(1)));
        return cutoffs;
    }

    /// <summary>The first step of an attempt that no longer counts; null if all of them do.</summary>
    public long? CutoffOf(long attempt)
    {
        long? cutoff = null;
        foreach (var later in _attempts)
        {
            if (later.Id > attempt && later.FromStep is { } step && (cutoff is null || step < cutoff)) cutoff = step;
        }

        return cutoff;
    }
}
