using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The Epps-Singleton test: whether the characteristic functions of two samples agree at two frequencies. Holds for discrete
/// distributions as well. Thread-safe.
/// </summary>
/// <remarks>
/// With g(x) = (cos t₁x, cos t₂x, sin t₁x, sin t₂x), t = 0.4 and 0.8 over half the pooled interquartile range, W = N·d'C⁺d for the
/// difference d of the means of g and the pseudo-inverse of its covariance C = N/m·cov_x + N/n·cov_y, against the chi-squared law with as
/// many degrees of freedom as C has rank; below 25 values in both samples W is corrected by 1/(1 + N^-0.45 + 10.1(m^-1.7 + n^-1.7)). The
/// effect size is W/N. Sources: Epps and Singleton, J. Stat. Comput. Simul. 26 (1986); Goerg and Kaiser, Stata Journal 9 (2009).
/// </remarks>
public static class EppsSingleton
{
    private const int Dimension = 4;
    private const int SmallestSample = 5;
    private const double RankTolerance = 1e-15;

    /// <summary>Tests whether two samples come from the same distribution, continuous or discrete.</summary>
    /// <param name="reference">The reference sample, at least five finite values in any order.</param>
    /// <param name="current">The sample to compare with it, at least five finite values.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(n).</returns>
    /// <exception cref="ArgumentException">
    /// A sample has fewer than five values, an infinity, or NaN under <see cref="NaNPolicy.Refuse"/>; the pooled interquartile range is
    /// zero, or both samples are constant.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(reference, current, nanPolicy);
        set.RequireFinite();
        int m = set[0].Length, n = set[1].Length;
        if (Math.Min(m, n) < SmallestSample)
            throw new ArgumentException(
                $"The samples have {m} and {n} values; the Epps-Singleton test needs at least {SmallestSample} in each.");
        set.Normalize();
        var frequency = 0.4 / (InterquartileRange(set) / 2);
        if (!double.IsFinite(frequency))
            throw new ArgumentException(
                "The interquartile range of the pooled sample is zero, so the frequencies of the Epps-Singleton test are undefined.");

        double total = m + n;
        Span<double> difference = stackalloc double[Dimension];
        Span<double> covariance = stackalloc double[Dimension * Dimension];
        difference.Clear();
        covariance.Clear();
        Accumulate(set[0], frequency, +1, total / m, difference, covariance);
        Accumulate(set[1], frequency, -1, total / n, difference, covariance);
        var (form, rank) = SymmetricMatrix.PseudoInverseForm(covariance, difference, RankTolerance);
        if (rank == 0)
            throw new ArgumentException("Both samples are constant, so the covariance of the Epps-Singleton test vanishes.");

        var w = total * form;
        if (Math.Max(m, n) < 25)
            w /= 1 + Math.Pow(total, -0.45) + (10.1 * (Math.Pow(m, -1.7) + Math.Pow(n, -1.7)));
        return new HypothesisTestResult
        {
            Test = "Epps-Singleton",
            Statistic = w,
            PValue = ChiSquared.Sf(w, rank),
            EffectSize = w / total,
            EffectSizeName = "W/N",
            Method = rank == Dimension ? "asymptotic (chi-squared)" : "asymptotic (chi-squared, covariance of reduced rank)",
            DegreesOfFreedom = rank,
            SampleSizes = set.Sizes,
            Dropped = set.Dropped,
        };
    }

    private static double InterquartileRange(scoped in SampleSet set)
    {
        using var sorted = ColumnInput.Sorted(set.Values, NaNPolicy.Refuse, "current");
        return Quantile(sorted.Values, 0.75) - Quantile(sorted.Values, 0.25);
    }

    private static double Quantile(ReadOnlySpan<double> sorted, double p)
    {
        var position = p * (sorted.Length - 1);
        var low = (int)position;
        var share = position - low;
        return share == 0 ? sorted[low] : sorted[low] + ((sorted[low + 1] - sorted[low]) * share);
    }

    // Adds sign·mean of g to the difference and weight·covariance to the covariance. One pass: g lies in [-1, 1], and sums of deviations
    // from the first value's g neither cancel nor make a constant sample look as if it varied.
    private static void Accumulate(
        ReadOnlySpan<double> values, double frequency, int sign, double weight, Span<double> difference, Span<double> covariance)
    {
        Span<double> origin = stackalloc double[Dimension];
        Span<double> g = stackalloc double[Dimension];
        Span<double> sums = stackalloc double[Dimension];
        Span<double> products = stackalloc double[Dimension * Dimension];
        sums.Clear();
        products.Clear();
        Evaluate(values[0] * frequency, origin);
        foreach (var value in values)
        {
            Evaluate(value * frequency, g);
            for (var i = 0; i < Dimension; i++)
            {
                g[i] -= origin[i];
                sums[i] += g[i];
                for (var j = 0; j <= i; j++)
                    products[(i * Dimension) + j] += g[i] * g[j];
            }
        }

        double n = values.Length;
        for (var i = 0; i < Dimension; i++)
        {
            difference[i] += sign * (origin[i] + (sums[i] / n));
            for (var j = 0; j < Dimension; j++)
            {
                var product = products[(Math.Max(i, j) * Dimension) + Math.Min(i, j)];
                covariance[(i * Dimension) + j] += weight * ((product / n) - (sums[i] / n * (sums[j] / n)));
            }
        }
    }

    // The second frequency is twice the first, so one sine and cosine give both.
    private static void Evaluate(double angle, Span<double> g)
    {
        var (sin, cos) = Math.SinCos(angle);
        g[0] = cos;
        g[1] = (cos - sin) * (cos + sin);
        g[2] = sin;
        g[3] = 2 * sin * cos;
    }
}
