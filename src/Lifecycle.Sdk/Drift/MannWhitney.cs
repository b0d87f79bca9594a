using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The Mann-Whitney U test (Wilcoxon's rank-sum test): whether values of one sample tend to be larger than those of the other.
/// Thread-safe.
/// </summary>
/// <remarks>
/// U = #{reference > current} + ½ #{reference = current} over all pairs, in [0, mn]. The effect size is the rank-biserial correlation
/// 2U/(mn) - 1 in [-1, 1] (Wendt, Eur. J. Soc. Psychol. 2, 1972). Source: Mann and Whitney, Ann. Math. Stat. 18 (1947).
/// </remarks>
public static class MannWhitney
{
    // SciPy's rule: without ties the normal law is good enough from nine values in the smaller sample on.
    private const int LargestAutoExact = 8;

    /// <summary>Tests whether values of the reference tend to be smaller or larger than those of the current sample.</summary>
    /// <param name="reference">The reference sample, in any order; infinities are ordinary values.</param>
    /// <param name="current">The sample to compare with it.</param>
    /// <param name="alternative">The direction: Less says that reference values tend to be smaller.</param>
    /// <param name="method">
    /// Auto (the default) is exact when there are no ties, the smaller sample has at most 8 values and mn ≤ 20,000,000. Exact: the law
    /// without ties, O(min(m, n)·mn) time. Asymptotic: the normal law with the variance corrected for ties.
    /// </param>
    /// <param name="continuityCorrection">Whether the asymptotic law moves U by ½ towards its mean; on by default.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(n) time by radix sort, on two threads for large samples, and at most two copies of each sample.</returns>
    /// <exception cref="ArgumentException">
    /// A sample is empty or holds NaN under <see cref="NaNPolicy.Refuse"/>; or the exact law is asked for in spite of ties or for mn
    /// above 20,000,000.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Auto, bool continuityCorrection = true, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ColumnInput.SortedPair(reference, nameof(reference), current, nameof(current), nanPolicy, out var first, out var second);
        using (first)
        using (second)
            return CompareOrdered(first.Values, second.Values, alternative, method, continuityCorrection, [first.Dropped, second.Dropped]);
    }

    /// <summary>The same for samples that are already in ascending order: no copy is made.</summary>
    /// <param name="reference">The reference sample, ascending, without NaN.</param>
    /// <param name="current">The sample to compare with it, ascending, without NaN.</param>
    /// <param name="alternative">The direction: Less says that reference values tend to be smaller.</param>
    /// <param name="method">The null law; see <see cref="Compare"/>.</param>
    /// <param name="continuityCorrection">Whether the asymptotic law moves U by ½ towards its mean.</param>
    /// <returns>The result. O(m + n).</returns>
    /// <exception cref="ArgumentException">A sample is empty, not ascending or holds NaN; or the exact law cannot be given.</exception>
    public static HypothesisTestResult CompareSorted(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Auto, bool continuityCorrection = true)
    {
        ColumnInput.RequireSorted(reference, nameof(reference));
        ColumnInput.RequireSorted(current, nameof(current));
        return CompareOrdered(reference, current, alternative, method, continuityCorrection, [0, 0]);
    }

    internal static HypothesisTestResult CompareOrdered(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative, PValueMethod method,
        bool continuityCorrection, long[] dropped)
    {
        Options.Validate(alternative);
        Options.ValidateWithoutLimit(method);
        var (doubleU, ties) = PairsAndTies(reference, current);
        int m = reference.Length, n = current.Length;
        var product = (long)m * n;
        if (method == PValueMethod.Auto)
        {
            var exact = ties == 0 && Math.Min(m, n) <= LargestAutoExact && product <= MannWhitneyLaw.LargestProduct;
            method = exact ? PValueMethod.Exact : PValueMethod.Asymptotic;
        }

        // The alternative "less" is "greater" with the samples exchanged; two-sided is twice the greater of both.
        var doubleUpper = alternative switch
        {
            Alternative.Greater => doubleU,
            Alternative.Less => (2 * product) - doubleU,
            _ => Math.Max(doubleU, (2 * product) - doubleU),
        };
        var tail = method == PValueMethod.Exact
            ? ExactTail(doubleUpper, ties, m, n)
            : NormalTail(doubleUpper, ties, m, n, continuityCorrection);
        return new HypothesisTestResult
        {
            Test = "Mann-Whitney U",
            Statistic = doubleU / 2.0,
            PValue = Math.Min(1, alternative == Alternative.TwoSided ? 2 * tail : tail),
            EffectSize = (double)(doubleU - product) / product,
            EffectSizeName = "rank-biserial correlation",
            Method = method == PValueMethod.Exact ? "exact" : "asymptotic (normal, corrected for ties)",
            Alternative = alternative,
            SampleSizes = [m, n],
            Dropped = dropped,
        };
    }

    /// <summary>2U, an integer even with ties, and Σ(t³ - t) over the groups of ties.</summary>
    internal static (long DoubleU, double Ties) PairsAndTies(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        long doubleU = 0;
        var ties = 0.0;
        var groups = new TieGroups(reference, current);
        while (groups.Next())
        {
            doubleU += (long)groups.FirstCount * ((2L * groups.SecondBelow) + groups.SecondCount);
            double size = groups.FirstCount + groups.SecondCount;
            ties += ((size * size) - 1) * size;
        }

        return (doubleU, ties);
    }

    private static double ExactTail(long doubleUpper, double ties, int m, int n)
    {
        if (ties != 0)
            throw new ArgumentException("The exact law of U holds without ties, but the samples have ties; use the asymptotic law.");
        if ((long)m * n > MannWhitneyLaw.LargestProduct)
        {
            throw new ArgumentException(
                $"The exact law of U needs mn ≤ {MannWhitneyLaw.LargestProduct}, but the sizes are {m} and {n}; use the asymptotic law.");
        }

        return MannWhitneyLaw.Sf(doubleUpper / 2, m, n);
    }

    private static double NormalTail(long doubleUpper, double ties, int m, int n, bool continuityCorrection)
    {
        double product = (double)m * n, total = (double)m + n;
        var variance = product / 12 * (total + 1 - (ties / (total * (total - 1))));
        var distance = (doubleUpper - product) / 2.0;
        if (variance <= 0)
            return 1; // All values are equal: U is its mean with certainty, and so is at least as extreme.
        return Normal.Sf((distance - (continuityCorrection ? 0.5 : 0)) / Math.Sqrt(variance));
    }
}
