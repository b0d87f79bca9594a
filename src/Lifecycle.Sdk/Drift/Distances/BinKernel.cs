using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>The inner loops of binning: one pass over the memory, no branch that depends on the data.</summary>
internal static class BinKernel
{
    /// <summary>Above this number of edges a binary search per value is cheaper than comparing with every edge.</summary>
    private const int MostComparedEdges = 64;

    /// <summary>Edges compared per sweep: as many as keep their accumulators in the 16 vector registers of AVX2.</summary>
    private const int EdgesPerSweep = 6;

    /// <summary>Values per block: small enough that the later sweeps over it hit the first-level cache.</summary>
    private const int BlockLength = 2048;

    /// <summary>
    /// Adds the bin counts of <paramref name="values"/> to <paramref name="counts"/> (one more than edges) and returns how many
    /// values were NaN, which are counted nowhere.
    /// </summary>
    public static long Count(ReadOnlySpan<double> values, ReadOnlySpan<double> edges, Span<long> counts) =>
        edges.Length > MostComparedEdges || !Vector.IsHardwareAccelerated
            ? CountBySearch(values, edges, counts)
            : CountByComparing(values, edges, counts);

    /// <summary>Number of edges at or below <paramref name="value"/>, by a search without unpredictable branches.</summary>
    public static int UpperBound(ReadOnlySpan<double> edges, double value)
    {
        var start = 0;
        var length = edges.Length;
        while (length > 0)
        {
            var half = (length + 1) >> 1;
            start = edges[start + half - 1] <= value ? start + half : start;
            length -= half;
        }

        return start;
    }

    private static long CountBySearch(ReadOnlySpan<double> values, ReadOnlySpan<double> edges, Span<long> counts)
    {
        long missing = 0;
        foreach (var value in values)
        {
            if (double.IsNaN(value)) missing++;
            else counts[UpperBound(edges, value)]++;
        }

        return missing;
    }

    private static long CountByComparing(ReadOnlySpan<double> values, ReadOnlySpan<double> edges, Span<long> counts)
    {
        // Column 0 is the edge -infinity, which every value but NaN reaches; the columns after the last edge are NaN, which none reaches.
        var columns = (edges.Length + EdgesPerSweep) / EdgesPerSweep * EdgesPerSweep;
        Span<double> limits = stackalloc double[MostComparedEdges + 1 + EdgesPerSweep];
        limits = limits[..columns];
        limits.Fill(double.NaN);
        limits[0] = double.NegativeInfinity;
        edges.CopyTo(limits[1..]);
        Span<long> reached = stackalloc long[columns];
        reached.Clear();

        for (var start = 0; start < values.Length; start += BlockLength)
        {
            var block = values.Slice(start, Math.Min(BlockLength, values.Length - start));
            for (var column = 0; column < columns; column += EdgesPerSweep)
                Sweep(block, limits.Slice(column, EdgesPerSweep), reached.Slice(column, EdgesPerSweep));
        }

        for (var bin = 0; bin < edges.Length; bin++) counts[bin] += reached[bin] - reached[bin + 1];
        counts[edges.Length] += reached[edges.Length];
        return values.Length - reached[0];
    }

    // Optimised from the first call on: a report touches a column once, so waiting for the tiers would mean never.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sweep(ReadOnlySpan<double> block, ReadOnlySpan<double> limits, Span<long> reached)
    {
        Vector<double> e0 = new(limits[0]), e1 = new(limits[1]), e2 = new(limits[2]);
        Vector<double> e3 = new(limits[3]), e4 = new(limits[4]), e5 = new(limits[5]);
        Vector<long> n0 = default, n1 = default, n2 = default, n3 = default, n4 = default, n5 = default;
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(block);
        foreach (var v in vectors)
        {
            // A comparison that holds yields -1 in every bit, so subtracting the mask counts.
            n0 -= Vector.GreaterThanOrEqual(v, e0);
            n1 -= Vector.GreaterThanOrEqual(v, e1);
            n2 -= Vector.GreaterThanOrEqual(v, e2);
            n3 -= Vector.GreaterThanOrEqual(v, e3);
            n4 -= Vector.GreaterThanOrEqual(v, e4);
            n5 -= Vector.GreaterThanOrEqual(v, e5);
        }

        reached[0] += Vector.Sum(n0);
        reached[1] += Vector.Sum(n1);
        reached[2] += Vector.Sum(n2);
        reached[3] += Vector.Sum(n3);
        reached[4] += Vector.Sum(n4);
        reached[5] += Vector.Sum(n5);
        foreach (var value in block[(vectors.Length * Vector<double>.Count)..])
        {
            for (var e = 0; e < EdgesPerSweep; e++)
                if (value >= limits[e]) reached[e]++;
        }
    }
}
