using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>A correlation and the evidence against there being none.</summary>
/// <param name="Coefficient">In [-1, 1]; NaN when one side is constant.</param>
/// <param name="PValue">Two-sided; NaN when the coefficient is, or where noted.</param>
/// <param name="Count">The number of pairs.</param>
public sealed record CorrelationResult(double Coefficient, double PValue, int Count);

/// <summary>Correlations of two columns. Pure functions, safe to call from any thread.</summary>
public static class Correlation
{
    /// <summary>
    /// Pearson's r of a linear relation, with the exact p-value under normality: r is Beta(n/2 - 1, n/2 - 1) on [-1, 1]. Two pairs
    /// are always on a line, so p is 1 there. NaN when a column is constant or not finite. O(n).
    /// </summary>
    /// <remarks>Source: Student, "Probable error of a correlation coefficient", Biometrika 6 (1908).</remarks>
    /// <param name="x">One column.</param>
    /// <param name="y">The other column, pair by pair.</param>
    /// <exception cref="ArgumentException">Fewer than two pairs, unequal lengths, or NaN.</exception>
    public static CorrelationResult Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Check(x, y);
        var r = Coefficient(x, y);
        return new CorrelationResult(r, x.Length == 2 && !double.IsNaN(r) ? 1 : PValue(r, x.Length), x.Length);
    }

    /// <summary>
    /// Spearman's ρ of a monotone relation: Pearson's r of the ranks, ties sharing their mean rank; p from Student's t with n - 2 degrees
    /// of freedom, NaN for two pairs. NaN when a column is constant. O(n) by radix sort.
    /// </summary>
    /// <remarks>
    /// Sources: Spearman, American Journal of Psychology 15 (1904); Kendall and Stuart, "The Advanced Theory of Statistics" vol. 2
    /// (1973), 31.19.
    /// </remarks>
    /// <inheritdoc cref="Pearson"/>
    public static CorrelationResult Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Check(x, y);
        var rho = Coefficient(Ranks.Mean(x), Ranks.Mean(y));
        return new CorrelationResult(rho, x.Length == 2 ? double.NaN : PValue(rho, x.Length), x.Length);
    }

    /// <summary>
    /// Kendall's τ-b of a monotone relation, (concordant - discordant pairs) corrected for ties. Without ties p is exact for up to 33
    /// pairs (and where at most one pair of pairs is out of order), else from the normal law with the variance under ties. NaN when a
    /// column is constant. O(n log n).
    /// </summary>
    /// <remarks>Sources: Kendall, "Rank Correlation Methods", 4th edition (1970); Knight, JASA 61 (1966), for the algorithm.</remarks>
    /// <inheritdoc cref="Pearson"/>
    public static CorrelationResult Kendall(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Check(x, y);
        var (tau, p) = KendallTau.Compute(x, y);
        return new CorrelationResult(tau, p, x.Length);
    }

    private static void Check(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"'x' has {x.Length} values and 'y' has {y.Length}; a correlation needs pairs.", nameof(y));
        if (x.Length < 2)
            throw new ArgumentException($"A correlation needs at least two pairs, not {x.Length}.", nameof(x));
        InputRules.NoNaN(x, nameof(x));
        InputRules.NoNaN(y, nameof(y));
    }

    private static double Coefficient(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (Ranks.IsConstant(x) || Ranks.IsConstant(y))
            return double.NaN;
        double meanX = Mean(x, 0), meanY = Mean(y, 0);
        // What rounding took from the means, which matters where values are far from zero and close together.
        double restX = Mean(x, meanX), restY = Mean(y, meanY);
        // Dividing by the largest deviation keeps the squares of huge and of tiny values in range.
        double scaleX = LargestDeviation(x, meanX), scaleY = LargestDeviation(y, meanY);
        RunningSum xx = default, yy = default, xy = default;
        for (var i = 0; i < x.Length; i++)
        {
            var dx = (x[i] - meanX - restX) / scaleX;
            var dy = (y[i] - meanY - restY) / scaleY;
            xx.Add(dx * dx);
            yy.Add(dy * dy);
            xy.Add(dx * dy);
        }

        return Math.Clamp(xy.Value / (Math.Sqrt(xx.Value) * Math.Sqrt(yy.Value)), -1, 1);
    }

    private static double PValue(double r, int count)
    {
        if (double.IsNaN(r))
            return double.NaN;
        return Beta.Regularized((count - 2) / 2.0, 0.5, (1 - r) * (1 + r), r * r);
    }

    private static double Mean(ReadOnlySpan<double> values, double origin)
    {
        var sum = default(RunningSum);
        foreach (var value in values)
            sum.Add(value - origin);
        return sum.Value / values.Length;
    }

    private static double LargestDeviation(ReadOnlySpan<double> values, double mean)
    {
        var largest = 0.0;
        foreach (var value in values)
            largest = Math.Max(largest, Math.Abs(value - mean));
        return largest;
    }
}
