namespace Lifecycle.Sdk.Journal;

/// <summary>Somebody waits until what was logged before is in the store.</summary>
internal sealed class FlushRequest
{
    private const int MaxTries = 3;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<JournalDrain> _remaining;
    private int _tries;

    public FlushRequest(IEnumerable<JournalDrain> drains)
    {
        _remaining = [.. drains];
        CompleteIfEmpty();
    }

    public Task Task => _done.Task;

    public bool IsDone => _done.Task.IsCompleted;

    /// <summary>Whether the first try is still to come, which does not wait for a back-off that was begun before.</summary>
    public bool IsNew => _tries == 0;

    public bool WaitsFor(JournalDrain drain) => _remaining.Contains(drain);

    public void Abandon(CancellationToken cancellationToken) => _done.TrySetCanceled(cancellationToken);

    public void Succeed(JournalDrain drain)
    {
        _remaining.Remove(drain);
        CompleteIfEmpty();
    }

    /// <summary>Counts a pass in which a journal failed; after the third, or a refusal that no retry will change, the request fails.</summary>
    /// <param name="failed">The journals that failed in the pass.</param>
    /// <param name="store">The store's address.</param>
    public void CountTry(IReadOnlySet<JournalDrain> failed, string store)
    {
        if (IsDone || _remaining.FirstOrDefault(failed.Contains) is not { } drain) return;
        _tries++;
        if (_tries >= MaxTries || drain.FailedForGood) Fail(drain, store);
    }

    /// <summary>Gives up, because nobody will try any more.</summary>
    public void Fail(string store)
    {
        if (!IsDone) Fail(_remaining.First(), store);
    }

    private void Fail(JournalDrain drain, string store)
    {
        var reason = drain.Failure?.Message ?? "The tracker was disposed first.";
        var others = _remaining.Count > 1 ? $" (and {_remaining.Count - 1} more runs)" : "";
        _done.TrySetException(new LifecycleException(
            $"{store} has not taken all of run {drain.Source.Run}{others}: {reason} Nothing is lost: it is kept in '{drain.Source.Folder}' and is "
            + "delivered as soon as the store takes it, by this process or by the next one that opens the store.", drain.Failure)
        {
            IsTransient = !drain.FailedForGood,
            Store = store,
            Run = drain.Source.Run,
        });
    }

    private void CompleteIfEmpty()
    {
        if (_remaining.Count == 0) _done.TrySetResult();
    }
}
