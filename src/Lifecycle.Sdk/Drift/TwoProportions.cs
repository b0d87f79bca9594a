using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>The z test of two proportions with the pooled variance. Thread-safe.</summary>
/// <remarks>
/// z = (p₁ - p₂)/√(p(1 - p)(1/n₁ + 1/n₂)) with p the pooled proportion, against the normal law. The effect size is Cohen's h = 2 asin √p₁
/// - 2 asin √p₂, in [-π, π]. Source: Fleiss, "Statistical Methods for Rates and Proportions".
/// </remarks>
public static class TwoProportions
{
    /// <summary>Tests whether the proportion of successes is the same.</summary>
    /// <param name="referenceSuccesses">Successes in the reference, in [0, <paramref name="referenceTrials"/>].</param>
    /// <param name="referenceTrials">Trials in the reference, at least one.</param>
    /// <param name="currentSuccesses">Successes in the current sample, in [0, <paramref name="currentTrials"/>].</param>
    /// <param name="currentTrials">Trials in the current sample, at least one.</param>
    /// <param name="alternative">The direction: Less says that the reference has the smaller proportion.</param>
    /// <returns>The result. O(1).</returns>
    /// <exception cref="ArgumentException">A count out of range, or a pooled proportion of 0 or 1, for which z is undefined.</exception>
    public static HypothesisTestResult Compare(
        long referenceSuccesses, long referenceTrials, long currentSuccesses, long currentTrials,
        Alternative alternative = Alternative.TwoSided)
    {
        Options.Validate(alternative);
        RequireCounts(referenceSuccesses, referenceTrials, nameof(referenceSuccesses), nameof(referenceTrials));
        RequireCounts(currentSuccesses, currentTrials, nameof(currentSuccesses), nameof(currentTrials));
        double n1 = referenceTrials, n2 = currentTrials, p1 = referenceSuccesses / n1, p2 = currentSuccesses / n2;
        var pooled = ((double)referenceSuccesses + currentSuccesses) / (n1 + n2);
        if (pooled is 0 or 1)
        {
            throw new ArgumentException(
                "Both samples are all failures or all successes, so the pooled variance is zero and z is undefined.",
                nameof(referenceSuccesses));
        }

        var z = (p1 - p2) / Math.Sqrt(pooled * (1 - pooled) * ((1 / n1) + (1 / n2)));
        return new HypothesisTestResult
        {
            Test = "two-proportion z",
            Statistic = z,
            PValue = alternative switch
            {
                Alternative.Less => Normal.Cdf(z),
                Alternative.Greater => Normal.Sf(z),
                _ => Math.Min(1, 2 * Normal.Sf(Math.Abs(z))),
            },
            EffectSize = 2 * (Math.Asin(Math.Sqrt(p1)) - Math.Asin(Math.Sqrt(p2))),
            EffectSizeName = "Cohen's h",
            Method = "asymptotic (normal, pooled variance)",
            Alternative = alternative,
            SampleSizes = [referenceTrials, currentTrials],
            Dropped = [0, 0],
        };
    }

    private static void RequireCounts(long successes, long trials, string successesName, string trialsName)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1, trialsName);
        ArgumentOutOfRangeException.ThrowIfNegative(successes, successesName);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials, successesName);
    }
}
