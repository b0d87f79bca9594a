using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// Opens connections to one file: looks before it touches, creates or migrates the schema, and sets what each connection needs.
/// </summary>
internal sealed class SqliteConnector
{
    /// <summary>The size of the pages of a new file; chosen by measurement, see SCHEMA.md.</summary>
    public int PageSize { get; init; } = 4_096;

    /// <summary>How many pages the file may have; what does not fit is answered like a full disk. No limit by default.</summary>
    public int? MaxPages { get; init; }

    private const string Settings =
        """
        PRAGMA synchronous = FULL;
        PRAGMA fullfsync = ON;
        PRAGMA checkpoint_fullfsync = ON;
        PRAGMA foreign_keys = ON;
        PRAGMA cache_spill = OFF;
        PRAGMA cache_size = -16384;
        PRAGMA journal_size_limit = 67108864;
        """;

    private readonly string _path;

    /// <summary>What the file system says, asked for once.</summary>
    private bool? _usesWal;

    public SqliteConnector(string path, IReadOnlyList<string>? migrations = null)
    {
        _path = path;
        Migrations = migrations ?? SqliteSchema.Migrations;
    }

    /// <summary>The steps from each version of the schema to the next.</summary>
    public IReadOnlyList<string> Migrations { get; }

    /// <summary>Whether to use WAL; by default wherever the file system is not a network one.</summary>
    public bool? UseWal { get; init; }

    /// <summary>How long a call waits for other processes before it gives up as transient.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Runs something again while another process holds the lock.</summary>
    public T Patiently<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return work();
            }
            catch (SqliteFailureException failure) when (failure.IsBusy && waiting.Elapsed < Patience)
            {
                // Mostly SQLite has waited itself; where it does not (a change of the journal mode), this keeps the loop from spinning.
                cancellationToken.WaitHandle.WaitOne(5);
            }
        }
    }

    public SqliteDatabase Open(CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(_path) is { Length: > 0 } folder) CreateFolder(folder);
        var database = SqliteDatabase.Open(_path);
        try
        {
            if (!Patiently(() => IsCurrentNow(database), cancellationToken)) Upgrade(database, cancellationToken);
            Patiently(() => SetJournalMode(database), cancellationToken);
            // Setting them reads the schema, for which a process that recovers or closes the WAL has to be waited for.
            Patiently(() => Apply(database, Settings), cancellationToken);
            if (MaxPages is { } pages)
                Patiently(() => Apply(database, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}")),
                    cancellationToken);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static bool Apply(SqliteDatabase database, string pragmas)
    {
        database.Execute(pragmas);
        return true;
    }

    private void CreateFolder(string folder)
    {
        try
        {
            NativeFiles.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LifecycleException($"The folder of the database '{_path}' can't be created: {e.Message}", e) { Store = _path };
        }
    }

    /// <summary>Looks within one transaction: between two, another process may create the schema.</summary>
    private bool IsCurrentNow(SqliteDatabase database)
    {
        database.Execute("BEGIN");
        try
        {
            return IsCurrent(database);
        }
        finally
        {
            database.Rollback();
        }
    }

    private bool IsCurrent(SqliteDatabase database)
    {
        var version = database.Scalar("PRAGMA user_version");
        var application = database.Scalar("PRAGMA application_id");
        var isEmpty = database.Scalar("SELECT count(*) FROM sqlite_schema") == 0;
        if (application != SqliteSchema.ApplicationId && !(application == 0 && version == 0 && isEmpty))
            throw Refused($"is a SQLite database of another application (application_id {application})");
        if (version > Migrations.Count)
        {
            throw Refused(string.Create(
                CultureInfo.InvariantCulture,
                $"has schema version {version}, newer than {Migrations.Count}, the newest that this version of the library knows: "
                    + $"update the library"));
        }

        if (version < 0) throw Refused($"claims schema version {version}");
        return version == Migrations.Count;
    }

    private LifecycleException Refused(string what) => new($"The file '{_path}' {what}. It was left as it is.") { Store = _path };

    /// <summary>Creates or migrates; several processes may try at once, and all but one find it done when they get the lock.</summary>
    private void Upgrade(SqliteDatabase database, CancellationToken cancellationToken)
    {
        // Both take effect only while the file is empty.
        var layout = string.Create(CultureInfo.InvariantCulture, $"PRAGMA page_size = {PageSize}; PRAGMA auto_vacuum = INCREMENTAL;");
        Patiently(() => Apply(database, layout), cancellationToken);
        Patiently(() => SetJournalMode(database), cancellationToken);
        while (!Patiently(() => UpgradeByOne(database), cancellationToken))
        {
            // One version a transaction: a crash leaves a whole version.
        }
    }

    private bool UpgradeByOne(SqliteDatabase database)
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            var isCurrent = IsCurrent(database);
            if (!isCurrent)
            {
                var version = (int)database.Scalar("PRAGMA user_version");
                database.Execute(Migrations[version]);
                database.Execute(string.Create(
                    CultureInfo.InvariantCulture, $"PRAGMA application_id = {SqliteSchema.ApplicationId}; PRAGMA user_version = "
                        + $"{version + 1};"));
            }

            database.Execute("COMMIT");
            return isCurrent;
        }
        catch
        {
            database.Rollback();
            throw;
        }
    }

    /// <summary>
    /// WAL needs memory shared by all processes, which network file systems do not give: there the rollback journal is used, with which
    /// readers and writers wait for each other. Whatever the file system refuses, SQLite answers with the mode that is left.
    /// </summary>
    private bool SetJournalMode(SqliteDatabase database)
    {
        var wanted = UseWal ?? (_usesWal ??= IsOnThisMachine()) ? "wal" : "truncate";
        if (database.ScalarText("PRAGMA journal_mode") != wanted) database.ScalarText($"PRAGMA journal_mode = {wanted}");
        return true;
    }

    private bool IsOnThisMachine() => FileSystems.Look(Path.GetDirectoryName(Path.GetFullPath(_path))!) != FileSystemTrust.Remote;
}
