namespace Lifecycle.Sdk.Storage;

/// <content>
/// The ledgers, on which the model registry and the audit trail stand: each is one list of entries per store that only ever grows. Entries are opaque to the store;
/// who writes them chains them by hash, so a store need not be trusted with what they say. The contract, for each ledger by itself:
/// <list type="bullet">
/// <item>
/// An entry is one line of UTF-8 text: at least 1 byte, without a line feed or a zero byte, and its last byte is no tab. It comes back byte for byte. The entries of one
/// append have 16 MiB together at most.
/// </item>
/// <item>Of writers that append at the same length at once, in any number of processes, exactly one succeeds.</item>
/// <item>When an append has returned true, its entries survive power loss; of one that threw or was cancelled, or whose process died, all are there or none.</item>
/// <item>Reading never waits for a writer, and sees all entries appended before it began, in order and without gaps. Memory does not grow with the ledger.</item>
/// </list>
/// </content>
public abstract partial class TrackingStore
{
    /// <summary>Appends entries to a ledger if it still has the length that the caller knows: all of them in one durable step, or none.</summary>
    /// <param name="ledger">Which ledger.</param>
    /// <param name="expectedCount">How many entries the caller knows.</param>
    /// <param name="entries">
    /// The entries, at least one, together 16 MiB at most; each at least 1 byte of UTF-8 without a line feed or a zero byte, and not with a tab at its end. Their memory is
    /// read until the task completes.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when the ledger has another length: somebody was faster. Read what is new and try again.</returns>
    /// <exception cref="ArgumentException">An entry breaks a rule, there is none, there is no such ledger, or the count is negative.</exception>
    /// <exception cref="LifecycleException">The store can't take it.</exception>
    /// <exception cref="NotSupportedException">The store keeps no ledger; see <see cref="StoreCapabilities.KeepsLedger"/>.</exception>
    public virtual ValueTask<bool> AppendLedgerAsync(
        StoreLedger ledger, long expectedCount, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>Reads a ledger.</summary>
    /// <param name="ledger">Which ledger.</param>
    /// <param name="from">How many entries to skip, in a time that does not grow with them; beyond the end there is nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entries in order; each is the caller's to keep.</returns>
    /// <exception cref="ArgumentException">There is no such ledger, or the number is negative.</exception>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    /// <exception cref="NotSupportedException">The store keeps no ledger; see <see cref="StoreCapabilities.KeepsLedger"/>.</exception>
    public virtual IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLedgerAsync(StoreLedger ledger, long from = 0, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>Finds the end of a ledger, in a time that does not grow with it.</summary>
    /// <param name="ledger">Which ledger.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its length and last entry.</returns>
    /// <exception cref="ArgumentException">There is no such ledger.</exception>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    /// <exception cref="NotSupportedException">The store keeps no ledger; see <see cref="StoreCapabilities.KeepsLedger"/>.</exception>
    public virtual ValueTask<LedgerEnd> GetLedgerEndAsync(StoreLedger ledger, CancellationToken cancellationToken = default) => throw NoLedger();

    /// <summary>
    /// The model registry of a store that has one of its own, such as a server. The default is none: then the registry stands on the ledger.
    /// </summary>
    /// <param name="actor">Who changes are recorded for.</param>
    /// <returns>The registry, made without I/O; null for none.</returns>
    public virtual ModelRegistry? OpenRegistry(string actor) => null;

    private NotSupportedException NoLedger() => new($"{Address} keeps no ledgers, on which a model registry and an audit trail stand.");
}
