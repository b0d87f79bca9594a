using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Quality;

/// <summary>
/// What the values of one column look like, from sketches that were filled in one pass: counts and moments are exact, distinct values,
/// quantiles and frequent values are within stated bounds. Immutable; safe for concurrent use.
/// </summary>
public sealed class ColumnProfile
{
    private const int DefaultBins = 20;
    private const int DefaultTop = 10;

    internal ColumnProfile(string name, ColumnKind kind, string typeName, long rowCount, long missingCount, ColumnSketches sketches)
    {
        Name = name;
        Kind = kind;
        TypeName = typeName;
        RowCount = rowCount;
        MissingCount = missingCount;
        Sketches = sketches;
        DistinctIsExact = sketches.Values.ExactDistinct is not null;
        DistinctCount = sketches.Values.ExactDistinct
            ?? Math.Min(PresentCount, (long)Math.Round(sketches.Values.Distinct.EstimateDistinct()));
    }

    /// <summary>The name of the column.</summary>
    public string Name { get; }

    /// <summary>What the values are.</summary>
    public ColumnKind Kind { get; }

    /// <summary>The name of the element type, as <see cref="Column.TypeName"/>.</summary>
    public string TypeName { get; }

    /// <summary>The number of rows, missing ones included.</summary>
    public long RowCount { get; }

    /// <summary>How many rows are missing (null or NaN).</summary>
    public long MissingCount { get; }

    /// <summary>How many rows have a value.</summary>
    public long PresentCount => RowCount - MissingCount;

    /// <summary>The share of missing rows, 0 to 1; 0 without rows.</summary>
    public double MissingShare => RowCount == 0 ? 0 : (double)MissingCount / RowCount;

    /// <summary>
    /// The number of distinct present values: exact up to 256 of them, beyond that estimated by <see cref="HyperLogLog"/> with a relative
    /// standard error of 1.6 %.
    /// </summary>
    public long DistinctCount { get; }

    /// <summary>Whether <see cref="DistinctCount"/> is exact.</summary>
    public bool DistinctIsExact { get; }

    /// <summary>The smallest number, exact; NaN for text and without values.</summary>
    public double Minimum => Kind == ColumnKind.Text ? double.NaN : Sketches.Moments.Minimum;

    /// <summary>The largest number, exact; NaN for text and without values.</summary>
    public double Maximum => Kind == ColumnKind.Text ? double.NaN : Sketches.Moments.Maximum;

    /// <summary>The arithmetic mean (of a Boolean column the share of true); NaN for text and without values.</summary>
    public double Mean => Kind == ColumnKind.Text ? double.NaN : Sketches.Moments.Mean;

    /// <summary>The sample standard deviation (n - 1); NaN for text, below two values and with infinities.</summary>
    public double StandardDeviation => Kind == ColumnKind.Text ? double.NaN : Sketches.Moments.StandardDeviation;

    /// <summary>The length of the shortest string in UTF-16 code units; NaN for numbers and without values.</summary>
    public double MinimumLength => Kind == ColumnKind.Text ? Sketches.Moments.Minimum : double.NaN;

    /// <summary>The length of the longest string in UTF-16 code units; NaN for numbers and without values.</summary>
    public double MaximumLength => Kind == ColumnKind.Text ? Sketches.Moments.Maximum : double.NaN;

    /// <summary>The mean length of the strings in UTF-16 code units; NaN for numbers and without values.</summary>
    public double MeanLength => Kind == ColumnKind.Text ? Sketches.Moments.Mean : double.NaN;

    internal ColumnSketches Sketches { get; }

    /// <summary>
    /// The lower quantile at a share: the value at position floor(q (n - 1)) of the sorted present values, within the rank error of
    /// <see cref="KllSketch"/> for k = 200 (1.33 % of n with 99 % confidence), exact below 400 values.
    /// </summary>
    /// <param name="q">The share, from 0 to 1.</param>
    /// <returns>The quantile; NaN for text and without values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">q is NaN or outside 0 to 1.</exception>
    public double Quantile(double q)
    {
        SketchQuery.ThrowIfNotShare(q);
        return Sketches.Quantiles is { Count: > 0 } quantiles ? quantiles.Quantile(q) : double.NaN;
    }

    /// <summary>
    /// The estimated share of present values at or below a point; NaN for text and without values. The error is that of <see
    /// cref="Quantile"/>.
    /// </summary>
    /// <param name="value">The point.</param>
    /// <exception cref="ArgumentException">The point is NaN.</exception>
    public double Rank(double value)
    {
        SketchQuery.ThrowIfNaN(value);
        return Sketches.Quantiles is { Count: > 0 } quantiles ? quantiles.Rank(value) : double.NaN;
    }

    /// <summary>The most frequent values, the most frequent first, with bounds of their counts. Exact up to 256 distinct values.</summary>
    /// <param name="k">How many at most; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is negative.</exception>
    public IReadOnlyList<ValueCount> TopValues(int k = DefaultTop) => Sketches.Values.Top(k);

    /// <summary>
    /// A histogram of bins of equal width between the smallest and largest finite value, counts estimated from the quantile sketch.
    /// </summary>
    /// <param name="bins">How many bins, from 1 to 10,000.</param>
    /// <returns>The bins; one for a constant column; none for text and without finite values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is out of range.</exception>
    public IReadOnlyList<HistogramBin> Histogram(int bins = DefaultBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, 10_000);
        if (Sketches.Quantiles is not { Count: > 0 } quantiles) return [];
        double low = quantiles.SmallestFinite(), high = quantiles.LargestFinite();
        if (double.IsNaN(low)) return [];
        if (low == high) bins = 1;
        var result = new HistogramBin[bins];
        double from = low;
        long before = quantiles.CountBelow(low);
        for (int i = 0; i < bins; i++)
        {
            bool last = i == bins - 1;
            // Weighted ends, since the difference of the two may be beyond the largest double.
            double share = (i + 1.0) / bins;
            double to = last ? high : low * (1 - share) + high * share;
            long until = last ? quantiles.CountAtMost(to) : quantiles.CountBelow(to);
            result[i] = new HistogramBin(from, to, until - before);
            (from, before) = (to, until);
        }
        return result;
    }
}
