namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The exact median of all squared distances between rows without keeping them: four passes over the pairs, each fixing 16 further
/// bits. Bits of non-negative doubles are in the order of the numbers. Memory is one table of counts, however many pairs there are.
/// </summary>
internal static class PairwiseMedian
{
    private const int DigitBits = 16;

    /// <summary>The median, mean of the middle two when the number of pairs is even; 0 when there is no pair.</summary>
    public static double OfSquaredDistances(ReadOnlySpan<double> rows, int columns)
    {
        long count = rows.Length / columns;
        var pairs = count * (count - 1) / 2;
        if (pairs == 0) return 0;
        var low = Select(rows, columns, (pairs - 1) / 2, out var atMost);
        if (pairs % 2 == 1 || atMost > pairs / 2) return low;
        return (low / 2) + (SmallestAbove(rows, columns, low) / 2);
    }

    private static double Select(ReadOnlySpan<double> rows, int columns, long rank, out long atMost)
    {
        var counts = new long[1 << DigitBits];
        ulong prefix = 0;
        long below = 0;
        for (var shift = 64 - DigitBits; shift >= 0; shift -= DigitBits)
        {
            Array.Clear(counts);
            CountDigits(rows, columns, prefix, shift, counts);
            var digit = 0;
            while (below + counts[digit] <= rank) below += counts[digit++];
            prefix |= (ulong)digit << shift;
        }

        atMost = below + counts[(int)(prefix & ((1 << DigitBits) - 1))];
        return BitConverter.UInt64BitsToDouble(prefix);
    }

    private static void CountDigits(ReadOnlySpan<double> rows, int columns, ulong prefix, int shift, long[] counts)
    {
        // A shift by 64 does nothing in C#, hence the two steps: in the first pass every pair has the (empty) prefix.
        var wanted = prefix >> shift >> DigitBits;
        for (var i = 0; i < rows.Length; i += columns)
        {
            var row = rows.Slice(i, columns);
            for (var j = i + columns; j < rows.Length; j += columns)
            {
                var bits = BitConverter.DoubleToUInt64Bits(RbfKernel.SquaredDistance(row, rows.Slice(j, columns))) >> shift;
                if (bits >> DigitBits == wanted) counts[(int)(bits & ((1 << DigitBits) - 1))]++;
            }
        }
    }

    private static double SmallestAbove(ReadOnlySpan<double> rows, int columns, double value)
    {
        var smallest = double.PositiveInfinity;
        for (var i = 0; i < rows.Length; i += columns)
        {
            var row = rows.Slice(i, columns);
            for (var j = i + columns; j < rows.Length; j += columns)
            {
                var squared = RbfKernel.SquaredDistance(row, rows.Slice(j, columns));
                if (squared > value && squared < smallest) smallest = squared;
            }
        }

        return smallest;
    }
}
