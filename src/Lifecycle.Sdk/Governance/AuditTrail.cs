using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// Who changed what in a store, and when: an append-only, hash-chained ledger of its own. A server keeps it for its users; a program that uses a store directly may add to
/// it by <see cref="RecordAsync"/>. Reached by <see cref="Tracker.Audit"/>. Thread-safe; several processes may write to the trail of one store.
/// </summary>
public sealed class AuditTrail
{
    internal const int MaxUser = 250;
    internal const int MaxAction = 250;
    internal const int MaxSubject = 2_000;
    private readonly TrackingStore _store;
    private readonly AuditWriter _writer;

    internal AuditTrail(TrackingStore store, TimeProvider time) => (_store, _writer) = (store, new AuditWriter(store, time));

    /// <summary>
    /// Records that something was done. Calls that come while another one is being written go together into one durable step, and equal ones among them become one entry
    /// with a count; so when many come at once, callers wait rather than memory grows.
    /// </summary>
    /// <param name="action">What was done: 1 to 250 characters on one line.</param>
    /// <param name="subject">What was changed: at most 2,000 characters on one line. Never a secret.</param>
    /// <param name="user">Who, 1 to 250 characters on one line; null if nobody was authenticated.</param>
    /// <param name="status">The status that is answered to the request; null if there was none.</param>
    /// <param name="cancellationToken">Stops waiting; the entry may be written all the same.</param>
    /// <returns>When the entry survives power loss.</returns>
    /// <exception cref="ArgumentException">A text breaks its rule.</exception>
    /// <exception cref="LifecycleException">The store can't take it now, or the trail was altered and is not continued.</exception>
    /// <exception cref="NotSupportedException">The store keeps no ledgers.</exception>
    public async Task RecordAsync(string action, string subject, string? user = null, int? status = null, CancellationToken cancellationToken = default)
    {
        NameRules.RequireLine(action, "action", MaxAction);
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.Length > 0) NameRules.RequireLine(subject, "subject", MaxSubject);
        if (user is not null) NameRules.RequireLine(user, "user", MaxUser);
        await _writer.WriteAsync(new AuditRecord(user, action, subject, status), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the trail, oldest first.</summary>
    /// <param name="from">Only entries of this time and later, which are found without reading those before; null for all.</param>
    /// <param name="user">Only entries of this user; null for all.</param>
    /// <param name="subject">Only entries about this, or about something below it: <c>model fraud</c> finds <c>model fraud/3</c> too. Null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entries; checked one by one, so that altered ones are never returned.</returns>
    /// <exception cref="LifecycleException">The store can't be read, or the trail was altered.</exception>
    /// <exception cref="NotSupportedException">The store keeps no ledgers.</exception>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(
        DateTimeOffset? from = null, string? user = null, string? subject = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (before, skipped) = (default(AuditEntry), 0L);
        if (from is { } time && await FindAsync(time, cancellationToken).ConfigureAwait(false) is > 0 and var earlier)
        {
            skipped = earlier;
            // What the first one must follow.
            before = await ReadOneAsync(earlier, cancellationToken).ConfigureAwait(false);
        }

        await foreach (var bytes in _store.ReadLedgerAsync(StoreLedger.Audit, skipped, cancellationToken).ConfigureAwait(false))
        {
            var entry = Decode(bytes, ++skipped, bytes => AuditCodec.Decode(bytes.Span, before));
            if ((user is null || entry.User == user) && (subject is null || IsWithin(entry.Subject, subject))) yield return entry;
            before = entry;
        }
    }

    /// <summary>Reads the whole trail, in constant memory, and finds the first entry that was altered, removed or inserted.</summary>
    /// <param name="anchor">How long it was and its last hash at some time before, kept outside of the store; null if not known. See <see cref="LedgerVerification.Anchor"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    /// <exception cref="NotSupportedException">The store keeps no ledgers.</exception>
    public async Task<LedgerVerification> VerifyAsync(LedgerAnchor? anchor = null, CancellationToken cancellationToken = default)
    {
        var (seen, last) = (_writer.Seen, default(AuditEntry));
        return await LedgerChain.VerifyAsync(
            _store.ReadLedgerAsync(StoreLedger.Audit, 0, cancellationToken),
            [anchor, seen],
            (entry, _) => (last = AuditCodec.Decode(entry.Span, last)).Hash,
            cancellationToken).ConfigureAwait(false);
    }

    internal static LifecycleException Altered(TrackingStore store, long number, string fault, Exception? inner) => new(
        $"The audit trail in '{store.Address}' was altered or damaged at entry {number}: {fault} A verification tells the first such entry; compare it with a backup.", inner)
    {
        Store = store.Address,
    };

    private static bool IsWithin(string subject, string wanted) =>
        subject.StartsWith(wanted, StringComparison.Ordinal) && (subject.Length == wanted.Length || subject[wanted.Length] == '/');

    /// <summary>How many entries are older: their times never go back, so halving the range finds it.</summary>
    private async ValueTask<long> FindAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var (low, high) = (0L, (await _store.GetLedgerEndAsync(StoreLedger.Audit, cancellationToken).ConfigureAwait(false)).Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if ((await ReadOneAsync(middle + 1, cancellationToken).ConfigureAwait(false)).Time < time) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private async ValueTask<AuditEntry> ReadOneAsync(long number, CancellationToken cancellationToken)
    {
        await foreach (var bytes in _store.ReadLedgerAsync(StoreLedger.Audit, number - 1, cancellationToken).ConfigureAwait(false))
            return Decode(bytes, number, bytes => AuditCodec.Decode(bytes.Span));
        throw Altered(_store, number, "There is no such entry any more: the end was cut off.", null);
    }

    private AuditEntry Decode(ReadOnlyMemory<byte> bytes, long number, Func<ReadOnlyMemory<byte>, AuditEntry> decode)
    {
        try
        {
            return decode(bytes);
        }
        catch (InvalidDataException e)
        {
            throw Altered(_store, number, e.Message, e);
        }
    }
}
