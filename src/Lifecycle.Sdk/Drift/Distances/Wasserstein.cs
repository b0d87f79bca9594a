using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Wasserstein-1 distance (earth mover's distance) of two samples on the line: ∫|F-G| dx = ∫₀¹ |F⁻¹(u)-G⁻¹(u)| du, the least mean
/// distance by which the values of one have to be moved to become the other. A metric, in the unit of the values, from 0 without upper
/// limit. Source: Vallender, "Calculation of the Wasserstein distance between probability distributions on the line", Theory of
/// Probability and its Applications 18, 1974.
/// </summary>
/// <remarks>
/// Infinities take part: equal ones at equal quantiles are at distance 0, any other pair makes the result +∞. A distance above the range
/// of a double is +∞ too. All members are thread-safe.
/// </remarks>
public static class Wasserstein
{
    /// <summary>The floor of the standard deviation in <see cref="NormedDistance"/>.</summary>
    public const double SmallestScale = 0.001;

    /// <summary>
    /// The distance of two samples. Sorts a copy of each (radix sort, both at once on two threads when large): O(n + m) time, two copies
    /// in memory while it runs.
    /// </summary>
    /// <param name="reference">The reference sample, in any order, not empty.</param>
    /// <param name="current">The current sample, in any order, not empty.</param>
    /// <param name="nanPolicy">What to do with NaN. The default refuses it.</param>
    /// <exception cref="ArgumentException">A sample holds no number, or NaN that is refused.</exception>
    public static DistanceResult Distance(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ColumnInput.SortedPair(reference, nameof(reference), current, nameof(current), nanPolicy, out var x, out var y);
        using (x)
        using (y)
            return new DistanceResult(Integrate(x.Values, y.Values), x.Values.Length, y.Values.Length, x.Dropped, y.Dropped);
    }

    /// <summary>
    /// The distance of two samples that are sorted already, for example columns of a stored profile. O(n + m), allocates nothing.
    /// </summary>
    /// <param name="reference">The reference sample in increasing order, not empty, without NaN.</param>
    /// <param name="current">The current sample in increasing order, not empty, without NaN.</param>
    /// <exception cref="ArgumentException">A sample is empty, not sorted, or holds NaN.</exception>
    public static double DistanceOfSorted(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        ColumnInput.RequireSorted(reference, nameof(reference));
        ColumnInput.RequireSorted(current, nameof(current));
        return Integrate(reference, current);
    }

    /// <summary>
    /// The distance of two weighted samples: F and G give each value its weight divided by the sum of weights. Sorts, so
    /// O(n log n + m log m).
    /// </summary>
    /// <param name="reference">Values of the reference, not empty.</param>
    /// <param name="referenceWeights">One weight per value: finite, not negative, with a positive finite sum.</param>
    /// <param name="current">Values of the current sample, not empty.</param>
    /// <param name="currentWeights">One weight per value: finite, not negative, with a positive finite sum.</param>
    /// <param name="nanPolicy">What to do with a pair in which value or weight is NaN. The default refuses it.</param>
    /// <exception cref="ArgumentException">
    /// Lengths differ, a weight breaks its rule, or a sample holds no pair or a NaN that is refused.
    /// </exception>
    public static DistanceResult WeightedDistance(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> referenceWeights,
        ReadOnlySpan<double> current, ReadOnlySpan<double> currentWeights, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        var x = WeightedSample.Sorted(reference, referenceWeights, nanPolicy, nameof(reference), nameof(referenceWeights));
        var y = WeightedSample.Sorted(current, currentWeights, nanPolicy, nameof(current), nameof(currentWeights));
        var value = DistributionGap.Integrate(x.Values, x.Cumulative, y.Values, y.Cumulative, squared: false);
        return new DistanceResult(value, x.Values.Length, y.Values.Length, x.Dropped, y.Dropped);
    }

    /// <summary>
    /// The distance divided by the population standard deviation of the reference, or by <see cref="SmallestScale"/> when that is
    /// smaller: a pure number, so columns of different units compare. Not symmetric. The norm is that of the Python library Evidently.
    /// </summary>
    /// <param name="reference">The reference sample, in any order, not empty, finite.</param>
    /// <param name="current">The current sample, in any order, not empty.</param>
    /// <param name="nanPolicy">What to do with NaN. The default refuses it.</param>
    /// <exception cref="ArgumentException">
    /// A sample holds no number, the reference holds an infinity, or there is NaN that is refused.
    /// </exception>
    public static DistanceResult NormedDistance(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        var distance = Distance(reference, current, nanPolicy);
        using var finite = ColumnInput.Read(reference, nanPolicy, nameof(reference));
        ColumnInput.RequireFinite(finite.Values, nameof(reference));
        return distance with { Value = distance.Value / Math.Max(PopulationMoments.PopulationDeviation(finite.Values), SmallestScale) };
    }

    private static double Integrate(ReadOnlySpan<double> x, ReadOnlySpan<double> y) =>
        x.Length == y.Length ? MeanGap(x, y) : QuantileGap(x, y);

    /// <summary>Equal sizes: the i-th smallest meets the i-th smallest, so no merge is needed.</summary>
    private static double MeanGap(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        const int Block = 4096;
        var sum = 0.0;
        for (var start = 0; start < x.Length; start += Block)
        {
            var length = Math.Min(Block, x.Length - start);
            sum += SumOfGaps(x.Slice(start, length), y.Slice(start, length));
        }

        // Overflowed or undefined (∞-∞): the careful path tells the two apart.
        return double.IsFinite(sum) ? sum / x.Length : QuantileGap(x, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfGaps(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Vector<double> sums = default;
        var xs = MemoryMarshal.Cast<double, Vector<double>>(x);
        var ys = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (var i = 0; i < xs.Length; i++) sums += Vector.Abs(xs[i] - ys[i]);

        var sum = Vector.Sum(sums);
        for (var i = xs.Length * Vector<double>.Count; i < x.Length; i++) sum += Math.Abs(x[i] - y[i]);
        return sum;
    }

    /// <summary>
    /// Walks over u in [0, 1] in steps at which one of the two quantile functions jumps. Step widths are integers in units of 1/(n·m), so
    /// no rounding accumulates in u.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double QuantileGap(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        long n = x.Length, m = y.Length, nextX = m, nextY = n, at = 0;
        var unit = 1.0 / ((double)n * m);
        double total = 0, partial = 0;
        int i = 0, j = 0;
        for (var step = 1; i < x.Length && j < y.Length; step++)
        {
            var to = Math.Min(nextX, nextY);
            partial += WeightedGap(x[i], y[j], (to - at) * unit);
            at = to;
            // Without branches: which side moves on is a coin toss to the predictor.
            var movesX = nextX == to ? 1 : 0;
            var movesY = nextY == to ? 1 : 0;
            i += movesX;
            j += movesY;
            nextX += movesX * m;
            nextY += movesY * n;
            if ((step & 4095) == 0) (total, partial) = (total + partial, 0);
        }

        return total + partial;
    }

    private static double WeightedGap(double x, double y, double weight)
    {
        var gap = Math.Abs(x - y);
        if (double.IsFinite(gap)) return gap * weight;
        if (x == y) return 0;
        return Math.Abs((x * weight) - (y * weight));
    }
}
