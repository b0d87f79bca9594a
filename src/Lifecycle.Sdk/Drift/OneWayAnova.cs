using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>One-way analysis of variance: whether k samples of normal distributions with one variance have one mean.
/// Thread-safe.</summary>
/// <remarks>
/// F = (Σ n_i (x̄_i - x̄)²/(k - 1)) / (ΣΣ (x_ij - x̄_i)²/(N - k)) against the F law with k - 1 and N - k degrees of freedom. The effect
/// size is η², the share of the variance that lies between the samples, in [0, 1]. Source: Fisher, "Statistical Methods for Research
/// Workers" (1925).
/// </remarks>
public static class OneWayAnova
{
    /// <summary>Tests whether two or more samples have the same mean.</summary>
    /// <param name="samples">The samples, finite values in any order.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result; the statistic is infinite where the samples are constant but differ. O(N).</returns>
    /// <exception cref="ArgumentException">
    /// Fewer than two samples, an empty one, an infinity, NaN under <see cref="NaNPolicy.Refuse"/>, no sample with two values, or all
    /// values equal.
    /// </exception>
    public static HypothesisTestResult Compare(ReadOnlySpan<ReadOnlyMemory<double>> samples, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(samples, nanPolicy, nameof(samples));
        set.RequireFinite();
        set.Normalize();
        var table = VarianceTable.Of(set);
        if (table.Between == 0)
            table.RequireVariation("All values are equal, so F is undefined.");
        return table.ToResult("one-way ANOVA", "F", set.Dropped);
    }
}
