using System.Collections.Concurrent;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// A store in a folder that a person can read: JSON for experiments and runs, artifacts as plain files, points in checksummed blocks. FORMAT.md
/// beside this file describes every byte. Several processes may use one folder at the same time.
/// </summary>
internal sealed partial class LocalFileStore : TrackingStore
{
    private const int MaxIdleFolders = 256;
    private readonly StoreLayout _layout;
    private readonly StoreFiles _files;
    private readonly TimeProvider _time;
    private readonly ChangeLog _changes;
    private readonly ExperimentFolder _experiments;
    private readonly ContentFolder _contents;
    private readonly ArtifactFolder _artifacts;
    private readonly RunIndex _index;
    private readonly LedgerFile _registryLedger;
    private readonly LedgerFile _auditLedger;
    private readonly ConcurrentDictionary<RunId, RunFolder> _folders = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile bool _isOpen;
    private volatile bool _isDisposed;

    /// <summary>A store in a folder, which is made when it is first used.</summary>
    /// <param name="root">The folder; a relative one is relative to the current directory of now.</param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="files">For tests that end the world in the middle.</param>
    /// <param name="ledgerPartBytes">For tests with many parts of a ledger.</param>
    public LocalFileStore(string root, TimeProvider? timeProvider = null, StoreFiles? files = null, int ledgerPartBytes = LedgerFile.DefaultPartBytes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _layout = new StoreLayout(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        _files = files ?? new StoreFiles();
        _time = timeProvider ?? TimeProvider.System;
        _changes = new ChangeLog(_layout, _files);
        _experiments = new ExperimentFolder(_layout, _files, _changes, _time);
        _contents = new ContentFolder(_layout, _files, _time);
        _artifacts = new ArtifactFolder(_layout, _files);
        _index = new RunIndex(_layout, _experiments);
        _registryLedger = new LedgerFile(_layout, _files, StoreLedger.Registry, ledgerPartBytes);
        _auditLedger = new LedgerFile(_layout, _files, StoreLedger.Audit, ledgerPartBytes);
    }

    /// <inheritdoc/>
    public override string Address => _layout.Root;

    /// <inheritdoc/>
    public override string JournalDirectory => _layout.Journal;

    /// <inheritdoc/>
    public override StoreCapabilities Capabilities => StoreCapabilities.Full;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        foreach (var folder in _folders.Values)
        {
            await folder.Gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            folder.IsDropped = true;
            folder.Forget();
            // Who waits behind this is told that the store is closed; at a gate that is disposed it would wait for ever.
            folder.Gate.Release();
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Makes or checks the folder on first use, and turns the file system's exceptions into this library's.</summary>
    private async ValueTask<T> RunAsync<T>(RunId? run, Func<ValueTask<T>> operation, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!_isOpen) await OpenAsync(cancellationToken).ConfigureAwait(false);
            return await operation().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LifecycleException($"The store '{Address}' could not be read or written: {e.Message}", e)
            {
                IsTransient = e is not (UnauthorizedAccessException or PathTooLongException),
                Store = Address,
                Run = run,
            };
        }
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isOpen) return;
            await StoreFormat.OpenAsync(_layout, _files, _experiments, _time, cancellationToken).ConfigureAwait(false);
            _isOpen = true;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Does something with a run's folder while nobody else of this instance does.</summary>
    private async ValueTask<T> WithFolderAsync<T>(RunId run, Func<RunFolder, ValueTask<T>> operation, CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var folder = _folders.GetOrAdd(run, id => new RunFolder(_layout, _files, _experiments, _artifacts, _changes, id, _time));
            await folder.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                // A folder that was made while the store was being closed is not among those that were dropped.
                if (folder.IsDropped || _isDisposed) continue;
                return await operation(folder).ConfigureAwait(false);
            }
            finally
            {
                folder.Gate.Release();
                if (_folders.Count > MaxIdleFolders) DropIdleFolders();
            }
        }
    }

    /// <summary>Forgets folders that nobody writes; they are read again when needed.</summary>
    private void DropIdleFolders()
    {
        foreach (var (run, folder) in _folders)
        {
            if (folder.IsWriting || !folder.Gate.Wait(0)) continue;
            if (!folder.IsWriting)
            {
                folder.IsDropped = true;
                folder.Forget();
                _folders.TryRemove(new(run, folder));
            }

            folder.Gate.Release();
        }
    }

    private LifecycleNotFoundException NoSuchRun(RunId run) => new($"The store '{Address}' has no run '{run}'.") { Store = Address, Run = run };
}
