namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>The write side: one batch, one transaction.</content>
internal sealed partial class SqliteStore
{
    private const string FindRun = "SELECT run_key FROM runs WHERE run_id = ?1";

    private readonly PointWriter _points = new();

    /// <inheritdoc/>
    public override ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken = default)
    {
        BatchRules.RequireValid(batch);
        return WriteAsync(database => Apply(database, batch), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<WriterMark?> GetMarkAsync(RunId run, WriterId writer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(
            database =>
            {
                using var query = database.Prepare("SELECT sequence, mark FROM marks JOIN runs USING (run_key) WHERE run_id = ?1 AND "
                    + "writer = ?2");
                query.Bind(1, run.ToString()).Bind(2, writer.ToString());
                return query.Step() ? new WriterMark(query.Int64(0), query.Blob(1).ToArray()) : null;
            },
            cancellationToken));

    private ApplyResult Apply(SqliteDatabase database, RunBatch batch)
    {
        var known = FindRunKey(database, batch.Run);
        if (known is { } key && !batch.Writer.IsNone && batch.Sequence <= AppliedSequence(database, key, batch.Writer))
            return new ApplyResult(false, []);
        if (batch.Attempt == RunBatch.LatestAttempt)
            batch = batch with { Attempt = known is { } run ? AttemptCutoffs.Load(database, run).Latest : 0 };
        if (batch.Conditions.HasFlag(BatchConditions.ActiveRun) && known is { } active && IsDeleted(database, active))
            return new ApplyResult(false, [BatchRules.NotActive(batch.Run)]);
        if (!batch.Conditions.HasFlag(BatchConditions.NoConflicts)) return new ApplyResult(true, Apply(database, batch, known));

        // What contradicts the store is found by writing: if there is any, the writing is taken back.
        database.Execute("SAVEPOINT batch");
        var conflicts = Apply(database, batch, known);
        if (conflicts.Count > 0) database.Execute("ROLLBACK TO batch");
        database.Execute("RELEASE batch");
        return new ApplyResult(conflicts.Count == 0, conflicts);
    }

    /// <summary>Writes the batch; one with the condition <see cref="BatchConditions.NoConflicts"/> only up to the facts if there are any.</summary>
    /// <returns>What contradicted the store.</returns>
    private IReadOnlyList<string> Apply(SqliteDatabase database, RunBatch batch, long? known)
    {
        var facts = new FactWriter(database, batch);
        var runKey = known ?? facts.CreateRun() ?? throw NoSuchRun(batch.Run);
        facts.Unseal(runKey);
        foreach (var fact in batch.Facts)
        {
            if (fact is RunResumed resumed && facts.Resume(runKey, resumed))
                _points.Supersede(database, runKey, batch.Attempt, resumed.FromStep);
            else facts.Apply(runKey, fact);
        }

        if (facts.Conflicts.Count > 0 && batch.Conditions.HasFlag(BatchConditions.NoConflicts)) return facts.Conflicts;
        _points.Append(database, runKey, batch);
        if (batch.End is { } end) facts.Apply(runKey, end);
        facts.Seal(runKey);
        return facts.Conflicts;
    }

    private static bool IsDeleted(SqliteDatabase database, long runKey)
    {
        using var query = database.Prepare("SELECT 1 FROM runs WHERE run_key = ?1 AND stage = ?2");
        return query.Bind(1, runKey).Bind(2, StageText.Of(LifecycleStage.Deleted)).Step();
    }

    private static long? FindRunKey(SqliteDatabase database, RunId run)
    {
        using var query = database.Prepare(FindRun);
        return query.Bind(1, run.ToString()).Step() ? query.Int64(0) : null;
    }

    private static long AppliedSequence(SqliteDatabase database, long runKey, WriterId writer)
    {
        using var query = database.Prepare("SELECT sequence FROM marks WHERE run_key = ?1 AND writer = ?2");
        return query.Bind(1, runKey).Bind(2, writer.ToString()).Step() ? query.Int64(0) : 0;
    }
}
