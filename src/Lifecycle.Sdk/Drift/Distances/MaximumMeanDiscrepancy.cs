namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Squared maximum mean discrepancy of two multivariate samples under the Gaussian (RBF) kernel k(a, b) = exp(-‖a-b‖²/s), s = 2σ²:
/// E k(x,x') + E k(y,y') - 2·E k(x,y). A pure number; the population value is 0 only for equal distributions and below 2.
/// Source: Gretton, Borgwardt, Rasch, Schölkopf and Smola, "A kernel two-sample test", Journal of Machine Learning Research 13, 2012.
/// </summary>
/// <remarks>All members are thread-safe.</remarks>
public static class MaximumMeanDiscrepancy
{
    /// <summary>
    /// The biased V-statistic and the unbiased U-statistic (lemma 6 of the source) over all pairs of rows. O((n+m)²·columns) time; memory
    /// does not grow with the number of pairs. For many rows use <see cref="LinearMmd"/>.
    /// </summary>
    /// <param name="reference">Finite values, row after row; at least one row.</param>
    /// <param name="current">Finite values, row after row; at least one row.</param>
    /// <param name="columns">Number of columns, at least 1. Default 1.</param>
    /// <param name="scale">
    /// The s of the kernel, positive. Null means the median of the squared distances of all pooled pairs of rows (mean of the middle two
    /// when their number is even; 1 when the median is 0), the usual choice when nothing better is known.
    /// </param>
    /// <param name="nanPolicy">What to do with rows that hold NaN. The default refuses them.</param>
    /// <exception cref="ArgumentException">A table is empty or ragged, or holds an infinity or a NaN that is refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="columns"/> or <paramref name="scale"/> is out of range.</exception>
    public static MmdResult Compute(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, int columns = 1, double? scale = null,
        NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        var x = RowMatrix.CompleteRows(reference, columns, nanPolicy, nameof(reference), out var droppedX);
        var y = RowMatrix.CompleteRows(current, columns, nanPolicy, nameof(current), out var droppedY);
        if (scale is { } given && (!double.IsFinite(given) || given <= 0))
            throw new ArgumentOutOfRangeException(nameof(scale), given, "The scale of the kernel must be positive and finite.");
        var s = scale ?? ScaleOf(x, y, columns);

        double n = x.Length / columns, m = y.Length / columns;
        double withinX = RbfKernel.SumOfPairs(x, columns, s), withinY = RbfKernel.SumOfPairs(y, columns, s), between = 0;
        for (var row = 0; row < x.Length; row += columns) between += RbfKernel.Sum(x.Slice(row, columns), y, s);

        // The diagonal of each V-statistic is n ones; the U-statistic leaves it out.
        var cross = 2 * between / (n * m);
        var biased = (((2 * withinX) + n) / (n * n)) + (((2 * withinY) + m) / (m * m)) - cross;
        var unbiased = n < 2 || m < 2 ? double.NaN : (2 * withinX / (n * (n - 1))) + (2 * withinY / (m * (m - 1))) - cross;
        return new MmdResult(Math.Max(biased, 0), unbiased, s, (long)n, (long)m, droppedX, droppedY);
    }

    private static double ScaleOf(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int columns)
    {
        var pooled = new double[x.Length + y.Length];
        x.CopyTo(pooled);
        y.CopyTo(pooled.AsSpan(x.Length));
        var median = PairwiseMedian.OfSquaredDistances(pooled, columns);
        if (double.IsInfinity(median))
            throw new ArgumentException("Squared distances between rows exceed the range of a double; standardise the columns.", nameof(x));
        return median == 0 ? 1 : median;
    }
}

/// <summary>Squared maximum mean discrepancy of two samples.</summary>
/// <param name="Biased">The V-statistic: never negative, above 0 by chance also without drift.</param>
/// <param name="Unbiased">
/// The U-statistic: 0 on average without drift, so it may be negative. NaN when a side has one row, where it is undefined.
/// </param>
/// <param name="Scale">The s of the kernel exp(-d²/s) that was used.</param>
/// <param name="ReferenceCount">Rows of the reference that took part.</param>
/// <param name="CurrentCount">Rows of the current sample that took part.</param>
/// <param name="ReferenceDropped">Rows of the reference left out because of NaN.</param>
/// <param name="CurrentDropped">Rows of the current sample left out because of NaN.</param>
public sealed record MmdResult(
    double Biased, double Unbiased, double Scale, long ReferenceCount, long CurrentCount, long ReferenceDropped, long CurrentDropped);
