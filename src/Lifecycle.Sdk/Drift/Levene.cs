using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Levene's test of equal spread: a one-way analysis of variance of the absolute deviations from each sample's centre. With the median as
/// centre it is the Brown-Forsythe test. Thread-safe.
/// </summary>
/// <remarks>
/// W = (N - k) Σ n_i (Z̄_i - Z̄)² / ((k - 1) ΣΣ (Z_ij - Z̄_i)²) against the F law with k - 1 and N - k degrees of freedom. The effect
/// size is η², the share of the variance of the deviations that lies between the samples. Sources: Levene (1960); Brown and Forsythe, J.
/// Am. Stat. Assoc. 69 (1974).
/// </remarks>
public static class Levene
{
    /// <summary>Tests whether two samples have the same spread.</summary>
    /// <param name="reference">The reference sample, finite values in any order.</param>
    /// <param name="current">The sample to compare with it, finite values.</param>
    /// <param name="center">The centre from which deviations are measured.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(n).</returns>
    /// <exception cref="ArgumentException">
    /// A sample is empty, holds an infinity, or holds NaN under <see cref="NaNPolicy.Refuse"/>; or the deviations do not vary inside the
    /// samples.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Center center = Center.Median, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(reference, current, nanPolicy);
        return Test(set, center);
    }

    /// <summary>Tests whether two or more samples have the same spread.</summary>
    /// <param name="samples">The samples, finite values in any order.</param>
    /// <param name="center">The centre from which deviations are measured.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(N).</returns>
    /// <exception cref="ArgumentException">
    /// Fewer than two samples, an empty one, an infinity, NaN under <see cref="NaNPolicy.Refuse"/>, or deviations that do not vary
    /// inside the samples.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<ReadOnlyMemory<double>> samples, Center center = Center.Median, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(samples, nanPolicy, nameof(samples));
        return Test(set, center);
    }

    private static HypothesisTestResult Test(scoped in SampleSet set, Center center)
    {
        set.RequireFinite();
        set.Normalize();
        if (Spread.Trim(set, center) is { } kept)
        {
            using var trimmed = SampleSet.Of(kept, NaNPolicy.Refuse, "samples");
            return Test(trimmed, Center.Mean, set.Dropped, "trimmed mean");
        }

        return Test(set, center, set.Dropped, center == Center.Median ? "median (Brown-Forsythe)" : "mean");
    }

    private static HypothesisTestResult Test(scoped in SampleSet set, Center center, long[] dropped, string centerName)
    {
        Spread.ToDeviations(set, center, refined: true);
        var table = VarianceTable.Of(set);
        table.RequireVariation("The absolute deviations do not vary inside the samples, so Levene's statistic is undefined.");
        return table.ToResult("Levene", "F; deviations from the " + centerName, dropped);
    }
}
