namespace Lifecycle.Sdk.Journal;

/// <summary>Somebody waits until what was logged before is in the store. Used by the pump's thread, and by those who give up while that thread hangs in a store.</summary>
internal sealed class FlushRequest
{
    /// <summary>How often a barrier lets the store refuse before it tells its caller.</summary>
    public const int MaxTries = 3;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<JournalDrain> _remaining;
    private readonly int _maxTries;
    private int _tries;

    public FlushRequest(IEnumerable<JournalDrain> drains, int maxTries = MaxTries)
    {
        _remaining = [.. drains];
        _maxTries = maxTries;
        CompleteIfEmpty();
    }

    public Task Task => _done.Task;

    public bool IsDone => _done.Task.IsCompleted;

    /// <summary>Whether the first try is still to come, which does not wait for a back-off that was begun before.</summary>
    public bool IsNew => _tries == 0;

    public bool WaitsFor(JournalDrain drain)
    {
        lock (_gate) return _remaining.Contains(drain);
    }

    public void Abandon(CancellationToken cancellationToken) => _done.TrySetCanceled(cancellationToken);

    public void Succeed(JournalDrain drain)
    {
        lock (_gate) _remaining.Remove(drain);
        CompleteIfEmpty();
    }

    /// <summary>Counts a pass in which a journal failed; after the last try, or a refusal that no retry will change, the request fails.</summary>
    /// <param name="failed">The journals that failed in the pass.</param>
    /// <param name="store">The store's address.</param>
    public void CountTry(IReadOnlySet<JournalDrain> failed, string store)
    {
        JournalDrain? drain;
        lock (_gate) drain = _remaining.FirstOrDefault(failed.Contains);
        if (IsDone || drain is null) return;
        _tries++;
        if (_tries >= _maxTries || drain.FailedForGood) Fail(drain, store);
    }

    /// <summary>Gives up, because nobody will try any more.</summary>
    public void Fail(string store)
    {
        JournalDrain? drain;
        lock (_gate) drain = _remaining.FirstOrDefault();
        if (!IsDone && drain is not null) Fail(drain, store);
    }

    private void Fail(JournalDrain drain, string store)
    {
        var reason = drain.Failure?.Message ?? "The tracker was disposed first.";
        int count;
        lock (_gate) count = _remaining.Count;
        var others = count > 1 ? $" (and {count - 1} more runs)" : "";
        var kept = drain.Source.FactFailure is null ? "Nothing is lost: it is kept" : "What the disk refused waits in memory, the rest is kept";
        _done.TrySetException(new LifecycleException(
            $"{store} has not taken all of run {drain.Source.Run}{others}: {reason} {kept} in '{drain.Source.Folder}' and is "
            + "delivered as soon as the store takes it, by this process or by the next one that opens the store.", drain.Failure)
        {
            IsTransient = !drain.FailedForGood,
            Store = store,
            Run = drain.Source.Run,
        });
    }

    private void CompleteIfEmpty()
    {
        lock (_gate)
        {
            if (_remaining.Count == 0) _done.TrySetResult();
        }
    }
}
