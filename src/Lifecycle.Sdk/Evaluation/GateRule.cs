using System.Globalization;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>What a rule of a gate demands.</summary>
public enum GateDemand
{
    /// <summary>The metric is at least the threshold.</summary>
    AtLeast = 0,

    /// <summary>The metric is at most the threshold.</summary>
    AtMost = 1,

    /// <summary>The comparison does not show the candidate to be worse at level alpha. A small sample shows little.</summary>
    NotWorse = 2,

    /// <summary>The comparison shows the candidate to be better at level alpha.</summary>
    Better = 3,

    /// <summary>
    /// The whole interval of the improvement lies above minus the threshold: the candidate is shown not to be worse by more.
    /// </summary>
    NonInferior = 4,
}

/// <summary>
/// One demand of a <see cref="ValidationGate"/>. Made by the methods named after the demands; serialises to JSON with a result.
/// </summary>
/// <param name="Demand">What is demanded.</param>
/// <param name="Metric">The name of the metric, as in the values or comparisons the gate is evaluated with.</param>
/// <param name="Threshold">The threshold, or the margin of a non-inferiority rule; in the unit of the metric, finite.</param>
/// <param name="Alpha">The level of significance of a comparison, in (0, 1).</param>
public sealed record GateRule(GateDemand Demand, string Metric, double Threshold = 0, double Alpha = 0.05)
{
    /// <summary>The metric must be at least the threshold.</summary>
    /// <exception cref="ArgumentException">The name is empty, or the threshold is not finite.</exception>
    public static GateRule AtLeast(string metric, double threshold) => new GateRule(GateDemand.AtLeast, metric, threshold).Checked();

    /// <summary>The metric must be at most the threshold.</summary>
    /// <exception cref="ArgumentException">The name is empty, or the threshold is not finite.</exception>
    public static GateRule AtMost(string metric, double threshold) => new GateRule(GateDemand.AtMost, metric, threshold).Checked();

    /// <summary>The comparison with the baseline must not show the candidate to be worse at this level.</summary>
    /// <exception cref="ArgumentException">The name is empty, or the level is outside (0, 1).</exception>
    public static GateRule NotWorse(string metric, double alpha = 0.05) => new GateRule(GateDemand.NotWorse, metric, 0, alpha).Checked();

    /// <summary>The comparison with the baseline must show the candidate to be better at this level.</summary>
    /// <exception cref="ArgumentException">The name is empty, or the level is outside (0, 1).</exception>
    public static GateRule Better(string metric, double alpha = 0.05) => new GateRule(GateDemand.Better, metric, 0, alpha).Checked();

    /// <summary>
    /// The interval of the improvement must lie above -<paramref name="margin"/>. Unlike <see cref="NotWorse"/> it fails when there are too
    /// few rows to know. Needs a comparison that gives an interval.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty, or the margin is negative or not finite.</exception>
    public static GateRule NonInferior(string metric, double margin) => new GateRule(GateDemand.NonInferior, metric, margin).Checked();

    /// <summary>The rule in words, such as <c>accuracy is at least 0.75</c>.</summary>
    public override string ToString() => Demand switch
    {
        GateDemand.AtLeast => string.Create(CultureInfo.InvariantCulture, $"{Metric} is at least {Threshold:0.######}"),
        GateDemand.AtMost => string.Create(CultureInfo.InvariantCulture, $"{Metric} is at most {Threshold:0.######}"),
        GateDemand.NotWorse => string.Create(
            CultureInfo.InvariantCulture, $"{Metric} is not worse than the baseline (level {Alpha:0.####})"),
        GateDemand.Better => string.Create(CultureInfo.InvariantCulture, $"{Metric} is better than the baseline (level {Alpha:0.####})"),
        GateDemand.NonInferior => string.Create(
            CultureInfo.InvariantCulture, $"{Metric} is worse than the baseline by less than {Threshold:0.######}"),
        _ => $"{Metric}: {Demand}",
    };

    internal GateRule Checked()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Metric, nameof(Metric));
        if (!Enum.IsDefined(Demand))
            throw new ArgumentOutOfRangeException(nameof(Demand), Demand, "Unknown demand.");
        if (!double.IsFinite(Threshold) || (Demand == GateDemand.NonInferior && Threshold < 0))
            throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "A threshold is finite, and a margin not negative.");
        ComparisonResult.CheckAlpha(Alpha);
        return this;
    }
}
