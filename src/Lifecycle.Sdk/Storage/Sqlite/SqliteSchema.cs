namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// The tables as text, described in SCHEMA.md. A released version never changes: a later one is a migration that follows it.
/// </summary>
internal static class SqliteSchema
{
    /// <summary>The bytes 68 to 71 of the file, by which <c>file(1)</c> and this library know it: "Lcyc".</summary>
    public const int ApplicationId = 0x4C637963;

    /// <summary>The steps from each version to the next; the number of steps is the version that this library writes.</summary>
    public static IReadOnlyList<string> Migrations { get; } = [Version1, Version2];

    public static CheckedTable Experiments { get; } = new("experiments", "experiment_id", "", "experiment_id, name, stage, "
        + "created_ms, updated_ms, deleted_ms");

    public static CheckedTable ExperimentTags { get; } = new("experiment_tags", "experiment_id, name", "", "experiment_id, name, value");

    public static CheckedTable Runs { get; } = new(
        "runs",
        "run_key",
        "run_key",
        "run_id, experiment_id, name, status, stage, start_ms, end_ms, last_seen_ms, deleted_ms, parent_run_id, user_name, error");

    public static CheckedTable Params { get; } = new("params", "run_key, name", "run_key", "run_key, name, kind, text, number, bits");

    public static CheckedTable Tags { get; } = new("tags", "run_key, name", "run_key", "run_key, name, value");

    public static CheckedTable Inputs { get; } = new(
        "inputs", "run_key, position", "run_key", "run_key, position, name, digest, context, source, source_type, schema_text, row_count");

    public static CheckedTable Attempts { get; } = new("attempts", "run_key, attempt", "run_key", "run_key, attempt, from_step");

    public static CheckedTable Marks { get; } = new("marks", "run_key, writer", "run_key", "run_key, writer, sequence, mark");

    public static CheckedTable Artifacts { get; } = new("artifacts", "run_key, path_key", "run_key", "run_key, path, path_key, "
        + "digest, size, logged_ms");

    public static CheckedTable Series { get; } = new(
        "series",
        "series_key",
        "run_key",
        "run_key, name, stored, count, nan_count, first_step, first_ms, first_value, last_step, last_ms, last_value, "
        + "min_step, min_ms, min_value, max_step, max_ms, max_value, sum, mean, exact");

    public static CheckedTable Blocks { get; } = new("blocks", "block_key", "", "series_key, attempt, first_index, count, min_step, "
        + "max_step");

    public static CheckedTable Contents { get; } = new("contents", "content_key", "", "content_key, digest, size, chunks, touched_ms");

    public static CheckedTable Ledger { get; } = new("ledger", "sequence", "", "sequence, entry");

    public static CheckedTable AuditLedger { get; } = new("audit_ledger", "sequence", "", "sequence, entry");

    /// <summary>
    /// The tables whose rows carry a checksum, each with the columns that it covers, in order. The content chunks and the columns of the
    /// point blocks are covered by digests and checksums of their own, the keys that SQLite gives by its own indexes.
    /// </summary>
    public static IReadOnlyList<CheckedTable> CheckedTables { get; } =
    [
        Experiments, ExperimentTags, Runs, Params, Tags, Inputs, Attempts, Marks, Artifacts, Series, Blocks, Contents, Ledger,
        AuditLedger,
    ];

