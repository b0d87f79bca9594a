namespace Lifecycle.Sdk.Storage;

/// <summary>What a store can do beyond the least; the built-in local stores can do everything.</summary>
public sealed record StoreCapabilities
{
    /// <summary>A store that can do everything.</summary>
    public static StoreCapabilities Full { get; } = new()
    {
        RecordsMarks = true,
        KeepsParamTypes = true,
        SearchesFullGrammar = true,
        Verifies = true,
        CollectsGarbage = true,
        KeepsGivenIds = true,
        KeepsLedger = true,
        ChecksConditions = true,
        KeepsPointsExactly = true,
        SummarizesSeries = true,
    };

    /// <summary>A batch's mark is recorded in the same transaction as its points, so that a batch delivered twice is applied once.</summary>
    public bool RecordsMarks { get; init; }

    /// <summary>
    /// Points come back in the order each writer logged, identical ones each for itself, NaN with its bits, superseded ones if asked for; otherwise they are a
    /// set that comes back by step, time and value, NaN is NaN, and what is superseded is gone.
    /// </summary>
    public bool KeepsPointsExactly { get; init; }

    /// <summary>Params keep their type; otherwise they come back as text.</summary>
    public bool KeepsParamTypes { get; init; }

    /// <summary>OR, NOT, IN and parentheses are understood; otherwise only what MLflow understands.</summary>
    public bool SearchesFullGrammar { get; init; }

    /// <summary><see cref="TrackingStore.VerifyAsync"/> works.</summary>
    public bool Verifies { get; init; }

    /// <summary><see cref="TrackingStore.CollectGarbageAsync"/> works.</summary>
    public bool CollectsGarbage { get; init; }

    /// <summary>Runs keep the id they were given here; otherwise the store gives its own and the two are linked by a tag.</summary>
    public bool KeepsGivenIds { get; init; }

    /// <summary><see cref="TrackingStore.AppendLedgerAsync"/>, <see cref="TrackingStore.ReadLedgerAsync"/> and <see cref="TrackingStore.GetLedgerEndAsync"/> work, and with them the model registry and the audit trail.</summary>
    public bool KeepsLedger { get; init; }

    /// <summary>
    /// A batch's <see cref="RunBatch.Conditions"/> are checked in the transaction that applies it; otherwise a batch that has some is refused with a
    /// <see cref="NotSupportedException"/>, never applied without.
    /// </summary>
    public bool ChecksConditions { get; init; }

    /// <summary>Runs come with whole summaries of their series; otherwise only with the latest point, see <see cref="MetricSummary.IsLatestOnly"/>.</summary>
    public bool SummarizesSeries { get; init; }
}
