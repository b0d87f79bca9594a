namespace Lifecycle.Sdk.Storage;

/// <summary>What ledger entries may be, so that all providers refuse the same things.</summary>
internal static class LedgerRules
{
    public const int MaxAppendBytes = 16 * 1024 * 1024;

    public static void RequireLedger(StoreLedger ledger)
    {
        if (ledger is not (StoreLedger.Registry or StoreLedger.Audit)) throw new ArgumentException($"There is no ledger {ledger}.", nameof(ledger));
    }

    public static void RequireEntries(StoreLedger ledger, long expectedCount, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        RequireLedger(ledger);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedCount);
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0) throw new ArgumentException("An append to a ledger has at least one entry.", nameof(entries));
        var length = 0L;
        foreach (var entry in entries)
        {
            length += entry.Length;
            RequireEntry(entry.Span);
        }

        if (length > MaxAppendBytes) throw new ArgumentException($"The entries have {length} bytes together, more than {MaxAppendBytes}.", nameof(entries));
    }

    private static void RequireEntry(ReadOnlySpan<byte> entry)
    {
        if (entry.IsEmpty) throw new ArgumentException("A ledger entry has at least one byte.", nameof(entry));
        if (entry.Contains((byte)'\n')) throw new ArgumentException("A ledger entry is one line: it must not contain a line feed.", nameof(entry));
        if (entry.Contains((byte)0)) throw new ArgumentException("A ledger entry is text: it must not contain a zero byte.", nameof(entry));
        if (entry[^1] == (byte)'\t') throw new ArgumentException("A ledger entry must not end with a tab.", nameof(entry));
    }
}
