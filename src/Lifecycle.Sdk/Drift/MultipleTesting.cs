using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>P-values of many tests after a correction, in the order they came in.</summary>
/// <param name="Adjusted">The adjusted p-values, in [0, 1]: the smallest level at which the test is still rejected.</param>
/// <param name="Rejected">Whether each null hypothesis is rejected at <paramref name="Level"/>.</param>
/// <param name="Level">The level at which errors are controlled.</param>
public sealed record AdjustedPValues(IReadOnlyList<double> Adjusted, IReadOnlyList<bool> Rejected, double Level);

/// <summary>
/// Corrections for testing many hypotheses at once, such as one per column, and combination of p-values into one. Thread-safe. All are
/// O(m log m) but <see cref="Hommel"/>.
/// </summary>
/// <remarks>
/// Bonferroni, Šidák, Holm, Hommel and Hochberg control the probability of any false rejection; Benjamini-Hochberg and
/// Benjamini-Yekutieli the expected share of false ones among the rejections (false-discovery rate). P-values must be in [0, 1]; NaN is
/// refused.
/// </remarks>
public static class MultipleTesting
{
    /// <summary>Bonferroni: m·p. Holds under any dependence.</summary>
    /// <param name="pValues">The p-values, in any order.</param>
    /// <param name="level">The family-wise error rate, in (0, 1).</param>
    /// <returns>The adjusted values in the order of <paramref name="pValues"/>.</returns>
    /// <exception cref="ArgumentException">No p-value, one outside [0, 1] or NaN, or a level outside (0, 1).</exception>
    public static AdjustedPValues Bonferroni(ReadOnlySpan<double> pValues, double level = 0.05) =>
        new OrderedPValues(pValues, level).Single((p, m) => p * m, (p, m) => p <= level / m);

    /// <summary>Šidák: 1 - (1 - p)^m (J. Am. Stat. Assoc. 62, 1967). Holds for independent tests.</summary>
    /// <inheritdoc cref="Bonferroni"/>
    public static AdjustedPValues Sidak(ReadOnlySpan<double> pValues, double level = 0.05)
    {
        return new OrderedPValues(pValues, level).Single(Adjust, (p, m) => p <= -Beta.ExpMinusOne(Beta.LogOnePlus(-level) / m));

        static double Adjust(double p, int m) => p == 1 ? 1 : -Beta.ExpMinusOne(m * Beta.LogOnePlus(-p));
    }

    /// <summary>
    /// Holm's step-down procedure (Scand. J. Stat. 6, 1979): never less powerful than Bonferroni. Holds under any dependence.
    /// </summary>
    /// <inheritdoc cref="Bonferroni"/>
    public static AdjustedPValues Holm(ReadOnlySpan<double> pValues, double level = 0.05) =>
        new OrderedPValues(pValues, level).StepDown((p, i, m) => p * (m - i), (p, i, m) => p <= level / (m - i));

    /// <summary>Hochberg's step-up procedure (Biometrika 75, 1988). Holds for independent or positively dependent tests.</summary>
    /// <inheritdoc cref="Bonferroni"/>
    public static AdjustedPValues Hochberg(ReadOnlySpan<double> pValues, double level = 0.05) =>
        new OrderedPValues(pValues, level).StepUp((p, i, m) => p * (m - i), (p, i, m) => p <= level / (m - i));

    /// <summary>
    /// Hommel's procedure (Biometrika 75, 1988), by Wright's algorithm: more powerful than Hochberg's, but O(m²). Holds for independent
    /// or positively dependent tests.
    /// </summary>
    /// <inheritdoc cref="Bonferroni"/>
    public static AdjustedPValues Hommel(ReadOnlySpan<double> pValues, double level = 0.05) => new OrderedPValues(pValues, level).Hommel();

    /// <summary>
    /// Benjamini and Hochberg (J. R. Stat. Soc. B 57, 1995): controls the false-discovery rate of independent or positively dependent
    /// tests.
    /// </summary>
    /// <param name="pValues">The p-values, in any order.</param>
    /// <param name="level">The false-discovery rate, in (0, 1).</param>
    /// <returns>The adjusted values in the order of <paramref name="pValues"/>.</returns>
    /// <exception cref="ArgumentException">No p-value, one outside [0, 1] or NaN, or a level outside (0, 1).</exception>
    public static AdjustedPValues BenjaminiHochberg(ReadOnlySpan<double> pValues, double level = 0.05) =>
        new OrderedPValues(pValues, level).StepUp((p, i, m) => p / ((i + 1.0) / m), (p, i, m) => p <= (i + 1.0) / m * level);

    /// <summary>
    /// Benjamini and Yekutieli (Ann. Stat. 29, 2001): controls the false-discovery rate under any dependence, at the price of the factor
    /// Σ 1/i.
    /// </summary>
    /// <inheritdoc cref="BenjaminiHochberg"/>
    public static AdjustedPValues BenjaminiYekutieli(ReadOnlySpan<double> pValues, double level = 0.05)
    {
        var harmonic = 0.0;
        for (var i = pValues.Length; i >= 1; i--)
            harmonic += 1.0 / i;
        return new OrderedPValues(pValues, level).StepUp(
            (p, i, m) => p / ((i + 1.0) / m / harmonic), (p, i, m) => p <= (i + 1.0) / m / harmonic * level);
    }

    /// <summary>Fisher's combination of independent p-values: -2 Σ ln p against the chi-squared law with 2m degrees of freedom.</summary>
    /// <param name="pValues">The p-values, in any order; a zero makes the statistic infinite.</param>
    /// <returns>The statistic and the combined p-value. O(m).</returns>
    /// <exception cref="ArgumentException">No p-value, or one outside [0, 1] or NaN.</exception>
    public static (double Statistic, double PValue) CombineFisher(ReadOnlySpan<double> pValues)
    {
        OrderedPValues.Validate(pValues);
        var sum = 0.0;
        foreach (var p in pValues)
            sum -= Math.Log(p);
        return (2 * sum, ChiSquared.Sf(2 * sum, 2.0 * pValues.Length));
    }

    /// <summary>Stouffer's combination of independent one-sided p-values: Σ Φ⁻¹(1 - p)/√m against the normal law.</summary>
    /// <param name="pValues">The p-values, in any order.</param>
    /// <returns>The statistic and the combined p-value. O(m).</returns>
    /// <exception cref="ArgumentException">
    /// No p-value, one outside [0, 1] or NaN, or zeros together with ones, for which the sum is undefined.
    /// </exception>
    public static (double Statistic, double PValue) CombineStouffer(ReadOnlySpan<double> pValues)
    {
        OrderedPValues.Validate(pValues);
        var sum = 0.0;
        foreach (var p in pValues)
            sum += Normal.InverseSf(p);
        if (double.IsNaN(sum))
            throw new ArgumentException("The p-values hold both 0 and 1, so Stouffer's sum is undefined.", nameof(pValues));
        var z = sum / Math.Sqrt(pValues.Length);
        return (z, Normal.Sf(z));
    }
}
