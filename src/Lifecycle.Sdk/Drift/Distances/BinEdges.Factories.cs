using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

public sealed partial class BinEdges
{
    /// <summary>The largest number of bins that a factory accepts.</summary>
    public const int MaxBins = 1 << 20;

    /// <summary>
    /// Edges at the quantiles i/k of a sample, i = 1…k-1, by linear interpolation: with position (n-1)·i/k = lo + rem/k in integers, the
    /// edge is x[lo] when rem = 0, else x[lo] + (x[lo+1]-x[lo])·rem/k (definition 7 of Hyndman and Fan, "Sample quantiles in
    /// statistical packages", The American Statistician 50, 1996). Equal edges are kept once, so ties give fewer bins than asked for.
    /// The order statistics are selected, not sorted: O(n) on ordinary data.
    /// </summary>
    /// <param name="reference">The sample, in any order, not empty.</param>
    /// <param name="bins">Number of bins k, from 1 to <see cref="MaxBins"/>. Default 10.</param>
    /// <param name="nanPolicy">What to do with NaN. The default refuses it.</param>
    /// <exception cref="ArgumentException">
    /// The sample is empty, contains a refused NaN, or has so many infinities of both signs that a quantile between them is undefined.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is out of range.</exception>
    public static BinEdges Quantiles(ReadOnlySpan<double> reference, int bins = 10, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        CheckBins(bins);
        using var sample = ColumnInput.Read(reference, nanPolicy, nameof(reference));
        var ranks = QuantileRanks(sample.Values.Length, bins);
        var values = new double[ranks.Length];
        OrderStatistics.Select(sample.Values, ranks, values);
        return new BinEdges(Interpolate(sample.Values.Length, bins, ranks, values));
    }

    /// <summary>
    /// The same edges as <see cref="Quantiles"/> for a sample that is sorted already. O(n) for the check of the order, then O(bins · log
    /// bins).
    /// </summary>
    /// <param name="sorted">The sample in increasing order, not empty, without NaN.</param>
    /// <param name="bins">Number of bins k, from 1 to <see cref="MaxBins"/>. Default 10.</param>
    /// <exception cref="ArgumentException">
    /// The sample is empty, not sorted or holds NaN, or a quantile falls between infinities of both signs.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is out of range.</exception>
    public static BinEdges QuantilesOfSorted(ReadOnlySpan<double> sorted, int bins = 10)
    {
        CheckBins(bins);
        ColumnInput.RequireSorted(sorted, nameof(sorted));
        var ranks = QuantileRanks(sorted.Length, bins);
        var values = new double[ranks.Length];
        for (var i = 0; i < ranks.Length; i++) values[i] = sorted[ranks[i]];
        return new BinEdges(Interpolate(sorted.Length, bins, ranks, values));
    }

    /// <summary>
    /// Edges min + (max-min)·(i/k), i = 1…k-1, over the range of a sample. Equal edges are kept once, so a constant sample has one edge.
    /// One pass over the sample.
    /// </summary>
    /// <param name="reference">The sample, in any order, not empty, without infinities.</param>
    /// <param name="bins">Number of bins k, from 1 to <see cref="MaxBins"/>. Default 10.</param>
    /// <param name="nanPolicy">What to do with NaN. The default refuses it.</param>
    /// <exception cref="ArgumentException">The sample is empty, holds an infinity, or contains a refused NaN.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is out of range.</exception>
    public static BinEdges EqualWidth(ReadOnlySpan<double> reference, int bins = 10, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        var range = ColumnRange.Of(reference);
        if (range.Missing > 0) RefuseUnlessDropping(reference, nanPolicy, nameof(reference));
        if (range.Missing == reference.Length) throw new ArgumentException($"'{nameof(reference)}' holds no number.", nameof(reference));
        if (!double.IsFinite(range.Min) || !double.IsFinite(range.Max))
            throw new ArgumentException("Equal-width bins need a finite range, but the sample holds an infinity.", nameof(reference));
        return EqualWidth(range.Min, range.Max, bins);
    }

    /// <summary>Edges min + (max-min)·(i/k), i = 1…k-1, over a given range. Equal edges are kept once.</summary>
    /// <param name="min">Lower end of the range, finite.</param>
    /// <param name="max">Upper end of the range, finite, at least <paramref name="min"/>.</param>
    /// <param name="bins">Number of bins k, from 1 to <see cref="MaxBins"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An end is not finite, the ends are in the wrong order, or <paramref name="bins"/> is out of range.
    /// </exception>
    public static BinEdges EqualWidth(double min, double max, int bins)
    {
        CheckRange(min, max);
        CheckBins(bins);
        var edges = new double[bins - 1];
        for (var i = 1; i < bins; i++) edges[i - 1] = Between(min, max, (double)i / bins);
        return new BinEdges(Distinct(edges));
    }

