using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// Ascending sort of doubles by their ordered bits, O(n) with one scratch buffer of n from the pool. NaN is not allowed; -0.0 comes
/// before +0.0, which compare equal, so ties are still neighbours. The argsort is stable.
/// </summary>
/// <remarks>
/// Three passes of a least-significant-digit radix sort over the 33 highest bits that vary at all, then one insertion pass over what is
/// nearly sorted already. Where that pass would have to move too much (values that agree in 33 bits and are many), the remaining digits
/// are sorted too.
/// </remarks>
internal static class RadixSort
{
    private const int DigitBits = 11;
    private const int Buckets = 1 << DigitBits;
    private const int LeadingPasses = 3;
    private const int LeadingBits = LeadingPasses * DigitBits;

    // Measured: below this the histograms cost more than introsort saves.
    private const int SmallSort = 1_200;
    private const int ParallelSort = 30_000;

    // Insertion may move each value this often on average before it gives up.
    private const int MovesPerValue = 4;

    /// <summary>Sorts in place.</summary>
    public static void Sort(Span<double> values)
    {
        if (values.Length < SmallSort)
        {
            values.Sort();
            return;
        }

        var rented = ArrayPool<ulong>.Shared.Rent(values.Length);
        var keys = MemoryMarshal.Cast<double, ulong>(values);
        var top = ToOrdered(keys);
        var sorted = SortPlain(keys, rented.AsSpan(0, keys.Length), top);
        for (var i = 0; i < sorted.Length; i++)
            keys[i] = FromOrdered(sorted[i]);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>Sorts <paramref name="keys"/> and moves <paramref name="items"/> along; equal keys keep their order.</summary>
    public static void Sort(Span<double> keys, Span<int> items)
    {
        if (keys.Length != items.Length)
            throw new ArgumentException("Keys and items must have the same length.", nameof(items));
        if (keys.Length < SmallSort)
        {
            SortSmall(keys, items);
            return;
        }

        var first = ArrayPool<Entry>.Shared.Rent(keys.Length);
        var second = ArrayPool<Entry>.Shared.Rent(keys.Length);
        var entries = first.AsSpan(0, keys.Length);
        var bits = MemoryMarshal.Cast<double, ulong>(keys);
        var top = ToOrdered(bits);
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new Entry(bits[i], items[i]);

        var sorted = SortPlain(entries, second.AsSpan(0, keys.Length), top);
        for (var i = 0; i < sorted.Length; i++)
        {
            bits[i] = FromOrdered(sorted[i].Bits);
            items[i] = sorted[i].Item;
        }

        ArrayPool<Entry>.Shared.Return(first);
        ArrayPool<Entry>.Shared.Return(second);
    }

    /// <summary>Sorts the beginnings of two arrays, on two threads when they are long enough for that to pay.</summary>
    public static void SortBoth(double[] first, int firstLength, double[] second, int secondLength)
    {
        if (Math.Min(firstLength, secondLength) < ParallelSort || Environment.ProcessorCount < 2)
        {
            Sort(first.AsSpan(0, firstLength));
            Sort(second.AsSpan(0, secondLength));
            return;
        }

        Parallel.Invoke(() => Sort(first.AsSpan(0, firstLength)), () => Sort(second.AsSpan(0, secondLength)));
    }

    // The usual trick: flip all bits of negatives and the sign bit of the rest, and unsigned order is numeric order. Returns how many low
    // bits vary.
    private static int ToOrdered(Span<ulong> keys)
    {
        ulong any = 0, all = ulong.MaxValue;
        for (var i = 0; i < keys.Length; i++)
        {
            var bits = keys[i];
            bits ^= (ulong)((long)bits >> 63) | 0x8000_0000_0000_0000;
            keys[i] = bits;
            any |= bits;
            all &= bits;
        }

        return 64 - BitOperations.LeadingZeroCount(any ^ all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FromOrdered(ulong key) => key ^ ((ulong)~((long)key >> 63) | 0x8000_0000_0000_0000);

    // Returns the one of the two buffers that holds the result.
    private static Span<T> SortPlain<T>(Span<T> values, Span<T> scratch, int top)
        where T : struct, IKeyed
    {
        var shift = Math.Max(0, top - LeadingBits);
        var passes = Math.Min(LeadingPasses, (top + DigitBits - 1) / DigitBits);
        var counts = ArrayPool<int>.Shared.Rent(LeadingPasses * Buckets);
        var sorted = SortDigits(values, scratch, counts, shift, passes);
        if (shift > 0 && !Insert(sorted))
        {
            // Least significant first, so the leading digits have to follow once more.
            var other = Unsafe.AreSame(ref MemoryMarshal.GetReference(sorted), ref MemoryMarshal.GetReference(values)) ? scratch : values;
            var low = SortDigits(sorted, other, counts, 0, (shift + DigitBits - 1) / DigitBits);
            other = Unsafe.AreSame(ref MemoryMarshal.GetReference(low), ref MemoryMarshal.GetReference(values)) ? scratch : values;
            sorted = SortDigits(low, other, counts, shift, LeadingPasses);
        }

        ArrayPool<int>.Shared.Return(counts);
        return sorted;
    }

    // Stable passes over digits from the bit at shift upwards; at most LeadingPasses of them.
    private static Span<T> SortDigits<T>(Span<T> source, Span<T> target, int[] counts, int shift, int passes)
        where T : struct, IKeyed
    {
        CountDigits(source, counts, shift);
        for (var pass = 0; pass < passes; pass++, shift += DigitBits)
        {
            var offsets = counts.AsSpan(pass * Buckets, Buckets);
            if (offsets[(int)((source[0].Bits >> shift) & (Buckets - 1))] == source.Length)
                continue; // All share this digit.
            ToOffsets(offsets);
            Scatter(source, target, offsets, shift);
            var swap = source;
            source = target;
            target = swap;
        }

        return source;
    }

    private static void CountDigits<T>(ReadOnlySpan<T> values, int[] counts, int shift)
        where T : struct, IKeyed
    {
        counts.AsSpan(0, LeadingPasses * Buckets).Clear();
        ref var c = ref MemoryMarshal.GetArrayDataReference(counts);
        foreach (ref readonly var value in values)
        {
            var bits = value.Bits >> shift;
            Unsafe.Add(ref c, (nint)(bits & (Buckets - 1)))++;
            Unsafe.Add(ref c, Buckets + (nint)((bits >> DigitBits) & (Buckets - 1)))++;
            Unsafe.Add(ref c, (2 * Buckets) + (nint)((bits >> (2 * DigitBits)) & (Buckets - 1)))++;
        }
    }

    private static void ToOffsets(Span<int> counts)
    {
        var sum = 0;
        foreach (ref var count in counts)
        {
            var next = sum + count;
            count = sum;
            sum = next;
        }
    }

    // The offsets are the running sums of counts over the same values, so every store is inside the target.
    private static void Scatter<T>(ReadOnlySpan<T> source, Span<T> target, Span<int> offsets, int shift)
        where T : struct, IKeyed
    {
        ref var t = ref MemoryMarshal.GetReference(target);
        ref var o = ref MemoryMarshal.GetReference(offsets);
        foreach (ref readonly var value in source)
        {
            ref var position = ref Unsafe.Add(ref o, (nint)((value.Bits >> shift) & (Buckets - 1)));
            Unsafe.Add(ref t, position) = value;
            position++;
        }
    }

    // Insertion sort of nearly sorted values; false when it is not nearly sorted after all. Moves only past strictly larger keys: stable.
    private static bool Insert<T>(Span<T> values)
        where T : struct, IKeyed
    {
        var budget = (long)MovesPerValue * values.Length;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i].Bits >= values[i - 1].Bits)
                continue;
            var value = values[i];
            var j = i;
            do
            {
                values[j] = values[j - 1];
                j--;
            }
            while (j > 0 && values[j - 1].Bits > value.Bits);
            values[j] = value;
            budget -= i - j;
            if (budget < 0)
                return false;
        }

        return true;
    }

