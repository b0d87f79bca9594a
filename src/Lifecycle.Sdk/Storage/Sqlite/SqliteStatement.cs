using System.Text;
using SQLitePCL;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// A prepared statement that its <see cref="SqliteDatabase"/> keeps for the next use; disposing only resets it. Texts are bound and
/// read as counted UTF-8, because the terminated form would end a value at its first U+0000.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int StackBytes = 512;
    private readonly SqliteDatabase _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(SqliteDatabase database, sqlite3_stmt statement)
    {
        _database = database;
        _statement = statement;
    }

    /// <summary>Whether somebody uses it now; the cache then prepares another one for the same text.</summary>
    public bool IsRented { get; set; }

    public SqliteStatement Bind(int index, long value)
    {
        _database.Check(raw.sqlite3_bind_int64(_statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    /// <summary>SQLite has no NaN: it becomes NULL.</summary>
    public SqliteStatement Bind(int index, double value)
    {
        _database.Check(raw.sqlite3_bind_double(_statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null) return BindNull(index);
        Span<byte> stack = stackalloc byte[StackBytes];
        var bytes = value.Length * 3 <= StackBytes ? stack : new byte[Encoding.UTF8.GetByteCount(value)];
        var length = Encoding.UTF8.GetBytes(value, bytes);
        _database.Check(raw.sqlite3_bind_text(_statement, index, bytes[..length]));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        _database.Check(raw.sqlite3_bind_blob(_statement, index, value));
        return this;
    }

    public SqliteStatement BindNull(int index)
    {
        _database.Check(raw.sqlite3_bind_null(_statement, index));
        return this;
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last one.</returns>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw _database.Failure(),
        };
    }

    /// <summary>Runs a statement without rows, ready to be bound and run again.</summary>
    public void Run()
    {
        while (Step())
        {
            // PRAGMAs and RETURNING may answer rows that nobody asked for.
        }

        raw.sqlite3_reset(_statement);
    }

    public int ColumnCount => raw.sqlite3_column_count(_statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public long? NullableInt64(int column) => IsNull(column) ? null : Int64(column);

    public double Double(int column) => raw.sqlite3_column_double(_statement, column);

    public string Text(int column) => Encoding.UTF8.GetString(Blob(column));

    public string? NullableText(int column) => IsNull(column) ? null : Text(column);

    /// <summary>The bytes of a text or blob, valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose()
    {
        // The error that reset repeats has been thrown by Step already.
        raw.sqlite3_reset(_statement);
        raw.sqlite3_clear_bindings(_statement);
        IsRented = false;
    }

    public void Close() => _statement.Dispose();
}
