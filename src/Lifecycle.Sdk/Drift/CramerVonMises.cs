using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The two-sample Cramér-von Mises test: the mean squared distance of the two distribution functions. More powerful than
/// <see cref="KolmogorovSmirnov"/> against differences that are spread out. Thread-safe.
/// </summary>
/// <remarks>
/// With midranks r of the reference and s of the current sample in the pooled sample, U = m Σ(r_i - i)² + n Σ(s_j - j)² and the statistic
/// is T = U/(mn(m+n)) - (4mn - 1)/(6(m+n)), which without ties is mn/(m+n)² Σ(F - G)² over the pooled values. The effect size is
/// √(T(m+n)/(mn)), the root mean square distance of the distribution functions, in [0, 1]. Source: Anderson, Ann. Math. Stat. 33 (1962).
/// </remarks>
public static class CramerVonMises
{
    private const int LargestAutoExact = 20;
    private const int ExactTableLimit = 4_000_000;

    /// <summary>Tests whether two samples come from the same continuous distribution.</summary>
    /// <param name="reference">The reference sample, at least two values in any order; infinities are ordinary values.</param>
    /// <param name="current">The sample to compare with it, at least two values.</param>
    /// <param name="method">
    /// Auto (the default) is exact up to 20 values in the larger sample. Exact: the law without ties by recursion over lattice paths,
    /// also for samples with ties; its table may hold at most 4,000,000 distinct values. Asymptotic: the limit law of T standardised by
    /// its exact mean and variance.
    /// </param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(n) time by radix sort and at most two copies of each sample.</returns>
    /// <exception cref="ArgumentException">
    /// A sample has fewer than two values or holds NaN under <see cref="NaNPolicy.Refuse"/>, or the exact table is too large.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, PValueMethod method = PValueMethod.Auto,
        NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ColumnInput.SortedPair(reference, nameof(reference), current, nameof(current), nanPolicy, out var first, out var second);
        using (first)
        using (second)
            return CompareOrdered(first.Values, second.Values, method, [first.Dropped, second.Dropped]);
    }

    /// <summary>The same for samples that are already in ascending order: no copy is made.</summary>
    /// <param name="reference">The reference sample, ascending, without NaN, at least two values.</param>
    /// <param name="current">The sample to compare with it, ascending, without NaN, at least two values.</param>
    /// <param name="method">The null law; see <see cref="Compare"/>.</param>
    /// <returns>The result. O(m + n).</returns>
    /// <exception cref="ArgumentException">
    /// A sample has fewer than two values, is not ascending or holds NaN, or the exact table is too large.
    /// </exception>
    public static HypothesisTestResult CompareSorted(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, PValueMethod method = PValueMethod.Auto)
    {
        ColumnInput.RequireSorted(reference, nameof(reference));
        ColumnInput.RequireSorted(current, nameof(current));
        return CompareOrdered(reference, current, method, [0, 0]);
    }

    internal static HypothesisTestResult CompareOrdered(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, PValueMethod method, long[] dropped)
    {
        Options.ValidateWithoutLimit(method);
        RequireTwo(reference, nameof(reference));
        RequireTwo(current, nameof(current));
        int m = reference.Length, n = current.Length;
        var fourU = FourTimesU(reference, current);
        double product = (double)m * n, total = (double)m + n;
        // In integers, because U and its largest value agree in most of their digits.
        Int128 k = (Int128)m * n;
        var statistic = (double)((6 * fourU) - (4 * k * ((4 * k) - 1))) / (24 * product * total);
        if (method == PValueMethod.Auto)
            method = Math.Max(m, n) <= LargestAutoExact ? PValueMethod.Exact : PValueMethod.Asymptotic;
        return new HypothesisTestResult
        {
            Test = "Cramér-von Mises",
            Statistic = statistic,
            PValue = method == PValueMethod.Exact ? ExactP(fourU, m, n) : AsymptoticP(statistic, m, n),
            EffectSize = Math.Sqrt(Math.Max(0, statistic * total / product)),
            EffectSizeName = "root mean square distance of the distribution functions",
            Method = method == PValueMethod.Exact ? "exact (without ties)" : "asymptotic (standardised limit law)",
            SampleSizes = [m, n],
            Dropped = dropped,
        };
    }

    // 4U in integers: midranks are halves. Inside a group of ties the midrank is fixed and the position i runs, so that the squares sum
    // up to c·(midpoint - middle position)² plus the spread of the positions, c(c² - 1)/12.
    private static Int128 FourTimesU(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        Int128 first = 0, second = 0;
        var groups = new TieGroups(reference, current);
        while (groups.Next())
        {
            // Twice the distance of the midrank from the middle position: what the other sample adds below and inside the group.
            if (groups.FirstCount > 0)
                first += Squares((2L * groups.SecondBelow) + groups.SecondCount, groups.FirstCount);
            if (groups.SecondCount > 0)
                second += Squares((2L * groups.FirstBelow) + groups.FirstCount, groups.SecondCount);
        }

        return (first * reference.Length) + (second * current.Length);
    }

    // 4 Σ (r - i)² over a group of c equal values.
    private static Int128 Squares(long doubleDistance, long count) =>
        ((Int128)doubleDistance * doubleDistance * count) + ((Int128)count * (((Int128)count * count) - 1) / 3);

    private static double ExactP(Int128 fourU, int m, int n)
    {
        Int128 k = (Int128)m * n, lcm = k / (Int128)System.Numerics.BigInteger.GreatestCommonDivisor(m, n);
        var numerator = lcm * lcm * (m + n) * ((6 * fourU) - (4 * k * ((4 * k) - 1)));
        var denominator = 24 * k * k;
        var zeta = numerator / denominator;
        if (numerator < 0 && zeta * denominator != numerator)
            zeta--;
        return CramerVonMisesLaw.ExactSf((long)zeta, m, n, ExactTableLimit);
    }

    private static double AsymptoticP(double statistic, double m, double n)
    {
        double k = m * n, total = m + n;
        var mean = (1 + (1 / total)) / 6;
        var variance = (total + 1) * ((4 * k * total) - (3 * ((m * m) + (n * n))) - (2 * k)) / (45 * total * total * 4 * k);
        return CramerVonMisesLaw.LimitSf((1.0 / 6) + ((statistic - mean) / Math.Sqrt(45 * variance)));
    }

    private static void RequireTwo(ReadOnlySpan<double> values, string name)
    {
        if (values.Length < 2)
            throw new ArgumentException($"'{name}' has {values.Length} value; the Cramér-von Mises test needs at least two.", name);
    }
}
