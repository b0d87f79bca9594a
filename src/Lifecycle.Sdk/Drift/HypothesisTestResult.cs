namespace Lifecycle.Sdk.Drift;

/// <summary>
/// What every hypothesis test of this namespace gives. The p-value is never NaN: where a test is undefined for the data, it throws an
/// <see cref="ArgumentException"/> that says why. Immutable, so safe to share between threads.
/// </summary>
public sealed record HypothesisTestResult
{
    /// <summary>The name of the test, such as <c>Kolmogorov-Smirnov</c>.</summary>
    public required string Test { get; init; }

    /// <summary>
    /// The test statistic; the test documents its definition. Infinite where the data contradict the null hypothesis with certainty.
    /// </summary>
    public required double Statistic { get; init; }

    /// <summary>The probability, under the null hypothesis, of a statistic at least as extreme; in [0, 1].</summary>
    public required double PValue { get; init; }

    /// <summary>
    /// How large the difference is, on a scale that does not grow with the sample sizes; <see cref="EffectSizeName"/> says which.
    /// </summary>
    public required double EffectSize { get; init; }

    /// <summary>The name of the effect size, such as <c>Cohen's d</c>.</summary>
    public required string EffectSizeName { get; init; }

    /// <summary>The null law that gave the p-value, in words.</summary>
    public required string Method { get; init; }

    /// <summary>The alternative hypothesis; <see cref="Drift.Alternative.TwoSided"/> for tests that have no direction.</summary>
    public Alternative Alternative { get; init; }

    /// <summary>
    /// The degrees of freedom of the null law, or <see langword="null"/> where it has none; of an F law those of the denominator.
    /// </summary>
    public double? DegreesOfFreedom { get; init; }

    /// <summary>The number of values of each sample that took part, reference first.</summary>
    public required IReadOnlyList<long> SampleSizes { get; init; }

    /// <summary>The number of NaN or missing values of each sample that <see cref="NaNPolicy.Drop"/> left out, reference first.</summary>
    public required IReadOnlyList<long> Dropped { get; init; }
}
