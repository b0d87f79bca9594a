namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>Writes the facts of one batch within its transaction.</summary>
internal sealed class FactWriter(SqliteDatabase database, RunBatch batch)
{
    private static readonly string UnsealRun = SqliteSchema.Runs.Unseal("run_key = ?1");
    private static readonly string SealRun = SqliteSchema.Runs.Seal("run_key = ?1");
    private readonly List<string> _conflicts = [];

    /// <summary>What contradicted the store.</summary>
    public IReadOnlyList<string> Conflicts => _conflicts;

    /// <summary>Creates the run if the batch starts it.</summary>
    /// <returns>Its key; null if the batch does not start it.</returns>
    public long? CreateRun()
    {
        if (batch.Facts.OfType<RunStarted>().FirstOrDefault() is not { } start) return null;
        var experiment = ExperimentWriter.FindOrCreate(database, start.ExperimentId, start.ExperimentName, batch.Time);
        using var insert = database.Prepare(SqliteSchema.Runs.Insert);
        insert.Bind(1, batch.Run.ToString()).Bind(2, experiment).Bind(3, start.Name);
        insert.Bind(4, RunRow.StatusText(RunStatus.Running)).Bind(5, StageText.Active).Bind(6, start.StartTime.ToUnixTimeMilliseconds())
            .BindNull(7);
        insert.Bind(8, batch.Time.ToUnixTimeMilliseconds()).BindNull(9).Bind(10, start.Parent?.ToString()).Bind(11, start.User)
            .BindNull(12);
        insert.Run();
        return database.LastInsertRowId;
    }

    /// <summary>Applies a fact other than <see cref="RunResumed"/>.</summary>
    public void Apply(long runKey, RunFact fact)
    {
        switch (fact)
        {
            case RunStarted started:
                Complete(runKey, started);
                break;
            case ParamLogged param:
                AddParam(runKey, param);
                break;
            case TagSet tag:
                using (var set = database.Prepare(SqliteSchema.Tags.Replace))
                    set.Bind(1, runKey).Bind(2, tag.Name).Bind(3, tag.Value).Run();
                break;
            case TagDeleted tag:
                using (var delete = database.Prepare("DELETE FROM tags WHERE run_key = ?1 AND name = ?2"))
                    delete.Bind(1, runKey).Bind(2, tag.Name).Run();
                break;
            case ArtifactLogged logged:
                AddArtifact(runKey, logged.Artifact);
                break;
            case ArtifactDeleted deleted:
                using (var delete = database.Prepare("DELETE FROM artifacts WHERE run_key = ?1 AND path = ?2"))
                    delete.Bind(1, runKey).Bind(2, deleted.Path.ToString()).Run();
                break;
            case InputLogged input:
                AddInput(runKey, input.Input);
                break;
            case RunRenamed renamed:
                Change("UPDATE runs SET name = ?2 WHERE run_key = ?1", runKey, renamed.Name);
                break;
            case RunStatusChanged changed when batch.Writer.IsNone || !IsOutdated(runKey):
                SetStatus(runKey, changed);
                break;
            case RunStageChanged changed:
                SetStage(runKey, changed.Stage);
                break;
        }
    }

    /// <summary>Begins an attempt.</summary>
    /// <returns>Whether it was new.</returns>
    public bool Resume(long runKey, RunResumed resumed)
    {
        using var insert = database.Prepare(SqliteSchema.Attempts.InsertIfNew);
        insert.Bind(1, runKey).Bind(2, batch.Attempt).Bind(3, resumed.FromStep).Run();
        if (database.Changes == 0) return false;
        if (!IsOutdated(runKey)) SetStatus(runKey, new RunStatusChanged(RunStatus.Running, null, null));
        return true;
    }

    /// <summary>Begins the change of a run's own row, which <see cref="Seal"/> ends.</summary>
    public void Unseal(long runKey)
    {
        using var unseal = database.Prepare(UnsealRun);
        unseal.Bind(1, runKey).Run();
    }

    /// <summary>Records that the run was heard of and how far its writer is, and brings the row's checksum up to date.</summary>
    public void Seal(long runKey)
    {
        using (var seen = database.Prepare("UPDATE runs SET last_seen_ms = max(last_seen_ms, ?2) WHERE run_key = ?1"))
            seen.Bind(1, runKey).Bind(2, batch.Time.ToUnixTimeMilliseconds()).Run();
        using (var seal = database.Prepare(SealRun))
            seal.Bind(1, runKey).Run();
        if (batch.Writer.IsNone) return;
        using var mark = database.Prepare(SqliteSchema.Marks.Replace);
        mark.Bind(1, runKey).Bind(2, batch.Writer.ToString()).Bind(3, batch.Sequence).Bind(4, batch.Mark.Span).Run();
    }

