using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>The Kruskal-Wallis H test: whether some of k samples tend to have larger values than others. Thread-safe.</summary>
/// <remarks>
/// H = 12/(N(N+1)) Σ n_i (R̄_i - (N+1)/2)² over mean ranks R̄_i, divided by 1 - Σ(t³ - t)/(N³ - N) for ties, against the chi-squared law
/// with k - 1 degrees of freedom. The effect size is ε² = H/(N - 1) in [0, 1]. Source: Kruskal and Wallis, J. Am. Stat. Assoc. 47 (1952).
/// </remarks>
public static class KruskalWallis
{
    /// <summary>Tests whether two samples have the same location.</summary>
    /// <param name="reference">The reference sample, in any order; infinities are ordinary values.</param>
    /// <param name="current">The sample to compare with it.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(n) time by radix sort.</returns>
    /// <exception cref="ArgumentException">
    /// A sample is empty or holds NaN under <see cref="NaNPolicy.Refuse"/>, or all values are equal.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(reference, current, nanPolicy);
        return Test(set);
    }

    /// <summary>Tests whether two or more samples have the same location.</summary>
    /// <param name="samples">The samples, each in any order.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(N) time by radix sort.</returns>
    /// <exception cref="ArgumentException">
    /// Fewer than two samples, an empty one, NaN under <see cref="NaNPolicy.Refuse"/>, or all values equal.
    /// </exception>
    public static HypothesisTestResult Compare(ReadOnlySpan<ReadOnlyMemory<double>> samples, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(samples, nanPolicy, nameof(samples));
        return Test(set);
    }

    private static HypothesisTestResult Test(scoped in SampleSet set)
    {
        using var ranks = new PooledRanks(set);
        double n = set.Total, ties = 0;
        var sizes = set.Sizes;
        Span<double> rankSums = new double[set.Count];
        for (int start = 0, end; start < set.Total; start = end)
        {
            end = ranks.EndOfTies(start);
            double count = end - start, midrank = start + ((count + 1) / 2);
            ties += ((count * count) - 1) * count;
            for (var i = start; i < end; i++)
                rankSums[ranks.SampleAt(i)] += midrank;
        }

        var correction = 1 - (ties / ((n * n * n) - n));
        if (correction <= 0 || ranks.EndOfTies(0) == set.Total)
            throw new ArgumentException("All values are equal; the Kruskal-Wallis test needs at least two distinct ones.");
        double between = 0;
        for (var i = 0; i < sizes.Length; i++)
        {
            var distance = (rankSums[i] / sizes[i]) - ((n + 1) / 2);
            between += sizes[i] * distance * distance;
        }

        var h = 12 / (n * (n + 1)) * between / correction;
        double degrees = sizes.Length - 1;
        return new HypothesisTestResult
        {
            Test = "Kruskal-Wallis H",
            Statistic = h,
            PValue = ChiSquared.Sf(h, degrees),
            EffectSize = Math.Min(1, h / (n - 1)),
            EffectSizeName = "ε²",
            Method = "asymptotic (chi-squared, corrected for ties)",
            DegreesOfFreedom = degrees,
            SampleSizes = sizes,
            Dropped = set.Dropped,
        };
    }
}
