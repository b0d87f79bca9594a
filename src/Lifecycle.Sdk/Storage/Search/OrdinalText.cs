namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Text in the order of Unicode code points, which is also the order of UTF-8 bytes and so that of SQLite's BINARY collation.
/// UTF-16 code units, as in <see cref="string.CompareOrdinal(string, string)"/>, would put U+10000 and above before U+E000.
/// </summary>
internal static class OrdinalText
{
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length.CompareTo(right.Length);
        return Rank(left[common]).CompareTo(Rank(right[common]));
    }

    // Surrogates stand for code points above all others, so they move behind U+FFFF.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
