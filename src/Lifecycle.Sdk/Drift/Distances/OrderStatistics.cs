using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Several order statistics of an unsorted column without sorting it: a histogram over a monotone map of the values finds the few
/// cells that hold the wanted ranks, and only those cells are sorted. Two passes over the memory on ordinary data.
/// </summary>
internal static class OrderStatistics
{
    private const int Cells = 1 << 15;
    private const int SortBelow = 8192;

    /// <summary>Writes the values at the ascending 0-based <paramref name="ranks"/>. The values must not contain NaN.</summary>
    public static void Select(ReadOnlySpan<double> values, ReadOnlySpan<int> ranks, Span<double> results) =>
        Select(values, ranks, results, depth: 0);

    private static void Select(ReadOnlySpan<double> values, ReadOnlySpan<int> ranks, Span<double> results, int depth)
    {
        var range = ColumnRange.Of(values);
        if (range.Min == range.Max)
        {
            results.Fill(range.Min);
            return;
        }

        // A heavy tail leaves one of the equal cells with nearly everything; then cells of equal numbers of doubles serve. They do from the
        // start where the range has no usable scale (infinite, overflowing or subnormal). A column that defeats both is sorted.
        var scale = Cells / (range.Max - range.Min);
        if (values.Length < SortBelow || depth == 2) SelectBySorting(values, ranks, results);
        else if (depth == 0 && double.IsNormal(scale)) SelectByCells(values, new EqualCells(range.Min, scale), ranks, results, depth);
        else SelectByCells(values, BitCells.Over(range), ranks, results, depth);
    }

    private static void SelectBySorting(ReadOnlySpan<double> values, ReadOnlySpan<int> ranks, Span<double> results)
    {
        var copy = ArrayPool<double>.Shared.Rent(values.Length);
        var sorted = copy.AsSpan(0, values.Length);
        values.CopyTo(sorted);
        RadixSort.Sort(sorted);
        for (var i = 0; i < ranks.Length; i++) results[i] = sorted[ranks[i]];
        ArrayPool<double>.Shared.Return(copy);
    }

    private static void SelectByCells<TMap>(
        ReadOnlySpan<double> values, TMap map, ReadOnlySpan<int> ranks, Span<double> results, int depth)
        where TMap : struct, ICellMap
    {
        var counts = ArrayPool<int>.Shared.Rent(Cells);
        var starts = ArrayPool<int>.Shared.Rent(Cells);
        counts.AsSpan(0, Cells).Clear();
        CountCells(values, map, counts);

        // Where each wanted cell begins among the gathered values; -1 marks a cell nobody asked for.
        starts.AsSpan(0, Cells).Fill(-1);
        var gathered = MarkWantedCells(counts, starts, ranks);
        var buffer = ArrayPool<double>.Shared.Rent(gathered);
        Gather(values, map, starts, buffer);

        int rank = 0, below = 0;
        for (var cell = 0; rank < ranks.Length; cell++)
        {
            var first = rank;
            while (rank < ranks.Length && ranks[rank] < below + counts[cell]) rank++;
            if (rank > first)
            {
                var wanted = new int[rank - first];
                for (var i = first; i < rank; i++) wanted[i - first] = ranks[i] - below;
                // Gathering has moved the start to the end of the cell.
                var members = buffer.AsSpan(starts[cell] - counts[cell], counts[cell]);
                Select(members, wanted, results[first..rank], depth + 1);
            }

            below += counts[cell];
        }

        ArrayPool<double>.Shared.Return(buffer);
        ArrayPool<int>.Shared.Return(starts);
        ArrayPool<int>.Shared.Return(counts);
    }

    private static int MarkWantedCells(ReadOnlySpan<int> counts, Span<int> starts, ReadOnlySpan<int> ranks)
    {
        int rank = 0, below = 0, gathered = 0;
        for (var cell = 0; rank < ranks.Length; cell++)
        {
            var end = below + counts[cell];
            if (ranks[rank] < end)
            {
                starts[cell] = gathered;
                gathered += counts[cell];
                while (rank < ranks.Length && ranks[rank] < end) rank++;
            }

            below = end;
        }

        return gathered;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountCells<TMap>(ReadOnlySpan<double> values, TMap map, int[] counts)
        where TMap : struct, ICellMap
    {
        foreach (var value in values) counts[map.CellOf(value)]++;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather<TMap>(ReadOnlySpan<double> values, TMap map, int[] starts, double[] buffer)
        where TMap : struct, ICellMap
    {
        foreach (var value in values)
        {
            var cell = map.CellOf(value);
            var at = starts[cell];
            if (at < 0) continue;
            buffer[at] = value;
            starts[cell] = at + 1;
        }
    }

    /// <summary>
    /// A map of values to cells under which a smaller value never lands in a later cell, which is all that selection needs.
    /// </summary>
    private interface ICellMap
    {
        int CellOf(double value);
    }

    /// <summary>Cells of equal width. Subtraction and multiplication round monotonically.</summary>
    private readonly struct EqualCells(double min, double scale) : ICellMap
    {
        private readonly double _min = min;
        private readonly double _scale = scale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int CellOf(double value) => Math.Min((int)((value - _min) * _scale), Cells - 1);
    }

    /// <summary>Cells that span equally many doubles, hence nearly equal ratios.</summary>
    private readonly struct BitCells(ulong min, int shift) : ICellMap
    {
        private readonly ulong _min = min;
        private readonly int _shift = shift;

        public static BitCells Over(ColumnRange range)
        {
            var min = Ordered(range.Min);
            var bits = 64 - BitOperations.LeadingZeroCount(Ordered(range.Max) - min);
            return new BitCells(min, Math.Max(bits - BitOperations.Log2(Cells), 0));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int CellOf(double value) => (int)((Ordered(value) - _min) >> _shift);

        /// <summary>
        /// Bits in the order of the numbers. Adding 0 makes the two zeros one, as they are to the comparison that found the range.
        /// </summary>
        private static ulong Ordered(double value)
        {
            var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
            return (ulong)bits ^ ((ulong)(bits >> 63) | 0x8000_0000_0000_0000);
        }
    }
}
