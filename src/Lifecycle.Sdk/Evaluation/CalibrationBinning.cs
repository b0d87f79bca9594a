namespace Lifecycle.Sdk.Evaluation;

/// <summary>How the range of predicted probabilities is cut into bins.</summary>
public enum CalibrationBinning
{
    /// <summary>Bins of equal width over [0, 1], open on the left. The default.</summary>
    Uniform = 0,

    /// <summary>Bins between quantiles of the probabilities (linear interpolation), which hold about equally many rows.</summary>
    Quantile = 1,
}