    // Introsort is not stable, so the positions inside each run of equal keys are put back in order.
    private static void SortSmall(Span<double> keys, Span<int> items)
    {
        Span<int> positions = stackalloc int[SmallSort];
        Span<int> moved = stackalloc int[SmallSort];
        positions = positions[..keys.Length];
        moved = moved[..keys.Length];
        for (var i = 0; i < positions.Length; i++)
            positions[i] = i;
        keys.Sort(positions);

        for (int start = 0, end; start < keys.Length; start = end)
        {
            for (end = start + 1; end < keys.Length && keys[end] == keys[start];)
                end++;
            positions[start..end].Sort();
        }

        for (var i = 0; i < moved.Length; i++)
            moved[i] = items[positions[i]];
        moved.CopyTo(items);
    }

    private static Span<ulong> SortPlain(Span<ulong> values, Span<ulong> scratch, int top) =>
        MemoryMarshal.Cast<Key, ulong>(SortPlain(MemoryMarshal.Cast<ulong, Key>(values), MemoryMarshal.Cast<ulong, Key>(scratch), top));

    // What the passes need of a value; the two implementations are compiled apart.
    private interface IKeyed
    {
        ulong Bits { get; }
    }

    private readonly record struct Key(ulong Bits) : IKeyed;

    private readonly record struct Entry(ulong Bits, int Item) : IKeyed;
}
