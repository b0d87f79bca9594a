using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Energy distance of two samples on the line: √(2·∫(F-G)² dx) = √(2·E|X-Y| - E|X-X'| - E|Y-Y'|). A metric between distributions, in the
/// square root of the unit of the values, from 0 without upper limit. Source: Székely and Rizzo, "Energy statistics: a class of
/// statistics based on distances", Journal of Statistical Planning and Inference 143, 2013; the root is the convention of SciPy.
/// </summary>
/// <remarks>
/// Infinities take part: where both sides have equal shares beyond every number they add nothing, else the result is +∞. All members are
/// thread-safe.
/// </remarks>
public static class EnergyDistance
{
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
            return new DistanceResult(Root(x.Values, y.Values), x.Values.Length, y.Values.Length, x.Dropped, y.Dropped);
    }

    /// <summary>The distance of two samples that are sorted already. O(n + m), allocates nothing.</summary>
    /// <param name="reference">The reference sample in increasing order, not empty, without NaN.</param>
    /// <param name="current">The current sample in increasing order, not empty, without NaN.</param>
    /// <exception cref="ArgumentException">A sample is empty, not sorted, or holds NaN.</exception>
    public static double DistanceOfSorted(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        ColumnInput.RequireSorted(reference, nameof(reference));
        ColumnInput.RequireSorted(current, nameof(current));
        return Root(reference, current);
    }

    /// <summary>
    /// The distance of two weighted samples; F and G give each value its weight divided by the sum. O(n log n + m log m).
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
        var integral = DistributionGap.Integrate(x.Values, x.Cumulative, y.Values, y.Cumulative, squared: true);
        return new DistanceResult(Math.Sqrt(integral) * Math.Sqrt(2), x.Values.Length, y.Values.Length, x.Dropped, y.Dropped);
    }

    // Two roots instead of one of the double: the integral may be near the largest double.
    private static double Root(ReadOnlySpan<double> x, ReadOnlySpan<double> y) =>
        Math.Sqrt(DistributionGap.IntegrateSquare(x, y)) * Math.Sqrt(2);
}
