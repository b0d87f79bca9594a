namespace Lifecycle.Sdk.Storage;

/// <summary>What a ledger entry may be, so that all providers refuse the same things.</summary>
internal static class LedgerRules
{
    public const int MaxEntryBytes = 16 * 1024 * 1024;

    public static void RequireEntry(long expectedCount, ReadOnlySpan<byte> entry)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedCount);
        if (entry.Length is 0 or > MaxEntryBytes)
            throw new ArgumentException($"A ledger entry has 1 to {MaxEntryBytes} bytes, not {entry.Length}.", nameof(entry));
        if (entry.Contains((byte)'\n')) throw new ArgumentException("A ledger entry is one line: it must not contain a line feed.", nameof(entry));
        if (entry.Contains((byte)0)) throw new ArgumentException("A ledger entry is text: it must not contain a zero byte.", nameof(entry));
    }
}
