using SQLitePCL;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// What SQLite answered, as the exception that callers of a store expect; the code decides whether the store tries again by itself.
/// </summary>
internal sealed class SqliteFailureException : LifecycleException
{
    public SqliteFailureException(string store, int extendedCode, string answer)
        : base(Describe(store, extendedCode, answer))
    {
        Code = extendedCode & 0xFF;
        Store = store;
        IsTransient = Code is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_NOMEM
            or raw.SQLITE_CANTOPEN or raw.SQLITE_PROTOCOL or raw.SQLITE_READONLY;
    }

    /// <summary>The primary result code, such as 5 for <c>SQLITE_BUSY</c>.</summary>
    public int Code { get; }

    /// <summary>Somebody else holds the lock: the same call may succeed at once.</summary>
    public bool IsBusy => Code is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL;

    /// <summary>The file itself is at fault.</summary>
    public bool IsDamage => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_FORMAT;

    private static string Describe(string store, int extendedCode, string answer) => (extendedCode & 0xFF) switch
    {
        raw.SQLITE_CORRUPT => $"The database '{store}' is damaged ({answer}): what can still be read is listed by a verification.",
        raw.SQLITE_NOTADB => $"The file '{store}' is not a SQLite database, or its first page is damaged ({answer}). It was left as it is.",
        raw.SQLITE_FULL => $"The disk of '{store}' is full ({answer}): nothing of this change was stored.",
        raw.SQLITE_CANTOPEN => $"The database '{store}' can't be opened ({answer}): does the folder exist and may it be written?",
        raw.SQLITE_BUSY => $"The database '{store}' stayed locked by another process for too long ({answer}).",
        raw.SQLITE_READONLY => $"The database '{store}' can't be written ({answer}): are the file and its folder write-protected?",
        _ => $"SQLite answered {extendedCode} for '{store}': {answer}.",
    };
}
