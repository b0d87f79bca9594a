using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Journal;

/// <summary>
/// Opens a tracker's journals and takes what they hold to the store, on one background thread for all runs. This file: what the tracker
/// calls, from any thread; <c>JournalPump.Loop.cs</c>: what the thread does.
/// </summary>
internal sealed partial class JournalPump : IAsyncDisposable
{
    private const int MaxFolderTries = 8;

    // Beyond the shutdown time-out, for a store that is slow to heed its token and a disk that is slow to sync what is left.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly TrackingStore _store;
    private readonly JournalSettings _settings;
    private readonly ILogger _logger;
    private readonly JournalHost _host;
    private readonly JournalRecovery _recovery;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abort = new();
    private Task? _disposal;

    /// <summary>Does no I/O and starts nothing.</summary>
    /// <param name="store">Where everything goes. The pump does not dispose it.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="logger">Where troubles go.</param>
    public JournalPump(TrackingStore store, JournalSettings settings, ILogger logger)
    {
        (_store, _settings, _logger, _time) = (store, settings, logger, settings.TimeProvider);
        _host = new JournalHost(settings, logger, Wake, DropSpares);
        _recovery = new JournalRecovery(settings, logger);
    }

    /// <summary>Completes when the journals of dead writers that were there at the start are delivered or have failed once. Never faults.</summary>
    public Task Recovered => _recovered.Task;

    /// <summary>How the journals are doing.</summary>
    public JournalStatus Status
    {
        get
        {
            lock (_gate)
            {
                var live = _drains.Select(drain => drain.Source).OfType<RunJournal>().ToList();
                return new JournalStatus(
                    _drains.Count,
                    live.Sum(journal => Math.Max(0, journal.Logged - journal.Counts.Delivered)),
                    live.Sum(journal => journal.BytesOnDisk),
                    _closedDropped + live.Sum(journal => journal.Dropped),
                    Interlocked.Read(ref _failures),
                    _drains.Select(drain => drain.Counts.Failure).FirstOrDefault(failure => failure is not null));
            }
        }
    }

    /// <summary>Points logged since the start.</summary>
    public long Logged
    {
        get
        {
            lock (_gate) return _closedLogged + _drains.Select(drain => drain.Source).OfType<RunJournal>().Sum(journal => journal.Logged);
        }
    }

