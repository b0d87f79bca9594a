namespace Lifecycle.Sdk.Drift;

/// <summary>One test of a drift report. Immutable.</summary>
public sealed record DriftTestResult
{
    /// <summary>The test that was used; never <see cref="DriftTest.Auto"/>.</summary>
    public required DriftTest Test { get; init; }

    /// <summary>
    /// The statistic: D, W₁ in standard deviations of the reference, PSI, the Jensen-Shannon distance, χ² or z.
    /// </summary>
    public required double Statistic { get; init; }

    /// <summary>
    /// The statistic (in magnitude) from which on this test alone alarms at the level, for these sample sizes; to about 1 %, the p-value
    /// decides. Null where the exact law of a small table has none.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>The probability of a statistic at least as large without drift, in [0, 1].</summary>
    public required double PValue { get; init; }

    /// <summary>The p-value after the correction for all tests of the report.</summary>
    public double AdjustedPValue { get; init; }

    /// <summary>How large the difference is, on a scale that does not grow with the sample sizes.</summary>
    public required double EffectSize { get; init; }

    /// <summary>The name of the effect size, such as <c>Cramér's V</c>.</summary>
    public required string EffectSizeName { get; init; }

    /// <summary>
    /// The smallest true effect, in magnitude and in the unit of <see cref="EffectSize"/>, that these sample sizes would have detected at
    /// the level (before correction) with the power of the options; infinite where none would. What is smaller may be there unseen. The
    /// measured effect of small samples is larger than the true one, since chance adds to every distance.
    /// </summary>
    /// <remarks>
    /// χ², PSI and Jensen-Shannon: from the noncentral chi-squared law (Cohen, "Statistical Power Analysis", 1988, chapter 7), to first
    /// order where distances are large. z: (z₁₋α⁄₂ + z_power)·√(1/n + 1/m) as Cohen's h (chapter 6). D: Massey's lower bound of the power
    /// (Ann. Math. Stat. 21, 1950). W₁: a shift, by the power of the difference of means, which W₁ is never below.
    /// </remarks>
    public required double SmallestDetectableEffect { get; init; }

    /// <summary>The null law that gave p-value and threshold, in words.</summary>
    public required string Method { get; init; }

    /// <summary>Whether this is an alarm: rejected after correction, and the effect is not below the smallest that matters.</summary>
    public bool Drifted { get; init; }
}
