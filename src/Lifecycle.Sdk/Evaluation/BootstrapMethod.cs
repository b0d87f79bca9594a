namespace Lifecycle.Sdk.Evaluation;

/// <summary>How the resampled metrics become an interval.</summary>
public enum BootstrapMethod
{
    /// <summary>
    /// Bias-corrected and accelerated (BCa): percentiles shifted for the bias and the skewness of the metric. The default, and the better
    /// one for metrics near the end of their range.
    /// </summary>
    BiasCorrectedAccelerated = 0,

    /// <summary>The plain percentiles.</summary>
    Percentile = 1,
}
