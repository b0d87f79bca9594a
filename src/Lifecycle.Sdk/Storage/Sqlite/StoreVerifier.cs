using System.Security.Cryptography;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// Looks for damage within one read transaction. Every check goes on as far as SQLite still reads: what fails is one finding, not the end.
/// </summary>
internal sealed class StoreVerifier(SqliteDatabase database)
{
    /// <summary>The b-trees, the free list, and that every index holds exactly the rows of its table.</summary>
    public IEnumerable<StoreFinding> CheckStructure() => Guarded("the file", Collect(
        "PRAGMA integrity_check(1000)",
        row => row.Text(0) == "ok" ? null : Damage("the file", $"SQLite's own check says: {row.Text(0)}")));

    /// <summary>
    /// That tables, indexes and views are the ones that this version creates; further ones are somebody's own and left alone.
    /// </summary>
    public IEnumerable<StoreFinding> CheckSchema(IReadOnlyList<string> migrations)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var finding in Guarded("sqlite_schema", Collect(Objects, row => Note(row, found)))) yield return finding;
        using var fresh = SqliteDatabase.Open(":memory:");
        foreach (var migration in migrations) fresh.Execute(migration);
        using var query = fresh.Prepare(Objects);
        while (query.Step())
        {
            var name = query.Text(0);
            if (!found.TryGetValue(name, out var sql))
                yield return Damage($"sqlite_schema, {name}", $"The {name} of the schema is missing.");
            else if (sql != query.Text(1))
                yield return Damage($"sqlite_schema, {name}", $"The definition of {name} is not the one that this version creates.");
        }
    }

    /// <summary>The rows of a table against their checksums.</summary>
    public IEnumerable<StoreFinding> CheckRows(CheckedTable table)
    {
        var findings = Scan(table, "", out var isComplete);
        if (isComplete) return findings;
        // From the other end: with luck only the damaged page in between stays unread.
        findings.AddRange(Scan(table, " DESC", out _));
        return findings.DistinctBy(finding => (finding.Location, finding.Message));
    }

    /// <summary>Rows that refer to rows which are not there.</summary>
    public IEnumerable<StoreFinding> CheckReferences()
    {
        foreach (var finding in Guarded("foreign keys", Collect(
            "PRAGMA foreign_key_check",
            row => Damage($"{row.Text(0)}, row {row.Int64(1)}",
                $"A row of {row.Text(0)} refers to a row of {row.Text(2)} that is not there."))))
        {
            yield return finding;
        }

        foreach (var finding in Guarded("artifacts", Collect(
            "SELECT run_id, path, digest FROM artifacts a LEFT JOIN runs USING (run_key) WHERE NOT EXISTS (SELECT 1 FROM contents c "
                + "WHERE c.digest = a.digest AND c.size = a.size)",
            row => Damage($"artifacts, {row.Text(1)}", $"The content {row.Text(2)} of artifact '{NameRules.Shorten(row.Text(1))}' is "
                + $"missing.", RunOf(row.Text(0))))))
        {
            yield return finding;
        }

        foreach (var finding in Guarded("content_chunks", Collect(
            "SELECT content_key, count(*), sum(length(data)) FROM content_chunks WHERE content_key NOT IN (SELECT content_key FROM "
                + "contents) GROUP BY content_key",
            row => new StoreFinding(
                FindingSeverity.Information,
                $"content_chunks, content {row.Int64(0)}",
                0,
                row.Int64(2),
                null,
                $"{row.Int64(1)} chunks of an upload that is not finished, or never will be: garbage collection removes them."))))
        {
            yield return finding;
        }
    }

    /// <summary>That the blocks of each series follow each other without gap, up to what the series has stored.</summary>
    public IEnumerable<StoreFinding> CheckSeries() => Guarded("blocks", Collect(
        """
        SELECT r.run_id, s.name, b.first_index, b.expected, s.series_key FROM (
            SELECT series_key, first_index, lag(first_index + count, 1, 0) OVER (PARTITION BY series_key ORDER BY first_index) AS
              expected FROM blocks
            UNION ALL
            SELECT series_key, stored, (SELECT coalesce(max(first_index + count), 0) FROM blocks b WHERE b.series_key =
              series.series_key) FROM series) b
        JOIN series s USING (series_key) LEFT JOIN runs r USING (run_key)
        WHERE b.first_index <> b.expected
        """,
        row => Damage(
            $"blocks of series {row.Int64(4)}",
            $"The series '{NameRules.Shorten(row.Text(1))}' goes on at point {row.Int64(2)}, and the blocks before end at {row.Int64(3)}.",
            RunOf(row.Text(0)))));

    /// <summary>All blocks that the table or its index knows.</summary>
    public List<long> BlockKeys() => Keys("SELECT block_key FROM blocks NOT INDEXED",
        "SELECT block_key FROM blocks WHERE series_key > -1 ORDER BY series_key");

    public List<long> ContentKeys() => Keys("SELECT content_key FROM contents",
        "SELECT content_key FROM contents ORDER BY content_key DESC");

    /// <summary>Decodes blocks, each by itself.</summary>
    public IEnumerable<StoreFinding> CheckBlocks(IEnumerable<long> keys)
    {
        foreach (var key in keys)
        {
            if (FindFault(key) is { } fault) yield return fault;
        }
    }

    /// <summary>Reads a content and checks its digest.</summary>
    public IEnumerable<StoreFinding> CheckContent(long key)
    {
        var location = $"contents, content {key}";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (digest, size, chunks, read) = ("", 0L, 0L, 0L);
        return Guarded(location, Check);

        void Check(List<StoreFinding> findings)
        {
            using (var content = database.Prepare("SELECT digest, size, chunks FROM contents WHERE content_key = ?1"))
            {
                if (!content.Bind(1, key).Step()) return;
                (digest, size, chunks) = (content.Text(0), content.Int64(1), content.Int64(2));
            }

            using var query = database.Prepare("SELECT data FROM content_chunks WHERE content_key = ?1 AND chunk_index < ?2 ORDER BY "
                + "chunk_index");
            query.Bind(1, key).Bind(2, chunks);
            while (query.Step())
            {
                hash.AppendData(query.Blob(0));
                read += query.Blob(0).Length;
            }

            if (read != size || Convert.ToHexStringLower(hash.GetHashAndReset()) != digest)
                findings.Add(Damage(location, $"The content {digest} of {size} bytes is altered or incomplete; {read} bytes are there.",
                    length: size));
        }
    }

    private const string Objects = "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'";

    private static StoreFinding? Note(SqliteStatement row, Dictionary<string, string> found)
    {
        found[row.Text(0)] = row.Text(1);
        return null;
    }

    private List<StoreFinding> Scan(CheckedTable table, string direction, out bool isComplete)
    {
        var order = string.Join(", ", table.Key.Split(", ").Select(column => column + direction));
        var owner = table.Owner.Length == 0 ? "NULL" : $"(SELECT run_id FROM runs WHERE runs.run_key = t.{table.Owner})";
        var findings = new List<StoreFinding>();
        var failure = Try(() =>
        {
            using var query = database.Prepare($"SELECT {owner}, {table.Key} FROM {table.Name} t WHERE NOT ({table.IsSound}) ORDER BY "
                + $"{order}");
            while (query.Step())
            {
                var key = string.Join(", ", table.Key.Split(", ")
                    .Select((column, i) => $"{column} {NameRules.Shorten(query.Text(i + 1))}"));
                findings.Add(Damage($"{table.Name}, {key}", "The row is not as this library wrote it: damaged, or changed by another "
                    + "tool.", RunOf(query.Text(0))));
            }
        });
        isComplete = failure is null;
        if (failure is not null) findings.Add(Damage(table.Name, $"The table can't be read to the end: {failure.Message}"));
        return findings;
    }

    private StoreFinding? FindFault(long key)
    {
        var location = $"blocks, block {key}";
        RunId? run = null;
        string? fault = null;
        var length = 0L;
        var failure = Try(() =>
        {
            using var row = database.Prepare(
                "SELECT b.count, b.attempt, b.data, b.min_step, b.max_step, run_id FROM blocks b LEFT JOIN series s USING "
                    + "(series_key) LEFT JOIN runs r USING (run_key) WHERE block_key = ?1");
            // Merged into a larger one since the keys were listed.
            if (!row.Bind(1, key).Step()) return;
            run = RunOf(row.Text(5));
            length = row.Blob(2).Length;
            fault = FindFault(row);
        });
        fault = failure?.Message ?? fault;
        return fault is null ? null : Damage(location, $"A block of points can't be read: {fault}", run, length);
    }

    private static string? FindFault(SqliteStatement row)
    {
        try
        {
            var block = PointCodec.Decode(row.Blob(2));
            var header = PointCodec.ReadHeader(row.Blob(2));
            return block.Count != row.Int64(0) || header.MinStep != row.Int64(3) || header.MaxStep != row.Int64(4)
                ? "the row says something else than the block."
                : null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    /// <summary>Keys from the table and from an index, so that damage in one of them hides nothing.</summary>
    private List<long> Keys(string first, string second)
    {
        var keys = new HashSet<long>();
        foreach (var sql in (string[])[first, second])
        {
            // Where it fails is found by the check of the structure.
            Try(() =>
            {
                using var query = database.Prepare(sql);
                while (query.Step()) keys.Add(query.Int64(0));
            });
        }

        return [.. keys.Order()];
    }

    private Action<List<StoreFinding>> Collect(string sql, Func<SqliteStatement, StoreFinding?> read) => findings =>
    {
        using var query = database.Prepare(sql);
        while (query.Step())
        {
            if (read(query) is { } finding) findings.Add(finding);
        }
    };

    private static List<StoreFinding> Guarded(string location, Action<List<StoreFinding>> check)
    {
        var findings = new List<StoreFinding>();
        if (Try(() => check(findings)) is { } failure) findings.Add(Damage(location, $"It can't be read to the end: {failure.Message}"));
        return findings;
    }

    private static SqliteFailureException? Try(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (SqliteFailureException failure) when (failure.IsDamage)
        {
            return failure;
        }
    }

    private static RunId? RunOf(string id) => RunId.TryParse(id, null, out var run) ? run : null;

    private static StoreFinding Damage(string location, string message, RunId? run = null, long length = 0) =>
        new(FindingSeverity.Damage, location, 0, length, run, message);
}
