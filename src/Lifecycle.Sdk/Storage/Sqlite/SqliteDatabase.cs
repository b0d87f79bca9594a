using SQLitePCL;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// One connection with its prepared statements, used by one thread at a time. It stands on SQLitePCLRaw, the layer below
/// Microsoft.Data.Sqlite: blobs are then encoded and decoded without a copy, waiting for a lock is SQLite's own back-off instead of
/// 150 ms naps, and the functions that search needs see the values themselves.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>How long one call waits for a lock before the caller looks at its cancellation token and tries again.</summary>
    private const int BusyMilliseconds = 250;

    private readonly sqlite3 _handle;
    private readonly string _path;
    private readonly Dictionary<string, List<SqliteStatement>> _statements = new(StringComparer.Ordinal);

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(string path, sqlite3 handle)
    {
        _path = path;
        _handle = handle;
    }

    /// <summary>The LIKE patterns of the query that runs now; statements name them by position.</summary>
    public List<LikePattern> Patterns { get; } = [];

    /// <summary>How many rows the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(_handle);

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Opens a connection and creates the file if there is none; reads nothing of it yet.</summary>
    public static SqliteDatabase Open(string path)
    {
        const int flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX;
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new SqliteDatabase(path, handle);
        try
        {
            database.Check(code);
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
            SqliteFunctions.Register(handle, database.Patterns);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>A statement ready to be bound, prepared at most once a connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var prepared)) _statements.Add(sql, prepared = []);
        var statement = prepared.Find(s => !s.IsRented);
        if (statement is null) prepared.Add(statement = Compile(sql));
        statement.IsRented = true;
        return statement;
    }

    /// <summary>A statement that is used once and closed by <see cref="SqliteStatement.Close"/>: its text depends on the query.</summary>
    public SqliteStatement Compile(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, 0, out var statement));
        return new SqliteStatement(this, statement);
    }

    /// <summary>Runs statements without parameters.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The first column of the only row.</summary>
    public long Scalar(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Int64(0) : throw new InvalidOperationException($"No row from: {sql}");
    }

    public string ScalarText(string sql)
    {
        using var statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : "";
    }

    /// <summary>Makes a running statement of this connection give up; may be called from any thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_handle);

    /// <summary>Takes back what a failed transaction did; SQLite has done it already after some errors.</summary>
    public void Rollback()
    {
        if (InTransaction) Execute("ROLLBACK");
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Failure();
    }

    public SqliteFailureException Failure() =>
        new(_path, raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in _statements.Values.SelectMany(s => s)) statement.Close();
        _statements.Clear();
        _handle.Dispose();
    }
}
