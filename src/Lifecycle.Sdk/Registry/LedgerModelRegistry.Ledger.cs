using System.Runtime.CompilerServices;

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

    public override async Task<LedgerVerification> VerifyLedgerAsync(LedgerAnchor? anchor = null, CancellationToken cancellationToken = default)
    {
        // What this process has seen itself is an anchor too: taken before reading, as the ledger may grow meanwhile.
        LedgerAnchor?[] anchors = [anchor, _ledger.Seen];
        var (state, count) = (RegistryState.Empty, 0L);
        (long Number, string Fault)? first = null;
        await foreach (var entry in Store.ReadLedgerAsync(0, cancellationToken).ConfigureAwait(false))
        {
            count++;
            if (first is not null) continue;
            var before = state;
            var fault = Check(entry.Span, ref state) ?? anchors.Where(known => known?.Count == state.Count && known.Hash != state.Head)
                .Select(_ => "It, or one before it, is not the one that was there earlier: the ledger was written anew.").FirstOrDefault();
            if (fault is not null) (first, state) = ((count, fault), before);
        }

        if (first is null && anchors.Max(known => known?.Count ?? 0) is var most && most > count)
            first = (count + 1, $"There were {most} entries, and {count} are left: the end was cut off.");
        return new LedgerVerification(count, state.Head, first?.Number, first?.Fault);
    }

    private static string? Check(ReadOnlySpan<byte> entry, ref RegistryState state)
    {
        try
        {
            var document = LedgerCodec.Decode(entry, state.Count, state.Head, out var hash);
            state = state.Apply(document, hash);
            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private async IAsyncEnumerable<(LedgerDocument Document, string Hash, RegistryState State)> ReplayAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var state = RegistryState.Empty;
        await foreach (var entry in Store.ReadLedgerAsync(0, cancellationToken).ConfigureAwait(false))
        {
            state = _ledger.Next(state, entry.Span, out var document);
            yield return (document, state.Head, state);
        }
    }
}