    private const string Version1 =
        """
        CREATE TABLE experiments (
            experiment_id INTEGER PRIMARY KEY AUTOINCREMENT,
            name          TEXT NOT NULL UNIQUE,
            stage         TEXT NOT NULL,
            created_ms    INTEGER NOT NULL,
            updated_ms    INTEGER NOT NULL,
            deleted_ms    INTEGER,
            row_check     INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE experiment_tags (
            experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
            name          TEXT NOT NULL,
            value         TEXT NOT NULL,
            row_check     INTEGER NOT NULL,
            PRIMARY KEY (experiment_id, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE runs (
            run_key       INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id        TEXT NOT NULL UNIQUE,
            experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
            name          TEXT NOT NULL,
            status        TEXT NOT NULL,
            stage         TEXT NOT NULL,
            start_ms      INTEGER NOT NULL,
            end_ms        INTEGER,
            last_seen_ms  INTEGER NOT NULL,
            deleted_ms    INTEGER,
            parent_run_id TEXT,
            user_name     TEXT,
            error         TEXT,
            row_check     INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX runs_by_start ON runs (start_ms DESC, run_id);
        CREATE INDEX runs_by_experiment ON runs (experiment_id, start_ms DESC, run_id);
        CREATE INDEX runs_by_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;

        CREATE TABLE params (
            run_key   INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            name      TEXT NOT NULL,
            kind      TEXT NOT NULL,
            text      TEXT NOT NULL,
            number    ANY,
            bits      INTEGER,
            row_check INTEGER NOT NULL,
            PRIMARY KEY (run_key, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tags (
            run_key   INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            name      TEXT NOT NULL,
            value     TEXT NOT NULL,
            row_check INTEGER NOT NULL,
            PRIMARY KEY (run_key, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE inputs (
            run_key     INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            position    INTEGER NOT NULL,
            name        TEXT NOT NULL,
            digest      TEXT NOT NULL,
            context     TEXT,
            source      TEXT,
            source_type TEXT,
            schema_text TEXT,
            row_count   INTEGER,
            row_check   INTEGER NOT NULL,
            PRIMARY KEY (run_key, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE attempts (
            run_key   INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            attempt   INTEGER NOT NULL,
            from_step INTEGER,
            row_check INTEGER NOT NULL,
            PRIMARY KEY (run_key, attempt)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE marks (
            run_key   INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            writer    TEXT NOT NULL,
            sequence  INTEGER NOT NULL,
            mark      BLOB NOT NULL,
            row_check INTEGER NOT NULL,
            PRIMARY KEY (run_key, writer)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE artifacts (
            run_key   INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            path      TEXT NOT NULL,
            path_key  TEXT NOT NULL,
            digest    TEXT NOT NULL,
            size      INTEGER NOT NULL,
            logged_ms INTEGER NOT NULL,
            row_check INTEGER NOT NULL,
            PRIMARY KEY (run_key, path_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX artifacts_by_digest ON artifacts (digest);

        CREATE TABLE series (
            series_key  INTEGER PRIMARY KEY AUTOINCREMENT,
            run_key     INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            name        TEXT NOT NULL,
            stored      INTEGER NOT NULL,
            count       INTEGER NOT NULL,
            nan_count   INTEGER NOT NULL,
            first_step  INTEGER, first_ms INTEGER, first_value REAL,
            last_step   INTEGER, last_ms  INTEGER, last_value  REAL,
            min_step    INTEGER, min_ms   INTEGER, min_value   REAL,
            max_step    INTEGER, max_ms   INTEGER, max_value   REAL,
            sum         REAL,
            mean        REAL,
            exact       BLOB NOT NULL,
            row_check   INTEGER NOT NULL,
            UNIQUE (run_key, name)
        ) STRICT;
        CREATE INDEX series_by_last_value ON series (name, last_value, run_key);
        CREATE INDEX series_by_min_value ON series (name, min_value, run_key);
        CREATE INDEX series_by_max_value ON series (name, max_value, run_key);

        CREATE TABLE blocks (
            block_key   INTEGER PRIMARY KEY,
            series_key  INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,
            attempt     INTEGER NOT NULL,
            first_index INTEGER NOT NULL,
            count       INTEGER NOT NULL,
            min_step    INTEGER NOT NULL,
            max_step    INTEGER NOT NULL,
            row_check   INTEGER NOT NULL,
            data        BLOB NOT NULL,
            UNIQUE (series_key, first_index)
        ) STRICT;

        CREATE TABLE contents (
            content_key INTEGER PRIMARY KEY,
            digest      TEXT NOT NULL UNIQUE,
            size        INTEGER NOT NULL,
            chunks      INTEGER NOT NULL,
            touched_ms  INTEGER NOT NULL,
            row_check   INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE content_chunks (
            chunk_key   INTEGER PRIMARY KEY,
            content_key INTEGER NOT NULL,
            chunk_index INTEGER NOT NULL,
            data        BLOB NOT NULL,
            UNIQUE (content_key, chunk_index)
        ) STRICT;

        CREATE TABLE uploads (
            content_key INTEGER PRIMARY KEY,
            touched_ms  INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE ledger (
            sequence  INTEGER PRIMARY KEY,
            entry     BLOB NOT NULL,
            row_check INTEGER NOT NULL
        ) STRICT;

        CREATE VIEW v_runs AS
        SELECT r.run_id, e.name AS experiment, r.name, r.status, r.stage,
               strftime('%Y-%m-%d %H:%M:%f', r.start_ms / 1000.0, 'unixepoch') AS started,
               strftime('%Y-%m-%d %H:%M:%f', r.end_ms / 1000.0, 'unixepoch') AS ended,
               (r.end_ms - r.start_ms) / 1000.0 AS seconds, r.user_name, r.parent_run_id, r.error
        FROM runs r JOIN experiments e USING (experiment_id);

        CREATE VIEW v_params AS
        SELECT r.run_id, r.name AS run, p.name AS param, p.kind, p.text, p.number
        FROM params p JOIN runs r USING (run_key);

        CREATE VIEW v_tags AS
        SELECT r.run_id, r.name AS run, t.name AS tag, t.value
        FROM tags t JOIN runs r USING (run_key);

        CREATE VIEW v_metrics AS
        SELECT r.run_id, r.name AS run, s.name AS metric, s.count, s.nan_count, s.first_value, s.last_value, s.last_step,
               s.min_value, s.min_step, s.max_value, s.max_step, s.mean
        FROM series s JOIN runs r USING (run_key)
        WHERE s.count > 0;

        CREATE VIEW v_artifacts AS
        SELECT r.run_id, r.name AS run, a.path, a.size, a.digest,
               strftime('%Y-%m-%d %H:%M:%f', a.logged_ms / 1000.0, 'unixepoch') AS logged
        FROM artifacts a JOIN runs r USING (run_key);

        """;

