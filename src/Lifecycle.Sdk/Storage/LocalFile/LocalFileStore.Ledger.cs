using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <content>The ledger of the model registry.</content>
internal sealed partial class LocalFileStore
{
    /// <inheritdoc/>
    public override ValueTask<bool> AppendLedgerAsync(long expectedCount, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireEntry(expectedCount, entry.Span);
        return RunAsync(null, () => _ledger.AppendAsync(expectedCount, entry, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLedgerAsync(long from = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return EntriesAsync(from, cancellationToken);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> EntriesAsync(long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = await RunAsync(null, () => ValueTask.FromResult(_ledger.Read(from, cancellationToken)), cancellationToken).ConfigureAwait(false);
        foreach (var entry in entries) yield return entry;
    }
}
