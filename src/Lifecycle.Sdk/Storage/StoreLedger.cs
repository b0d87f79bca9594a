namespace Lifecycle.Sdk.Storage;

/// <summary>The ledgers of a store.</summary>
public enum StoreLedger
{
    /// <summary>What was done to registered models and versions; see <see cref="ModelRegistry"/>.</summary>
    Registry = 0,

    /// <summary>What users did to the store; see <see cref="AuditTrail"/>.</summary>
    Audit = 1,
}

/// <summary>Where a ledger ends.</summary>
/// <param name="Count">How many entries it has.</param>
/// <param name="Last">The last one; empty if there is none.</param>
public readonly record struct LedgerEnd(long Count, ReadOnlyMemory<byte> Last);
