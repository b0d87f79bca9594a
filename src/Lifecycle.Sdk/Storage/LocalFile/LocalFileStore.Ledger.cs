using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <content>The ledgers.</content>
internal sealed partial class LocalFileStore
{
    /// <inheritdoc/>
    public override ValueTask<bool> AppendLedgerAsync(
        StoreLedger ledger, long expectedCount, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireEntries(ledger, expectedCount, entries);
        return RunAsync(null, () => FileOf(ledger).AppendAsync(expectedCount, entries, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLedgerAsync(StoreLedger ledger, long from = 0, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireLedger(ledger);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return EntriesAsync(FileOf(ledger), from, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<LedgerEnd> GetLedgerEndAsync(StoreLedger ledger, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireLedger(ledger);
        return RunAsync(null, () => ValueTask.FromResult(FileOf(ledger).ReadEnd(cancellationToken)), cancellationToken);
    }

    private LedgerFile FileOf(StoreLedger ledger) => ledger == StoreLedger.Registry ? _registryLedger : _auditLedger;

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> EntriesAsync(LedgerFile file, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var at in await RunAsync(null, () => ValueTask.FromResult(file.PositionsFrom(from)), cancellationToken).ConfigureAwait(false))
        {
            var entries = await RunAsync(null, () => ValueTask.FromResult(file.Read(at, cancellationToken)), cancellationToken).ConfigureAwait(false);
            for (var i = Math.Max(0, from - at.Count); i < entries.Count; i++) yield return entries[(int)i];
        }
    }
}
