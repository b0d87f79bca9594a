namespace Lifecycle.Sdk.Drift;

/// <summary>From which centre a test of spread measures the deviations.</summary>
public enum Center
{
    /// <summary>The median: robust against skewed distributions (Brown and Forsythe). The default.</summary>
    Median = 0,

    /// <summary>The mean: for symmetric distributions with moderate tails (Levene's own test).</summary>
    Mean = 1,

    /// <summary>
    /// The mean after cutting the lowest and the highest 5 % of each sample, rounded down: for heavy tails. The cut values take no part in
    /// the test, as in SciPy, so with normal data it rejects about 9 times in 100 at the level 0.05.
    /// </summary>
    TrimmedMean = 2,
}
