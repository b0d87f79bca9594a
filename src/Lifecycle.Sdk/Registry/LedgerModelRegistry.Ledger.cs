using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <content>The ledger itself.</content>
internal sealed partial class LedgerModelRegistry
{
    public override async IAsyncEnumerable<LedgerEntry> ReadLedgerAsync(
        string? name = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var (document, hash, _) in ReplayAsync(cancellationToken).ConfigureAwait(false))
        {
            if (name is null || document.Model == name || document.Details?.NewName == name) yield return LedgerCodec.ToEntry(document, hash);
        }
    }

    public override async Task<RegistrySnapshot> AsOfAsync(DateTimeOffset time, CancellationToken cancellationToken = default)
    {
        var last = RegistryState.Empty;
        await foreach (var (document, _, state) in ReplayAsync(cancellationToken).ConfigureAwait(false))
        {
            // Times never go back within the ledger.
            if (document.Time > time) break;
            last = state;
        }

        return new RegistrySnapshot(time, last);
    }

    public override Task<LedgerVerification> VerifyLedgerAsync(LedgerAnchor? anchor = null, CancellationToken cancellationToken = default)
    {
        var (seen, state) = (_ledger.Seen, RegistryState.Empty);
        return LedgerChain.VerifyAsync(
            Store.ReadLedgerAsync(StoreLedger.Registry, 0, cancellationToken),
            [anchor, seen],
            (entry, before) =>
            {
                var document = LedgerCodec.Decode(entry.Span, before, out var hash);
                state = state.Apply(document, hash);
                return hash;
            },
            cancellationToken);
    }

    private async IAsyncEnumerable<(LedgerDocument Document, string Hash, RegistryState State)> ReplayAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var state = RegistryState.Empty;
        await foreach (var entry in Store.ReadLedgerAsync(StoreLedger.Registry, 0, cancellationToken).ConfigureAwait(false))
        {
            state = _ledger.Next(state, entry.Span, out var document);
            yield return (document, state.Head, state);
        }
    }
}
