namespace Lifecycle.Sdk.Journal;

internal sealed partial class JournalPump
{
    // So that the delivery of a large orphan does not keep the live runs waiting.
    private const int OrphanBatches = 8;

    // Delivered orphans whose folders are still to be removed, and whose locks are held for as long.
    private const int MaxLeaving = 32;

    private readonly object _gate = new();
    private readonly List<JournalDrain> _drains = [];
    private readonly List<FlushRequest> _requests = [];
    private readonly BatchCutter _cutter = new();
    private ITimer? _timer;
    private Thread? _thread;
    private bool _isWoken;
    private bool _isStopping;
    private long _failures;
    private long _closedLogged;
    private long _closedDropped;
    private int _leaving;

    // Touched by the pump's thread alone: folders that may be orphans, and the one orphan that is being delivered, whose files are open.
    private readonly Queue<string> _candidates = new();
    private JournalDrain? _current;

    private void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Stop()
    {
        lock (_gate) _isStopping = true;
        Wake();
    }

    private void Work()
    {
        try
        {
            // Here, as the first timer and the first meter of a process cost milliseconds, for which nobody's first run should wait.
            Try(() =>
            {
                _timer = _time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                LifecycleDiagnostics.Watch(this);
                return true;
            });
            if (_settings.RecoverOrphans) Try(FindOrphans);
            NoteRecovered();
            var (isStopping, isDone) = (false, false);
            while (!isDone)
            {
                // The first pass of the end tries everything at once; what fails then is tried again at its pace until the deadline.
                var wasStopping = isStopping;
                isStopping = WaitForWork();
                var isLast = isStopping && !wasStopping;
                var more = Try(() => Pass(isLast));
                NoteRecovered();
                isDone = isStopping && ((!more && !MayStillSucceed()) || _abort.IsCancellationRequested);
            }
        }
        finally
        {
            _recovered.TrySetResult();
            _finished.TrySetResult();
        }
    }

    /// <summary>Runs something that should not fail: a fault in it must neither end the process nor the delivery.</summary>
    private bool Try(Func<bool> action)
    {
        try
        {
            return action();
        }
        catch (Exception e)
        {
            _logger.PumpError(e);
            _timer?.Change(_settings.DrainInterval, Timeout.InfiniteTimeSpan);
            return false;
        }
    }

    private bool MayStillSucceed()
    {
        lock (_gate) return _drains.Exists(drain => drain.Failure is not null && !drain.FailedForGood);
    }

    /// <summary>Waits for the timer or a call.</summary>
    /// <returns>Whether the pump is stopping.</returns>
    private bool WaitForWork()
    {
        lock (_gate)
        {
            while (!_isWoken) Monitor.Wait(_gate);
            _isWoken = false;
            return _isStopping;
        }
    }

    private bool FindOrphans()
    {
        foreach (var folder in _recovery.Find(Owns)) _candidates.Enqueue(folder);
        if (TakeOrphan()) Wake();
        return true;
    }

    /// <summary>Takes the next journal of a dead writer, one at a time so that few files are open.</summary>
    /// <returns>Whether there is one to deliver.</returns>
    private bool TakeOrphan()
    {
        while (_current is null && Volatile.Read(ref _leaving) < MaxLeaving && _candidates.TryDequeue(out var folder))
        {
            if (_recovery.Take(folder) is not { } orphan) continue;
            _current = Register(orphan);
            lock (_gate) _drains.Add(_current);
        }

        return _current is not null;
    }

    // Every orphan stays the current one until it is delivered or has failed.
    private void NoteRecovered()
    {
        if (_candidates.Count == 0 && _current is null) _recovered.TrySetResult();
    }

    private JournalDrain Register(JournalSource source) =>
        new(source, _store, _cutter, _logger, _time, dead => _recovery.HasLiveWriter(dead, LiveOwned));

    private bool Owns(string folder)
    {
        lock (_gate) return _drains.Exists(drain => drain.Source.Folder == folder);
    }