    /// <summary>Starts the thread, which first looks for journals of dead writers. Later calls do nothing.</summary>
    /// <exception cref="ObjectDisposedException">The pump has been disposed.</exception>
    public void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal is not null, this);
            if (_thread is not null) return;
            _thread = new Thread(Work) { IsBackground = true, Name = "Lifecycle journal pump" };
            _thread.Start();
        }
    }

    /// <summary>Opens a journal. Local and quick: makes a folder and appends the first facts.</summary>
    /// <param name="run">The run.</param>
    /// <param name="attempt">The attempt that its points belong to: its number, <see cref="RunBatch.LatestAttempt"/> or <see cref="JournalSource.UnknownAttempt"/>.</param>
    /// <param name="first">How the writer begins: with <see cref="RunStarted"/> or <see cref="RunResumed"/> it answers for the run's end.</param>
    /// <exception cref="LifecycleException">The folder can't be made.</exception>
    /// <exception cref="ObjectDisposedException">The pump has been disposed.</exception>
    public RunJournal Open(RunId run, long attempt, IReadOnlyList<RunFact> first)
    {
        var journal = Make(run, attempt, first);
        lock (_gate)
        {
            if (_disposal is null)
            {
                journal.Drain = Register(journal);
                _drains.Add(journal.Drain);
                Start(); // only now: in a new process everything is run for the first time, and the folder comes first
            }
        }

        if (journal.Drain is null)
        {
            Discard(journal);
            throw new ObjectDisposedException(nameof(JournalPump));
        }

        journal.PrepareFirst();
        Wake();
        return journal;
    }

    /// <summary>The barrier: completes when everything logged before the call is in the store.</summary>
    /// <param name="journal">Which journal; null for all of this tracker, including those being recovered.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="tries">How often the store may refuse; the first try does not wait for a back-off.</param>
    /// <exception cref="LifecycleException">The store did not take it in so many tries; everything is kept and power-safe in the journal.</exception>
    /// <exception cref="ObjectDisposedException">The pump has been disposed.</exception>
    public async Task FlushAsync(RunJournal? journal, CancellationToken cancellationToken, int tries = FlushRequest.MaxTries)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FlushRequest request;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal is not null, this);
            request = new FlushRequest(journal is null ? _drains : _drains.Where(drain => drain.Source == journal), tries);
            if (request.IsDone) return;
            _requests.Add(request);
        }

        Wake();
        using var registration = cancellationToken.Register(() => request.Abandon(cancellationToken));
        await request.Task.ConfigureAwait(false);
    }

    /// <summary>Delivers an ended journal to the last and removes its folder.</summary>
    /// <param name="journal">The journal, after <see cref="RunJournal.End"/>.</param>
    /// <param name="cancellationToken">Stops waiting; the pump goes on.</param>
    /// <exception cref="LifecycleException">As for <see cref="FlushAsync"/>; the pump goes on trying.</exception>
    /// <exception cref="InvalidOperationException">The journal has not been ended.</exception>
    public async Task CloseAsync(RunJournal journal, CancellationToken cancellationToken)
    {
        if (!journal.IsEndCalled) throw new InvalidOperationException($"The journal of run {journal.Run} has not been ended.");
        if (journal.Drain!.IsFinished is false) await FlushAsync(journal, cancellationToken).ConfigureAwait(false);

        // The end is delivered with the last batch, or by a retry of the record that a full disk refused.
        await journal.Drain.Closed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Delivers what it can within the shutdown time-out. What is left, and journals without an end, stay for the next tracker.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate) return new ValueTask(_disposal ??= DisposeOnceAsync());
    }

    private async Task DisposeOnceAsync()
    {
        // Leaves the lock that the caller holds, and a context (a window's thread) that the caller may block.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var (started, patience) = (_time.GetTimestamp(), _settings.ShutdownTimeout + Grace);
        AbandonJournals();
        if (_thread is not null)
        {
            using var deadline = new CancellationTokenSource(_settings.ShutdownTimeout, _time);
            using var registration = deadline.Token.Register(GiveUp);
            Stop();
            if (!await WaitForThreadAsync(patience).ConfigureAwait(false)) return;
        }

        var left = patience - _time.GetElapsedTime(started);
        await ReleaseAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero).ConfigureAwait(false);
        LifecycleDiagnostics.Forget(this);
        _abort.Dispose();
    }

    private void GiveUp()
    {
        _abort.Cancel();
        Wake();
    }

    // A store that does not heed its token must not keep the process from leaving: the thread is then left behind with all it holds.
    private async Task<bool> WaitForThreadAsync(TimeSpan patience)
    {
        try
        {
            await _finished.Task.WaitAsync(patience, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            FailRequests();
            LifecycleDiagnostics.Forget(this);
            return false;
        }
    }

    private RunJournal Make(RunId run, long attempt, IReadOnlyList<RunFact> first)
    {
        for (var tries = 1; ; tries++)
        {
            var folder = "";
            try
            {
                var writer = WriterId.New();
                folder = JournalFolder.PathOf(_settings.Directory, run, writer);
                Directory.CreateDirectory(folder);
                if (OwnerLock.TryCreate(folder, _time.GetUtcNow()) is { } owner) return Begin(folder, run, writer, attempt, owner, first);
                if (tries == MaxFolderTries) throw new IOException("Other trackers keep taking the new folder for an orphan.");
            }
            catch (DirectoryNotFoundException) when (tries < MaxFolderTries && !Directory.Exists(folder))
            {
                // Another tracker took the new folder for an orphan, and was through with it before the owner's file was locked.
            }
            catch (Exception e) when (DiskFailure.Is(e))
            {
                throw new LifecycleException(
                    $"The journal of run {run} can't be opened in '{_settings.Directory}': {e.Message} See to it that the folder can be written to, or choose another one.", e)
                {
                    IsTransient = e is IOException,
                    Store = _store.Address,
                    Run = run,
                };
            }
        }
    }

    private RunJournal Begin(
        string folder, RunId run, WriterId writer, long attempt, OwnerLock owner, IReadOnlyList<RunFact> first)
    {
        RunJournal? journal = null;
        try
        {
            journal = new RunJournal(_host, folder, run, writer, attempt, owner);
            journal.Begin(first);
            return journal;
        }
        catch
        {
            journal?.Abandon();
            journal?.Dispose();
            JournalRecovery.Delete(folder, owner, _logger);
            throw;
        }
    }

    private void Discard(RunJournal journal)
    {
        journal.Abandon();
        journal.Dispose();
        JournalRecovery.Delete(journal.Folder, journal.Owner, _logger);
    }
}
