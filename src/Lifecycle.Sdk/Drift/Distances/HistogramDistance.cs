using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Distances between the histograms of two numeric samples over equal bins of their pooled range. They depend on the number of bins:
/// too many make any two finite samples look apart. Thread-safe.
/// </summary>
public static class HistogramDistance
{
    /// <summary>
    /// Jensen-Shannon distance (<see cref="Divergences.JensenShannonDistance"/>) between the two histograms, from 0 to √ln 2 in nats, to 1
    /// in base 2. Two vectorised passes over each sample; no copy.
    /// </summary>
    /// <param name="reference">The reference sample, in any order, not empty, finite.</param>
    /// <param name="current">The current sample, in any order, not empty, finite.</param>
    /// <param name="bins">
    /// Number of bins; null means the rule of Sturges on the pooled sample (<see cref="BinEdges.SturgesBins"/>). Default 30.
    /// </param>
    /// <param name="logBase">Base of the logarithm, above 1. Default e.</param>
    /// <param name="nanPolicy">What to do with NaN. The default refuses it.</param>
    /// <exception cref="ArgumentException">A sample holds no number, an infinity, or NaN that is refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> or <paramref name="logBase"/> is out of range.</exception>
    public static DistanceResult JensenShannon(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int? bins = 30, double logBase = Math.E,
        NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        var counts = Histograms(reference, current, bins, nanPolicy);
        return counts.Result(Divergences.JensenShannonDistance(counts.Reference, counts.Current, logBase));
    }

    /// <summary>Hellinger distance (<see cref="Divergences.Hellinger"/>) between the two histograms, from 0 to 1.</summary>
    /// <param name="reference">The reference sample, in any order, not empty, finite.</param>
    /// <param name="current">The current sample, in any order, not empty, finite.</param>
    /// <param name="bins">Number of bins; null means the rule of Sturges on the pooled sample. Default 30.</param>
    /// <param name="nanPolicy">What to do with NaN. The default refuses it.</param>
    /// <exception cref="ArgumentException">A sample holds no number, an infinity, or NaN that is refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is out of range.</exception>
    public static DistanceResult Hellinger(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int? bins = 30, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        var counts = Histograms(reference, current, bins, nanPolicy);
        return counts.Result(Divergences.Hellinger(counts.Reference, counts.Current));
    }

    /// <summary>Total variation distance (<see cref="Divergences.TotalVariation"/>) between the two histograms, from 0 to 1.</summary>
    /// <param name="reference">The reference sample, in any order, not empty, finite.</param>
    /// <param name="current">The current sample, in any order, not empty, finite.</param>
    /// <param name="bins">Number of bins; null means the rule of Sturges on the pooled sample. Default 30.</param>
    /// <param name="nanPolicy">What to do with NaN. The default refuses it.</param>
    /// <exception cref="ArgumentException">A sample holds no number, an infinity, or NaN that is refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bins"/> is out of range.</exception>
    public static DistanceResult TotalVariation(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int? bins = 30, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        var counts = Histograms(reference, current, bins, nanPolicy);
        return counts.Result(Divergences.TotalVariation(counts.Reference, counts.Current));
    }

    private static Pair Histograms(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int? bins, NaNPolicy nanPolicy)
    {
        var range = RangeOf(reference, nanPolicy, nameof(reference)).Union(RangeOf(current, nanPolicy, nameof(current)));
        // The rule depends on the ratio of two widths only, so halves serve as well where the whole overflows.
        var width = double.IsFinite(range.Max - range.Min) ? range.Max - range.Min : (range.Max / 2) - (range.Min / 2);
        var count = bins ?? BinEdges.SturgesBins(reference.Length + (long)current.Length - range.Missing, width);
        var edges = BinEdges.Histogram(range.Min, range.Max, count);
        long[] p = new long[edges.BinCount], q = new long[edges.BinCount];
        var referenceDropped = BinKernel.Count(reference, edges.Interior, p);
        var currentDropped = BinKernel.Count(current, edges.Interior, q);
        return new Pair(
            Shares.ToDoubles(p), Shares.ToDoubles(q),
            reference.Length - referenceDropped, current.Length - currentDropped, referenceDropped, currentDropped);
    }

    private static ColumnRange RangeOf(ReadOnlySpan<double> values, NaNPolicy nanPolicy, string name)
    {
        var range = ColumnRange.Of(values);
        if (values.IsEmpty || range.Missing > 0) ColumnInput.Read(values, nanPolicy, name).Dispose();
        if (!double.IsFinite(range.Min) || !double.IsFinite(range.Max))
            throw new ArgumentException($"Equal bins need a finite range, but '{name}' holds an infinity.", name);
        return range;
    }

    private readonly record struct Pair(
        double[] Reference, double[] Current, long ReferenceCount, long CurrentCount, long ReferenceDropped, long CurrentDropped)
    {
        public DistanceResult Result(double value) => new(value, ReferenceCount, CurrentCount, ReferenceDropped, CurrentDropped);
    }
}
