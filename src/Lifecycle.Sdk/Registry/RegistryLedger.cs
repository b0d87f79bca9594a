using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>What an actor wants to do, decided on a known state.</summary>
internal sealed record LedgerChange(LedgerAction Action, string Model, int? Version = null, LedgerDetails? Details = null, string? Reason = null);

/// <summary>
/// Keeps the projection up with the store's ledger. A change is decided on the newest state and appended at exactly that length; if another writer was
/// faster, it is decided anew on what that one left. So rules hold across processes without a lock that anybody could leave behind.
/// </summary>
internal sealed class RegistryLedger(TrackingStore store, TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile RegistryState _state = RegistryState.Empty;

    public TrackingStore Store => store;

    /// <summary>The length and hash that this process last saw.</summary>
    public LedgerAnchor Seen => _state.End;

    /// <summary>The state with all that was appended before the call.</summary>
    /// <exception cref="LifecycleException">The store can't be read, or the ledger was altered.</exception>
    public async ValueTask<RegistryState> CatchUpAsync(CancellationToken cancellationToken)
    {
        var state = _state;
        await foreach (var entry in store.ReadLedgerAsync(StoreLedger.Registry, state.Count, cancellationToken).ConfigureAwait(false)) state = Next(state, entry.Span, out _);
        lock (_gate)
        {
            // Callers may read the same entries side by side; whoever got further wins.
            if (state.Count > _state.Count) _state = state;
        }

        return state;
    }

    /// <summary>Decides and appends a change.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="decide">Decides on the newest state; null changes nothing. It may be called several times.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The state after the change.</returns>
    public async ValueTask<RegistryState> ChangeAsync(string actor, Func<RegistryState, LedgerChange?> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await CatchUpAsync(cancellationToken).ConfigureAwait(false);
            if (decide(state) is not { } change) return state;
            var document = Document(state, actor, change);
            var bytes = LedgerCodec.Encode(document, out _);
            if (bytes.Length > LedgerRules.MaxAppendBytes)
                throw new ArgumentException($"The change has {bytes.Length} bytes, more than {LedgerRules.MaxAppendBytes}: a version of that many artifacts is registered as an archive.", nameof(decide));
            // Also what this process decided is read back through the decoder: what can't be read must not be written.
            var next = Next(state, bytes, out _);
            if (await store.AppendLedgerAsync(StoreLedger.Registry, state.Count, [bytes], cancellationToken).ConfigureAwait(false)) return next;
        }
    }

    /// <summary>The time, to the millisecond.</summary>
    public DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    private LedgerDocument Document(RegistryState state, string actor, LedgerChange change)
    {
        var now = Now();
        // A clock that was set back must not make the past ambiguous.
        if (now < state.Time) now = state.Time;
        return new LedgerDocument(state.Count + 1, now, actor, change.Action, change.Model, change.Version, change.Details, change.Reason, state.Head);
    }

    /// <summary>The state after one more entry.</summary>
    /// <exception cref="LifecycleException">The entry was altered.</exception>
    public RegistryState Next(RegistryState state, ReadOnlySpan<byte> entry, out LedgerDocument document)
    {
        try
        {
            document = LedgerCodec.Decode(entry, state.End, out var hash);
            return state.Apply(document, hash);
        }
        catch (InvalidDataException e)
        {
            throw new LifecycleException(
                $"The registry's ledger in '{store.Address}' was altered or damaged at entry {state.Count + 1}: {e.Message} Nothing after it can be trusted; compare it with a backup.", e)
            {
                Store = store.Address,
            };
        }
    }
}
