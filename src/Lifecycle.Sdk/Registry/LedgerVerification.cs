namespace Lifecycle.Sdk;

/// <summary>What a verification of the ledger found.</summary>
/// <param name="Count">How many entries the ledger has.</param>
/// <param name="Head">The hash of the last entry before the first altered one; 64 zeros if there is none.</param>
/// <param name="FirstAltered">The number of the first entry that was altered, removed or inserted; null if all is well.</param>
/// <param name="Fault">What is wrong with it; null if nothing.</param>
public sealed record LedgerVerification(long Count, string Head, long? FirstAltered, string? Fault)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsIntact => FirstAltered is null;

    /// <summary>
    /// What to write down outside of the store. A chain of hashes shows every change of what stands in it, but not that its end was cut off or that all of it was
    /// written anew; a later verification against this anchor does.
    /// </summary>
    public LedgerAnchor Anchor => new(FirstAltered - 1 ?? Count, Head);
}

/// <summary>How long a ledger was, and the hash of its last entry then.</summary>
/// <param name="Count">How many entries.</param>
/// <param name="Hash">The hash of the last one; 64 zeros if there was none.</param>
public sealed record LedgerAnchor(long Count, string Hash);
