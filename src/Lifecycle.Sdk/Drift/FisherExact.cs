using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>Fisher's exact test of a 2×2 table, for counts too small for <see cref="ChiSquare"/>. Thread-safe.</summary>
/// <remarks>
/// Given the margins, the upper left cell is hypergeometric under independence. One-sided p-values are its tails; the two-sided one sums
/// all tables that are at most as probable as the one observed. The statistic is the sample odds ratio ad/(bc), infinite when bc = 0; the
/// effect size is φ = (ad - bc)/√(product of the margins), in [-1, 1]. A row or column of zeros leaves one possible table, so the p-value
/// is 1, while odds ratio and φ are undefined: they are NaN, in this test alone. Source: Fisher, J. R. Stat. Soc. 98 (1935).
/// </remarks>
public static class FisherExact
{
    /// <summary>Tests whether row and column of the table ((a, b), (c, d)) are independent.</summary>
    /// <param name="a">The count in the first row and first column.</param>
    /// <param name="b">The count in the first row and second column.</param>
    /// <param name="c">The count in the second row and first column.</param>
    /// <param name="d">The count in the second row and second column.</param>
    /// <param name="alternative">The direction: Less says that the odds ratio is below one.</param>
    /// <returns>The result, with the sums of the rows as sample sizes. O(smallest margin).</returns>
    /// <exception cref="ArgumentException">A negative count, or no count at all.</exception>
    public static HypothesisTestResult Compare(long a, long b, long c, long d, Alternative alternative = Alternative.TwoSided)
    {
        Options.Validate(alternative);
        ArgumentOutOfRangeException.ThrowIfNegative(a);
        ArgumentOutOfRangeException.ThrowIfNegative(b);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        ArgumentOutOfRangeException.ThrowIfNegative(d);
        long row1 = checked(a + b), row2 = checked(c + d), column1 = checked(a + c), column2 = checked(b + d);
        if (Math.Max(row1, row2) == 0)
            throw new ArgumentException("The table holds no count.");
        // With an empty row or column the margins allow one table only: p is 1, and odds ratio and φ are 0/0.
        var determined = Math.Min(Math.Min(row1, row2), Math.Min(column1, column2)) == 0;
        double product = (double)a * d, inverse = (double)b * c;
        return new HypothesisTestResult
        {
            Test = "Fisher's exact",
            Statistic = determined ? double.NaN : b == 0 || c == 0 ? double.PositiveInfinity : (double)a / b * ((double)d / c),
            PValue = determined ? 1 : alternative switch
            {
                Alternative.Less => Hypergeometric.Cdf(a, row1, row2, column1),
                Alternative.Greater => Hypergeometric.Sf(a, row1, row2, column1),
                _ => Hypergeometric.TwoSided(a, row1, row2, column1),
            },
            EffectSize = (product - inverse) / (Math.Sqrt((double)row1 * row2) * Math.Sqrt((double)column1 * column2)),
            EffectSizeName = "φ",
            Method = "exact (hypergeometric)",
            Alternative = alternative,
            SampleSizes = [row1, row2],
            Dropped = [0, 0],
        };
    }
}
