using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// A candidate against a baseline on the same rows. Improvements and p-values already know which way the metric improves: above zero
/// is better.
/// </summary>
public sealed record ComparisonResult
{
    /// <summary>The metric that was compared.</summary>
    public required string Metric { get; init; }

    /// <summary>The test that gave the p-values.</summary>
    public required string Method { get; init; }

    /// <summary>The rows that both models predicted, or the folds that both were scored on.</summary>
    public required int Count { get; init; }

    /// <summary>The metric of the baseline.</summary>
    public required double Baseline { get; init; }

    /// <summary>The metric of the candidate.</summary>
    public required double Candidate { get; init; }

    /// <summary>Candidate minus baseline, or the other way round where lower is better; positive is better.</summary>
    public required double Improvement { get; init; }

    /// <summary>The range of the improvement; null where the test gives none.</summary>
    public ConfidenceInterval? Interval { get; init; }

    /// <summary>How likely so large a difference is, in either direction, if there is none; NaN when the rows cannot tell.</summary>
    public required double PValue { get; init; }

    /// <summary>How likely so large an improvement is, if the candidate is no better.</summary>
    public required double PValueBetter { get; init; }

    /// <summary>How likely so large a loss is, if the candidate is no worse.</summary>
    public required double PValueWorse { get; init; }

    /// <summary>
    /// Whether the candidate is better at level <paramref name="alpha"/>: the one-sided p-value is at most that. False when it is NaN.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The level is outside (0, 1).</exception>
    public bool IsBetter(double alpha = 0.05) => PValueBetter <= CheckAlpha(alpha);

    /// <summary>
    /// Whether the candidate is worse at level <paramref name="alpha"/>: the one-sided p-value is at most that. False when it is NaN.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The level is outside (0, 1).</exception>
    public bool IsWorse(double alpha = 0.05) => PValueWorse <= CheckAlpha(alpha);

    /// <summary>Reads a result that <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is not such a result.</exception>
    public static ComparisonResult FromJson(string json) =>
        JsonSerializer.Deserialize(json, EvaluationJson.Default.ComparisonResult) ?? throw new JsonException("The result is null.");

    /// <summary>The result as JSON, with NaN as the string <c>"NaN"</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.ComparisonResult);

    /// <summary>The comparison in one line.</summary>
    public override string ToString()
    {
        var range = Interval is { } i
            ? string.Create(CultureInfo.InvariantCulture, $" [{i.Lower:+0.####;-0.####;0}, {i.Upper:+0.####;-0.####;0}]")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Metric}: baseline {Baseline:0.####}, candidate {Candidate:0.####}, " +
            $"improvement {Improvement:+0.####;-0.####;0}{range}, " +
            $"{Show(PValue)}, for better {Show(PValueBetter)} ({Method}, n = {Count})");
    }

    internal static double CheckAlpha(double alpha)
    {
        if (!(alpha > 0 && alpha < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "A level of significance lies between 0 and 1, both excluded.");
        return alpha;
    }

    private static string Show(double p) => p < 0.0001 ? "p < 0.0001" : string.Create(CultureInfo.InvariantCulture, $"p = {p:0.0000}");
}
