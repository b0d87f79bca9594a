using System.Collections.Concurrent;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// A tracking store in one SQLite file, described in SCHEMA.md. One connection writes, guarded by a lock within the process and by short
/// immediate transactions between processes; a few others read. SQLite works synchronously, so tasks are completed when they are returned
/// unless another writer of this process has to be waited for.
/// </summary>
internal sealed partial class SqliteStore : TrackingStore
{
    private const int MaxIdleReaders = 8;

    private readonly SqliteConnector _connector;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentBag<SqliteDatabase> _readers = [];
    private SqliteDatabase? _writer;
    private volatile bool _disposed;

    /// <summary>A store. Nothing is opened or created before the first call.</summary>
    /// <param name="path">The file; a relative path is taken from the present working directory, once.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="connector">Opens connections; given by tests only.</param>
    public SqliteStore(string path, TimeProvider? timeProvider = null, Func<string, SqliteConnector>? connector = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Address = Path.GetFullPath(path);
        JournalDirectory = Address + ".journal";
        _connector = connector?.Invoke(Address) ?? new SqliteConnector(Address);
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public override string Address { get; }

    /// <inheritdoc/>
    public override string JournalDirectory { get; }

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => StoreCapabilities.Full;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            _writer?.Dispose();
            _writer = null;
            CloseReaders();
        }
        finally
        {
            _writing.Release();
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Runs a change in one transaction; another process that writes is waited for.</summary>
    private async ValueTask<T> WriteAsync<T>(Func<SqliteDatabase, T> change, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _writer ??= _connector.Open(cancellationToken);
            return Transact(_writer, "BEGIN IMMEDIATE", change, cancellationToken);
        }
        catch (SqliteFailureException failure) when (!failure.IsBusy)
        {
            // After an I/O error or damage a fresh connection knows the file as it is.
            _writer?.Dispose();
            _writer = null;
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Runs queries that see one state of the store.</summary>
    private T Read<T>(Func<SqliteDatabase, T> query, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_readers.TryTake(out var reader)) reader = _connector.Open(cancellationToken);
        var isSound = false;
        try
        {
            var result = _connector.Patiently(() => Transact(reader, "BEGIN", query, cancellationToken), cancellationToken);
            isSound = true;
            return result;
        }
        catch (Exception e) when (e is not SqliteFailureException)
        {
            isSound = true;
            throw;
        }
        finally
        {
            if (isSound && !_disposed && _readers.Count < MaxIdleReaders) _readers.Add(reader);
            else reader.Dispose();
            if (_disposed) CloseReaders();
        }
    }

    private T Transact<T>(SqliteDatabase database, string begin, Func<SqliteDatabase, T> work, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static d => ((SqliteDatabase)d!).Interrupt(), database);
        try
        {
            _connector.Patiently(() => Run(database, begin), cancellationToken);
            var result = work(database);
            _connector.Patiently(() => Run(database, "COMMIT"), cancellationToken);
            return result;
        }
        catch (SqliteFailureException) when (cancellationToken.IsCancellationRequested)
        {
            RollBack(database);
            throw new OperationCanceledException(cancellationToken);
        }
        catch
        {
            RollBack(database);
            throw;
        }
    }

    private static bool Run(SqliteDatabase database, string sql)
    {
        using var statement = database.Prepare(sql);
        statement.Run();
        return true;
    }

    private static void RollBack(SqliteDatabase database)
    {
        try
        {
            database.Rollback();
        }
        catch (SqliteFailureException)
        {
            // The failure that led here says more; closing the connection rolls back as well.
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out var reader)) reader.Dispose();
    }

    private LifecycleNotFoundException NoSuchRun(RunId run) =>
        new($"There is no run '{run}' in '{Address}'.") { Store = Address, Run = run };

    private LifecycleException Damaged(string what, RunId? run = null) =>
        new($"{what} in '{Address}' is damaged: a verification lists what can't be read.") { Store = Address, Run = run };

    private long NowMilliseconds() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