    private const string Version2 =
        """
        CREATE TABLE audit_ledger (
            sequence  INTEGER PRIMARY KEY,
            entry     BLOB NOT NULL,
            row_check INTEGER NOT NULL
        ) STRICT;

        CREATE VIEW v_audit AS
        SELECT sequence, CAST(entry AS TEXT) ->> 'time' AS time, CAST(entry AS TEXT) ->> 'user' AS user, CAST(entry AS TEXT) ->> 'action' AS action,
               CAST(entry AS TEXT) ->> 'subject' AS subject, CAST(entry AS TEXT) ->> 'status' AS status, CAST(entry AS TEXT) ->> 'count' AS count
        FROM audit_ledger;

        """;
}

/// <summary>A table whose rows carry a checksum.</summary>
/// <param name="Name">The table.</param>
/// <param name="Key">The columns of its primary key.</param>
/// <param name="Owner">The column with the key of the run that a row belongs to; empty if it belongs to none directly.</param>
/// <param name="Columns">The covered columns, in the order in which the checksum takes them.</param>
internal sealed record CheckedTable(string Name, string Key, string Owner, string Columns)
{
    /// <summary>Writes a whole row: parameters ?1, ?2, … in the order of the columns, the checksum by itself.</summary>
    public string Insert { get; } = InsertInto("INSERT", Name, Columns);

    /// <summary>The same; a row with the same key goes.</summary>
    public string Replace { get; } = InsertInto("INSERT OR REPLACE", Name, Columns);

    /// <summary>The same; a row with the same key stays.</summary>
    public string InsertIfNew { get; } = InsertInto("INSERT OR IGNORE", Name, Columns);

    /// <summary>Whether a row is as it was written, as a column or condition.</summary>
    public string IsSound => $"row_check = checksum({Columns})";

    /// <summary>
    /// Begins a change of single columns: rows that are sound are marked with -1, which no checksum is. A damaged row is not, so that
    /// changing it does not make it look sound.
    /// </summary>
    public string Unseal(string where) => $"UPDATE {Name} SET row_check = -1 WHERE ({where}) AND {IsSound}";

    /// <summary>Ends a change of single columns.</summary>
    public string Seal(string where) => $"UPDATE {Name} SET row_check = checksum({Columns}) WHERE ({where}) AND row_check = -1";

    private static string InsertInto(string verb, string table, string columns)
    {
        var parameters = string.Join(", ", columns.Split(", ").Select((_, i) => $"?{i + 1}"));
        return $"{verb} INTO {table} ({columns}, row_check) VALUES ({parameters}, checksum({parameters}))";
    }
}
