namespace Lifecycle.Sdk.Storage;

/// <content>
/// The ledger, on which the model registry stands: one list of entries per store that only ever grows. Its entries are opaque to the store;
/// the registry chains them by hash, so a store need not be trusted with what they say. The contract:
/// <list type="bullet">
/// <item>An entry is one line of UTF-8 text: 1 byte to 16 MiB without a line feed or a zero byte. It comes back byte for byte.</item>
/// <item>Of writers that append at the same length at once, in any number of processes, exactly one succeeds.</item>
/// <item>When an append has returned true, the entry survives power loss; one that threw or was cancelled is there whole or not at all.</item>
/// <item>Reading never waits for a writer, and sees all entries appended before it began, in order and without gaps.</item>
/// </list>
/// </content>
public abstract partial class TrackingStore
{
    /// <summary>Appends an entry to the ledger if it still has the length that the caller knows.</summary>
    /// <param name="expectedCount">How many entries the caller knows.</param>
    /// <param name="entry">The entry: 1 byte to 16 MiB of UTF-8 without a line feed or a zero byte; its memory is valid only until the task completes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when the ledger has another length: somebody was faster. Read what is new and try again.</returns>
    /// <exception cref="ArgumentException">The entry breaks a rule, or the count is negative.</exception>
    /// <exception cref="LifecycleException">The store can't take it.</exception>
    /// <exception cref="NotSupportedException">The store keeps no ledger; see <see cref="StoreCapabilities.KeepsLedger"/>.</exception>
    public virtual ValueTask<bool> AppendLedgerAsync(long expectedCount, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{Address} keeps no ledger, on which a model registry stands.");

    /// <summary>Reads the ledger.</summary>
    /// <param name="from">How many entries to skip; beyond the end there is nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entries in order; each is the caller's to keep.</returns>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    /// <exception cref="NotSupportedException">The store keeps no ledger; see <see cref="StoreCapabilities.KeepsLedger"/>.</exception>
    public virtual IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLedgerAsync(long from = 0, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{Address} keeps no ledger, on which a model registry stands.");

    /// <summary>
    /// The model registry of a store that has one of its own, such as a server. The default is none: then the registry stands on the ledger.
    /// </summary>
    /// <param name="actor">Who changes are recorded for.</param>
    /// <returns>The registry, made without I/O; null for none.</returns>
    public virtual ModelRegistry? OpenRegistry(string actor) => null;
}
