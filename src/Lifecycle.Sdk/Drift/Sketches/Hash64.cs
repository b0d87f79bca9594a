namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Hashes that are the same on every platform and in every process, as sketches that travel need. Not for secrets or hostile keys.
/// </summary>
internal static class Hash64
{
    /// <summary>The finaliser of SplitMix64 (Stafford's variant 13): a bijection, so distinct numbers never collide.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Equal doubles hash equally: negative zero as zero, every NaN as one.</summary>
    public static ulong Of(double value, ulong seed)
    {
        double canonical = value == 0 ? 0.0 : double.IsNaN(value) ? double.NaN : value;
        return Of(BitConverter.DoubleToUInt64Bits(canonical), seed);
    }

    public static ulong Of(ulong value, ulong seed) => Mix(value ^ Mix(seed + 0x9E3779B97F4A7C15));

    /// <summary>
    /// A string's UTF-16 code units, four at a time through a folded 64 x 64 bit product (the mixing step of wyhash by Wang Yi).
    /// </summary>
    public static ulong Of(ReadOnlySpan<char> text, ulong seed)
    {
        ulong hash = Mix(seed + 0x9E3779B97F4A7C15) ^ (ulong)text.Length * 0xA0761D6478BD642F;
        // Little endian by shifts, so that big-endian machines agree.
        for (; text.Length >= 4; text = text[4..])
        {
            hash = Fold(hash ^ (text[0] | (ulong)text[1] << 16 | (ulong)text[2] << 32 | (ulong)text[3] << 48));
        }
        ulong tail = 0;
        foreach (char c in text) tail = tail << 16 | c;
        return Mix(Fold(hash ^ tail));
    }

    private static ulong Fold(ulong value)
    {
        ulong high = Math.BigMul(value ^ 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, out ulong low);
        return high ^ low;
    }
}