    /// <summary>
    /// Edges of a histogram with equal bins over a given range, in the arithmetic of NumPy's <c>histogram_bin_edges</c>:
    /// min + i·((max-min)/k), and a range of width 0 is widened by ½ on both sides. Rounding can differ from
    /// <see cref="EqualWidth(double, double, int)"/> in the last digit, which matters for values that lie exactly on an edge.
    /// </summary>
    /// <param name="min">Lower end of the range, finite.</param>
    /// <param name="max">Upper end of the range, finite, at least <paramref name="min"/>.</param>
    /// <param name="bins">Number of bins k, from 1 to <see cref="MaxBins"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An end is not finite, the ends are in the wrong order, or <paramref name="bins"/> is out of range.
    /// </exception>
    public static BinEdges Histogram(double min, double max, int bins)
    {
        CheckRange(min, max);
        CheckBins(bins);
        if (min == max) (min, max) = (min - 0.5, max + 0.5);
        var width = (max - min) / bins;
        var edges = new double[bins - 1];
        for (var i = 1; i < bins; i++)
            edges[i - 1] = double.IsFinite(width) ? (i * width) + min : Between(min, max, (double)i / bins);
        return new BinEdges(Distinct(edges));
    }

    /// <summary>Bins with given interior edges.</summary>
    /// <param name="interior">Strictly increasing edges without NaN. Empty means one bin.</param>
    /// <exception cref="ArgumentException">
    /// An edge is NaN or not above the one before it, or there are <see cref="MaxBins"/> edges or more.
    /// </exception>
    public static BinEdges FromInterior(ReadOnlySpan<double> interior)
    {
        if (interior.Length >= MaxBins)
            throw new ArgumentException($"At most {MaxBins - 1} edges are supported, but there are {interior.Length}.", nameof(interior));
        for (var i = 0; i < interior.Length; i++)
        {
            if (double.IsNaN(interior[i])) throw new ArgumentException($"Edge {i} is NaN.", nameof(interior));
            if (i > 0 && interior[i] <= interior[i - 1])
                throw new ArgumentException(
                    FormattableString.Invariant($"Edges must increase, but edge {i} is {interior[i]:R} after {interior[i - 1]:R}."),
                    nameof(interior));
        }

        return new BinEdges(interior.ToArray());
    }

    /// <summary>
    /// Number of histogram bins by the rule of Sturges ("The choice of a class interval", JASA 21, 1926), in the arithmetic of NumPy:
    /// ⌈range / (range / (log2 n + 1))⌉, and 1 for a range of width 0.
    /// </summary>
    /// <param name="count">Sample size n, at least 1.</param>
    /// <param name="range">Largest minus smallest value, finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static int SturgesBins(long count, double range)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!double.IsFinite(range) || range < 0)
            throw new ArgumentOutOfRangeException(nameof(range), range, "The range must be finite and not negative.");
        var width = range / (Math.Log2(count) + 1.0);
        return width == 0 ? 1 : (int)Math.Ceiling(range / width);
    }

    private static void RefuseUnlessDropping(ReadOnlySpan<double> values, NaNPolicy policy, string name)
    {
        if (policy != NaNPolicy.Drop) ColumnInput.Read(values, policy, name).Dispose();
    }

    private static void CheckBins(int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, MaxBins);
    }

    private static void CheckRange(double min, double max)
    {
        if (!double.IsFinite(min)) throw new ArgumentOutOfRangeException(nameof(min), min, "The range must be finite.");
        if (!double.IsFinite(max)) throw new ArgumentOutOfRangeException(nameof(max), max, "The range must be finite.");
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
    }

    /// <summary>The ascending, distinct 0-based ranks that the k-1 quantiles need.</summary>
    private static int[] QuantileRanks(int count, int bins)
    {
        var ranks = new List<int>(2 * bins);
        for (var i = 1; i < bins; i++)
        {
            var low = Math.DivRem((count - 1L) * i, bins, out var rest);
            if (ranks.Count == 0 || ranks[^1] < low) ranks.Add((int)low);
            if (rest > 0 && ranks[^1] < low + 1) ranks.Add((int)low + 1);
        }

        return [.. ranks];
    }

    private static double[] Interpolate(int count, int bins, int[] ranks, double[] values)
    {
        var edges = new double[bins - 1];
        for (var i = 1; i < bins; i++)
        {
            var low = (int)Math.DivRem((count - 1L) * i, bins, out var rest);
            var at = Array.BinarySearch(ranks, low);
            edges[i - 1] = rest == 0 ? values[at] : Between(values[at], values[at + 1], (double)rest / bins);
        }

        return Distinct(edges);
    }

    /// <summary>low + (high-low)·share, also where the difference overflows or an end is infinite.</summary>
    private static double Between(double low, double high, double share)
    {
        if (low == high) return low;
        if (double.IsNegativeInfinity(low) && double.IsPositiveInfinity(high))
            throw new ArgumentException("A quantile falls between -infinity and +infinity, where no edge is defined.");
        if (double.IsInfinity(low)) return low;
        var width = high - low;
        return double.IsPositiveInfinity(width) && double.IsFinite(high) ? (low * (1 - share)) + (high * share) : low + (width * share);
    }

    private static double[] Distinct(double[] ascending)
    {
        var kept = 0;
        foreach (var edge in ascending)
        {
            if (kept == 0 || ascending[kept - 1] < edge) ascending[kept++] = edge;
        }

        return ascending[..kept];
    }
}
