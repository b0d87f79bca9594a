using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// Appends to the audit ledger. What arrives while an append is in flight waits and then goes together, with one sync of the disk; equal records of such a group become
/// one entry with a count. Other processes may append to the same ledger: whoever was slower reads what is new and tries again behind it.
/// </summary>
internal sealed class AuditWriter(TrackingStore store, TimeProvider time)
{
    /// <summary>How many records wait at most; further callers wait for room. So many of the longest still fit into one append.</summary>
    public const int MaxWaiting = 1_024;

    private readonly Lock _gate = new();
    private Group? _forming;
    private bool _isWorking;

    // Of the one task that works. The end is read by verifications too.
    private volatile AuditEntry? _end;
    private bool _knowsEnd;

    /// <summary>The length and hash that this process last saw; null before its first append.</summary>
    public LedgerAnchor? Seen => _end is { } end ? AuditCodec.AnchorOf(end) : null;

    /// <summary>Records something. When it has returned, its entry survives power loss.</summary>
    /// <exception cref="LifecycleException">The store can't take it, or the trail was altered.</exception>
    public async Task WriteAsync(AuditRecord record, CancellationToken cancellationToken)
    {
        Task done;
        while (!TryAdd(record, out done)) await done.WaitAsync(cancellationToken).ConfigureAwait(false);
        await done.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds a record to the group that forms.</summary>
    /// <param name="record">The record.</param>
    /// <param name="done">Completes when the group is durable; if there is no room, when the next one forms.</param>
    private bool TryAdd(AuditRecord record, out Task done)
    {
        lock (_gate)
        {
            _forming ??= new Group();
            if (_forming.Records == MaxWaiting)
            {
                done = _forming.Taken;
                return false;
            }

            _forming.Add(record, DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()));
            done = _forming.Done;
            if (_isWorking) return true;
            _isWorking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static writer => _ = writer.WorkAsync(), this, preferLocal: true);
        return true;
    }

    private async Task WorkAsync()
    {
        while (Take() is { } group)
        {
            try
            {
                await AppendAsync(group).ConfigureAwait(false);
                group.Complete();
            }
            catch (Exception exception)
            {
                group.Fail(exception);
            }
        }
    }

    /// <summary>Takes what waits.</summary>
    /// <returns>Null when there is nothing; the next record starts the work anew.</returns>
    private Group? Take()
    {
        lock (_gate)
        {
            var group = _forming;
            _forming = null;
            if (group is null) _isWorking = false;
            else group.Take();
            return group;
        }
    }

    private async Task AppendAsync(Group group)
    {
        try
        {
            // After a failed append nobody knows whether it was done.
            if (!_knowsEnd) await CatchUpAsync().ConfigureAwait(false);
            while (true)
            {
                var (count, entries, last) = (_end?.Sequence ?? 0, new List<ReadOnlyMemory<byte>>(group.Entries.Count), _end);
                foreach (var (record, tally) in group.Entries) entries.Add(AuditCodec.Encode(record, tally.Count, tally.Time, last, out last));
                // Not cancelled with one of those who wait: what goes with others is not theirs to take back.
                if (await store.AppendLedgerAsync(StoreLedger.Audit, count, entries, CancellationToken.None).ConfigureAwait(false))
                {
                    _end = last;
                    return;
                }

                await CatchUpAsync().ConfigureAwait(false);
                if ((_end?.Sequence ?? 0) == count) throw Altered(count, "There is no such entry any more: the end was cut off.");
            }
        }
        catch
        {
            _knowsEnd = false;
            throw;
        }
    }

    /// <summary>Reads what other processes have appended; the first time only the last entry, for a trail may be long.</summary>
    private async ValueTask CatchUpAsync()
    {
        var number = (_end?.Sequence ?? 0) + 1;
        try
        {
            if (_end is null)
            {
                var end = await store.GetLedgerEndAsync(StoreLedger.Audit, CancellationToken.None).ConfigureAwait(false);
                number = end.Count;
                if (end.Count > 0) _end = AuditCodec.Decode(end.Last.Span) is var last && last.Sequence == end.Count ? last : throw new InvalidDataException($"It has the number {last.Sequence}.");
            }
            else
            {
                await foreach (var entry in store.ReadLedgerAsync(StoreLedger.Audit, _end.Sequence, CancellationToken.None).ConfigureAwait(false))
                {
                    number = _end.Sequence + 1;
                    _end = AuditCodec.Decode(entry.Span, _end);
                }
            }

            _knowsEnd = true;
        }
        catch (InvalidDataException e)
        {
            throw Altered(number, e.Message, e);
        }
    }

    private LifecycleException Altered(long number, string fault, Exception? inner = null) => AuditTrail.Altered(store, number, fault, inner);

    /// <summary>Records that go together.</summary>
    private sealed class Group
    {
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public OrderedDictionary<AuditRecord, Tally> Entries { get; } = [];

        /// <summary>How many records were merged into the entries.</summary>
        public int Records { get; private set; }

        public Task Taken => _taken.Task;

        public Task Done => _done.Task;

        public void Add(AuditRecord record, DateTimeOffset time)
        {
            Records++;
            if (Entries.TryGetValue(record, out var known)) known.Count++;
            else Entries.Add(record, new Tally(time));
        }

        public void Take() => _taken.TrySetResult();

        public void Complete() => _done.TrySetResult();

        public void Fail(Exception exception) => _done.TrySetException(exception);
    }

    /// <summary>How often something was recorded, and when first.</summary>
    private sealed class Tally(DateTimeOffset time)
    {
        public DateTimeOffset Time => time;

        public long Count { get; set; } = 1;
    }
}