    /// <summary>Whether a folder is a live journal of this pump; null if it is not of this pump.</summary>
    private bool? LiveOwned(string folder)
    {
        lock (_gate)
        {
            return _drains.Find(drain => drain.Source.Folder == folder)?.Source is { } source
                ? source is RunJournal { IsEnded: false }
                : null;
        }
    }

    /// <summary>Delivers whatever is due.</summary>
    /// <param name="isLast">Whether what waits for a back-off is tried too.</param>
    /// <returns>Whether there is more to do at once.</returns>
    private bool Pass(bool isLast)
    {
        List<FlushRequest> requests;
        List<JournalDrain> drains;
        lock (_gate)
        {
            // Requests first: a pass that begins now answers those made before it.
            _requests.RemoveAll(request => request.IsDone);
            requests = [.. _requests];
            drains = [.. _drains.OrderBy(drain => drain.Source is OrphanJournal)];
        }

        var more = false;
        var failed = new HashSet<JournalDrain>();
        foreach (var drain in drains)
        {
            if (_abort.IsCancellationRequested) break;
            // Whatever becomes of the delivery: a journal whose owner is silent would be taken away from it.
            if (drain.SinceBeat >= _settings.HeartbeatInterval) drain.Beat();
            var waiting = requests.FindAll(request => !request.IsDone && request.WaitsFor(drain));
            if (drain.Backoff.Remaining > TimeSpan.Zero && !isLast && !waiting.Exists(request => request.IsNew)) continue;
            if (drain.Source is OrphanJournal && _current is not null && _current != drain)
            {
                more = true;
                continue;
            }

            switch (Drain(drain, waiting.Count > 0))
            {
                case DrainOutcome.Dry:
                    foreach (var request in waiting) request.Succeed(drain);
                    break;
                case DrainOutcome.More:
                    more = true;
                    break;
                default:
                    failed.Add(drain);
                    break;
            }
        }

        foreach (var request in requests) request.CountTry(failed, _store.Address);
        _host.Space.Pulse();
        if (!_abort.IsCancellationRequested) more |= TakeOrphan();
        if (more) Wake();
        else Schedule();
        return more;
    }

    private DrainOutcome Drain(JournalDrain drain, bool isAwaited)
    {
        var live = drain.Source as RunJournal;
        live?.RetryFacts();
        var heartbeat = drain.Silence >= _settings.HeartbeatInterval;
        if (drain.Source is OrphanJournal orphan && !(drain.IsWaiting && !heartbeat) && !Begin(drain, orphan)) return DrainOutcome.Dry;
        var outcome = drain.Drain(live is null ? OrphanBatches : int.MaxValue, heartbeat, _abort.Token);
        if (outcome == DrainOutcome.Failed)
        {
            Interlocked.Increment(ref _failures);

            // Whoever waits was promised safety from power loss, which the store would have given.
            if (isAwaited || drain.Source.IsEnded) live?.TrySync();
        }

        live?.RetireIdle();
        foreach (var segment in drain.Source.Release(drain.IsDelivered)) Sweep(drain.Source, segment);
        if (drain.IsFinished) Finish(drain);
        if (drain == _current && outcome != DrainOutcome.More) Rest(drain);
        return outcome;
    }

    /// <summary>Makes an orphan the current one; one that another tracker has taken meanwhile, or has delivered, is left to that.</summary>
    private bool Begin(JournalDrain drain, OrphanJournal orphan)
    {
        if (!orphan.IsOpen && !_recovery.TryOpen(orphan))
        {
            Forget(drain);
            drain.Closed.TrySetResult();
            return false;
        }

        _current = drain;
        return true;
    }

    /// <summary>Closes an orphan that is not delivered, or waits for others, until its next turn.</summary>
    private void Rest(JournalDrain drain)
    {
        if (!drain.IsFinished) ((OrphanJournal)drain.Source).Close();
        _current = null;
    }

    private void Sweep(JournalSource source, Segment segment)
    {
        if (source is RunJournal live) _host.Sweeper.Post(() => live.Sweep(segment));
        else _host.Sweeper.Post(() => JournalRecovery.Sweep(segment));
    }

