using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The Fligner-Killeen test of equal spread, which works on normal scores of ranks and so bears heavy tails. Thread-safe.
/// </summary>
/// <remarks>
/// The absolute deviations from the centres are ranked together; a rank r becomes the score Φ⁻¹(½ + r/(2(N+1))); the statistic Σ n_i (ā_i
/// - ā)²/s² has the chi-squared law with k - 1 degrees of freedom. The effect size is η² of the scores, statistic/(N - 1), in [0, 1].
/// Source: Conover, Johnson and Johnson, Technometrics 23 (1981).
/// </remarks>
public static class FlignerKilleen
{
    /// <summary>Tests whether two samples have the same spread.</summary>
    /// <param name="reference">The reference sample, in any order. With a mean as centre the values must be finite.</param>
    /// <param name="current">The sample to compare with it.</param>
    /// <param name="center">The centre from which deviations are measured.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(n) time by radix sort.</returns>
    /// <exception cref="ArgumentException">
    /// A sample is empty or holds NaN under <see cref="NaNPolicy.Refuse"/>, its centre is infinite, or all deviations are equal.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Center center = Center.Median, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(reference, current, nanPolicy);
        return Test(set, center);
    }

    /// <summary>Tests whether two or more samples have the same spread.</summary>
    /// <param name="samples">The samples, in any order. With a mean as centre the values must be finite.</param>
    /// <param name="center">The centre from which deviations are measured.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(N) time by radix sort.</returns>
    /// <exception cref="ArgumentException">
    /// Fewer than two samples, an empty one, NaN under <see cref="NaNPolicy.Refuse"/>, an infinite centre, or all deviations equal.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<ReadOnlyMemory<double>> samples, Center center = Center.Median, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(samples, nanPolicy, nameof(samples));
        return Test(set, center);
    }

    private static HypothesisTestResult Test(scoped in SampleSet set, Center center)
    {
        if (center != Center.Median)
            set.RequireFinite();
        set.Normalize();
        if (Spread.Trim(set, center) is { } kept)
        {
            using var trimmed = SampleSet.Of(kept, NaNPolicy.Refuse, "samples");
            return Test(trimmed, Center.Mean, set.Dropped, "trimmed mean");
        }

        return Test(set, center, set.Dropped, center == Center.Median ? "median" : "mean");
    }

    private static HypothesisTestResult Test(scoped in SampleSet set, Center center, long[] dropped, string centerName)
    {
        Spread.ToDeviations(set, center, refined: false);
        if (ColumnInput.IndexOfNaN(set.Values) >= 0)
            throw new ArgumentException("The median of a sample is infinite, so deviations from it are undefined.");
        using var ranks = new PooledRanks(set);
        if (ranks.EndOfTies(0) == set.Total)
            throw new ArgumentException("All absolute deviations are equal, so the Fligner-Killeen statistic is undefined.");
        ToScores(set, ranks);

        var pooled = Moments.Of(set.Values);
        double between = 0;
        for (var i = 0; i < set.Count; i++)
        {
            var distance = Moments.Of(set[i]).MeanAbove(pooled);
            between += set[i].Length * distance * distance;
        }

        var statistic = between / pooled.Variance;
        double degrees = set.Count - 1;
        return new HypothesisTestResult
        {
            Test = "Fligner-Killeen",
            Statistic = statistic,
            PValue = ChiSquared.Sf(statistic, degrees),
            EffectSize = Math.Min(1, statistic / (set.Total - 1)),
            EffectSizeName = "η² of the normal scores",
            Method = "asymptotic (chi-squared); deviations from the " + centerName,
            DegreesOfFreedom = degrees,
            SampleSizes = set.Sizes,
            Dropped = dropped,
        };
    }

    // A tie has one score, so each distinct deviation asks for one quantile.
    private static void ToScores(scoped in SampleSet set, scoped in PooledRanks ranks)
    {
        var scores = set.Values;
        for (int start = 0, end; start < set.Total; start = end)
        {
            end = ranks.EndOfTies(start);
            var midrank = start + ((end - start + 1) / 2.0);
            var score = Normal.Quantile(0.5 + (midrank / (2 * (set.Total + 1.0))));
            for (var i = start; i < end; i++)
                scores[ranks.PlaceOf(i)] = score;
        }
    }
}