    private void Complete(long runKey, RunStarted started)
    {
        using var complete = database.Prepare(
            "UPDATE runs SET parent_run_id = coalesce(parent_run_id, ?2), user_name = coalesce(user_name, ?3) WHERE run_key = ?1");
        complete.Bind(1, runKey).Bind(2, started.Parent?.ToString()).Bind(3, started.User).Run();
    }

    private void AddParam(long runKey, ParamLogged param)
    {
        using (var query = database.Prepare("SELECT kind, text, bits FROM params WHERE run_key = ?1 AND name = ?2"))
        {
            if (query.Bind(1, runKey).Bind(2, param.Name).Step())
            {
                // A row that can't be read any more keeps its place: the first value wins, and a verification reports it.
                if (ParamRow.TryRead(query, 0, out var known) && known != param.Value)
                    _conflicts.Add($"The param '{param.Name}' of run {batch.Run} is '{Show(known)}' and was not changed to "
                        + $"'{Show(param.Value)}'.");
                return;
            }
        }

        using var insert = database.Prepare(SqliteSchema.Params.Insert);
        insert.Bind(1, runKey).Bind(2, param.Name);
        ParamRow.Bind(insert, 3, param.Value);
        insert.Run();
    }

    private static string Show(ParamValue value) => NameRules.Shorten(value.ToString());

    private void AddArtifact(long runKey, ArtifactInfo artifact)
    {
        var path = artifact.Path.ToString();
        if (ArtifactRow.FindConflict(database, runKey, path) is { } other)
        {
            _conflicts.Add($"The artifact '{path}' of run {batch.Run} can't stand beside '{other}': on some file systems they are the "
                + $"same file, or one is a folder of the other.");
            return;
        }

        using var insert = database.Prepare(SqliteSchema.Artifacts.Replace);
        insert.Bind(1, runKey).Bind(2, path).Bind(3, ArtifactRow.KeyOf(path)).Bind(4, artifact.Digest.ToString());
        insert.Bind(5, artifact.Size).Bind(6, artifact.Time.ToUnixTimeMilliseconds()).Run();
    }

    private void AddInput(long runKey, DatasetInput input)
    {
        using (var query = database.Prepare("SELECT 1 FROM inputs WHERE run_key = ?1 AND name = ?2 AND digest = ?3 AND context IS ?4"))
        {
            if (query.Bind(1, runKey).Bind(2, input.Name).Bind(3, input.Digest).Bind(4, input.Context).Step()) return;
        }

        long position;
        using (var query = database.Prepare("SELECT coalesce(max(position) + 1, 0) FROM inputs WHERE run_key = ?1"))
        {
            query.Bind(1, runKey).Step();
            position = query.Int64(0);
        }

        using var insert = database.Prepare(SqliteSchema.Inputs.Insert);
        insert.Bind(1, runKey).Bind(2, position).Bind(3, input.Name).Bind(4, input.Digest).Bind(5, input.Context);
        insert.Bind(6, input.Source).Bind(7, input.SourceType).Bind(8, input.Schema).Bind(9, input.RowCount).Run();
    }

    /// <summary>A writer of an attempt that a later one has taken over from no longer speaks for the run.</summary>
    private bool IsOutdated(long runKey)
    {
        using var query = database.Prepare("SELECT 1 FROM attempts WHERE run_key = ?1 AND attempt > ?2");
        return query.Bind(1, runKey).Bind(2, batch.Attempt).Step();
    }

    private void SetStatus(long runKey, RunStatusChanged changed)
    {
        using var update = database.Prepare("UPDATE runs SET status = ?2, end_ms = ?3, error = ?4 WHERE run_key = ?1");
        update.Bind(1, runKey).Bind(2, RunRow.StatusText(changed.Status)).Bind(3, changed.EndTime?.ToUnixTimeMilliseconds())
            .Bind(4, changed.Error).Run();
    }

    private void SetStage(long runKey, LifecycleStage stage)
    {
        // Deleting again keeps the first time: the run does not become younger for the garbage collection.
        var deleted = stage == LifecycleStage.Deleted ? "coalesce(deleted_ms, ?3)" : "NULL";
        using var update = database.Prepare($"UPDATE runs SET stage = ?2, deleted_ms = {deleted} WHERE run_key = ?1");
        update.Bind(1, runKey).Bind(2, StageText.Of(stage));
        if (stage == LifecycleStage.Deleted) update.Bind(3, batch.Time.ToUnixTimeMilliseconds());
        update.Run();
    }

    private void Change(string sql, long runKey, string value)
    {
        using var update = database.Prepare(sql);
        update.Bind(1, runKey).Bind(2, value).Run();
    }
}
