namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>Garbage collection.</content>
internal sealed partial class SqliteStore
{
    /// <summary>An upload that has not moved for this long belongs to a dead process.</summary>
    private static readonly TimeSpan UploadPatience = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public override async ValueTask<GarbageReport> CollectGarbageAsync(
        GarbageOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.MinimumAge < TimeSpan.Zero)
            throw new ArgumentException($"The minimum age {options.MinimumAge} is negative.", nameof(options));
        var now = NowMilliseconds();
        var until = (long)Math.Max(now - options.MinimumAge.TotalMilliseconds, long.MinValue / 2);
        if (options.DryRun) return Read(database => Survey(database, until), cancellationToken);

        var report = await WriteAsync(database => Collect(database, until), cancellationToken).ConfigureAwait(false);
        await WriteAsync(database => EndDeadUploads(database, now - (long)UploadPatience.TotalMilliseconds), cancellationToken)
            .ConfigureAwait(false);
        // Chunks that nothing leads to any more go one by one, each in its own short transaction, like they came.
        while (await WriteAsync(DeleteLostChunks, cancellationToken).ConfigureAwait(false))
        {
        }

        while (await ShrinkAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return report;
    }

    private const string OldExperiments = "stage = 'deleted' AND deleted_ms <= ?1";

    /// <summary>Deleted runs, and all runs of deleted experiments.</summary>
    private const string OldRuns =
        "(stage = 'deleted' AND deleted_ms <= ?1 OR experiment_id IN (SELECT experiment_id FROM experiments WHERE stage = 'deleted' "
            + "AND deleted_ms <= ?1))";

    private const string UnusedContents =
        "touched_ms <= ?1 AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.digest = contents.digest "
        + "AND a.run_key NOT IN (SELECT run_key FROM runs WHERE " + OldRuns + "))";

    private static GarbageReport Survey(SqliteDatabase database, long until)
    {
        var experiments = List(database, $"SELECT experiment_id FROM experiments WHERE {OldExperiments} ORDER BY experiment_id", until,
            row => ExperimentWriter.IdOf(row.Int64(0)));
        var runs = List(database, $"SELECT run_id FROM runs WHERE {OldRuns} ORDER BY run_id", until, row =>
            RunId.TryParse(row.Text(0), null, out var id) ? id : default);
        using var query = database.Prepare($"SELECT count(*), coalesce(sum(size), 0) FROM contents WHERE {UnusedContents}");
        query.Bind(1, until).Step();
        return new GarbageReport(true, experiments, [.. runs.Where(run => !run.IsEmpty)], (int)query.Int64(0), query.Int64(1));
    }

    private static GarbageReport Collect(SqliteDatabase database, long until)
    {
        var report = Survey(database, until);
        // Contents first: the condition looks at the runs that are about to go.
        foreach (var sql in (string[])
            [
                $"DELETE FROM contents WHERE {UnusedContents}", $"DELETE FROM runs WHERE {OldRuns}",
                    $"DELETE FROM experiments WHERE {OldExperiments}",
            ])
        {
            using var delete = database.Prepare(sql);
            delete.Bind(1, until).Run();
        }

        return report with { DryRun = false };
    }

    private static bool EndDeadUploads(SqliteDatabase database, long until)
    {
        using var delete = database.Prepare("DELETE FROM uploads WHERE touched_ms <= ?1");
        delete.Bind(1, until).Run();
        return database.Changes > 0;
    }

    private static bool DeleteLostChunks(SqliteDatabase database)
    {
        using var delete = database.Prepare(
            """
            DELETE FROM content_chunks WHERE chunk_key IN (
                SELECT chunk_key FROM content_chunks
                WHERE content_key NOT IN (SELECT content_key FROM contents) AND content_key NOT IN (SELECT content_key FROM uploads)
                  LIMIT 8)
            """);
        delete.Run();
        return database.Changes > 0;
    }

    /// <summary>Gives free pages back to the file system, some at a time.</summary>
    private async ValueTask<bool> ShrinkAsync(CancellationToken cancellationToken) =>
        await WriteAsync(
            database =>
            {
                var before = database.Scalar("PRAGMA freelist_count");
                Run(database, "PRAGMA incremental_vacuum(1024)");
                var left = database.Scalar("PRAGMA freelist_count");
                return left > 0 && left < before;
            },
            cancellationToken).ConfigureAwait(false);

    private static List<T> List<T>(SqliteDatabase database, string sql, long until, Func<SqliteStatement, T> read)
    {
        var rows = new List<T>();
        using var query = database.Prepare(sql);
        query.Bind(1, until);
        while (query.Step()) rows.Add(read(query));
        return rows;
    }
}
