namespace Lifecycle.Sdk.Drift;

/// <summary>Options of <see cref="HddmADetector"/> and, with <see cref="Lambda"/>, of <see cref="HddmWDetector"/>.</summary>
public sealed record HddmOptions
{
    /// <summary>Probability of a false detection that one comparison may have, above 0 and below 1.</summary>
    /// <value>Default 0.001.</value>
    public double DriftConfidence { get; init; } = 0.001;

    /// <summary>The same for the warning, above 0 and below 1.</summary>
    /// <value>Default 0.005.</value>
    public double WarningConfidence { get; init; } = 0.005;

    /// <summary>Whether a falling mean is looked for beside a rising one.</summary>
    /// <value>Default false.</value>
    public bool TwoSided { get; init; }

    /// <summary>
    /// Weight λ of the newest value in the moving averages of <see cref="HddmWDetector"/>, above 0 and at most 1. Not used by
    /// <see cref="HddmADetector"/>.
    /// </summary>
    /// <value>Default 0.05.</value>
    public double Lambda { get; init; } = 0.05;

    /// <summary>What to do with NaN.</summary>
    /// <value>Default <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; init; }
}