    private void Forget(JournalDrain drain)
    {
        lock (_gate)
        {
            _drains.Remove(drain);

            // Those who asked while the last pass was under way are answered by it: nothing can follow an end.
            foreach (var request in _requests) request.Succeed(drain);
            if (drain.Source is RunJournal journal)
            {
                _closedLogged += journal.Logged;
                _closedDropped += journal.Dropped;
            }
        }
    }

    private void Finish(JournalDrain drain)
    {
        Forget(drain);
        if (drain.Source is RunJournal live)
        {
            foreach (var segment in live.ReleaseAll()) Sweep(live, segment);
        }
        else
        {
            _logger.Recovered(drain.Source.Run, drain.Source.Folder, drain.Counts.Delivered);
            drain.Source.Dispose();
            Interlocked.Increment(ref _leaving);
        }

        // Behind what is being prepared and the segments in the sweeper's queue, so that the folder is empty by then.
        if (drain.Source is not RunJournal || !_host.Preparer.Post(() => _host.Sweeper.Post(Remove))) _host.Sweeper.Post(Remove);

        void Remove()
        {
            try
            {
                drain.Source.Dispose();
                JournalRecovery.Delete(drain.Source.Folder, drain.Source.Owner!, _logger);
            }
            finally
            {
                drain.Closed.TrySetResult();
                if (drain.Source is OrphanJournal && Interlocked.Decrement(ref _leaving) == MaxLeaving - 1) Wake();
            }
        }
    }

    /// <summary>Sets the timer to the next thing that is due.</summary>
    private void Schedule()
    {
        var due = Timeout.InfiniteTimeSpan;
        lock (_gate)
        {
            foreach (var drain in _drains)
            {
                var remaining = drain.Failure is not null ? drain.Backoff.Remaining : drain.IsWaiting ? _settings.HeartbeatInterval : _settings.DrainInterval;
                if (_settings.HeartbeatInterval - drain.SinceBeat is var beat && beat < remaining) remaining = beat > TimeSpan.Zero ? beat : TimeSpan.Zero;
                if (due == Timeout.InfiniteTimeSpan || remaining < due) due = remaining;
            }
        }

        _timer!.Change(due, Timeout.InfiniteTimeSpan);
    }

    private void AbandonJournals()
    {
        foreach (var journal in Live()) journal.Abandon();
    }

    private bool DropSpares()
    {
        var dropped = false;
        foreach (var journal in Live()) dropped |= journal.DropSpares();
        return dropped;
    }

    private List<RunJournal> Live()
    {
        lock (_gate) return [.. _drains.Select(drain => drain.Source).OfType<RunJournal>()];
    }

    private void FailRequests()
    {
        List<FlushRequest> requests;
        lock (_gate)
        {
            requests = [.. _requests];
            _requests.Clear();
        }

        foreach (var request in requests) request.Fail(_store.Address);
    }

    // The thread is gone: what is left belongs to the next tracker.
    private async Task ReleaseAsync(TimeSpan patience)
    {
        FailRequests();
        _recovered.TrySetResult();
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        List<JournalDrain> left;
        lock (_gate) left = [.. _drains];
        var swept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // Behind the folders that wait for the preparer to be removed.
        _host.Preparer.Post(() =>
        {
            _host.Sweeper.Post(() =>
            {
                foreach (var drain in left) LeaveBehind(drain);
                swept.TrySetResult();
            });
            _host.Sweeper.Stop();
        });
        _host.Preparer.Stop();
        try
        {
            await swept.Task.WaitAsync(patience, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The disk is slow to sync what is left. The sweeper goes on while the process lives; without it the points still survive all but power loss.
        }
    }

    private void LeaveBehind(JournalDrain drain)
    {
        try
        {
            if (!drain.IsWaiting) _logger.LeftBehind(drain.Source.Run, drain.Source.Folder);
            (drain.Source as RunJournal)?.TrySync();
            drain.Source.Dispose();
        }
        finally
        {
            drain.Source.Owner?.Dispose();
            drain.Closed.TrySetException(new ObjectDisposedException(nameof(JournalPump)));
            _ = drain.Closed.Task.Exception;
        }
    }
}
