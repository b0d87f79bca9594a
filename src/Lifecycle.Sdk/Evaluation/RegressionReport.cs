using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// All regression metrics of one model on one set of rows. What is not defined for the rows, such as a deviance of negative values, is
/// NaN. Immutable; <see cref="ToString"/> gives aligned text, <see cref="ToJson"/> keeps it, <see cref="Metrics"/> feeds a gate or a run.
/// </summary>
public sealed record RegressionReport
{
    /// <summary>The rows that were scored.</summary>
    public required int Rows { get; init; }

    /// <summary>The rows left out because the truth or the prediction is NaN.</summary>
    public int Dropped { get; init; }

    /// <summary>See <see cref="RegressionMetrics.MeanAbsoluteError"/>.</summary>
    public required double MeanAbsoluteError { get; init; }

    /// <summary>See <see cref="RegressionMetrics.MedianAbsoluteError"/>.</summary>
    public required double MedianAbsoluteError { get; init; }

    /// <summary>See <see cref="RegressionMetrics.MaxError"/>.</summary>
    public required double MaxError { get; init; }

    /// <summary>See <see cref="RegressionMetrics.MeanSquaredError"/>.</summary>
    public required double MeanSquaredError { get; init; }

    /// <summary>See <see cref="RegressionMetrics.RootMeanSquaredError"/>.</summary>
    public required double RootMeanSquaredError { get; init; }

    /// <summary>See <see cref="RegressionMetrics.MeanAbsolutePercentageError"/>.</summary>
    public required double MeanAbsolutePercentageError { get; init; }

    /// <summary>See <see cref="RegressionMetrics.MeanSquaredLogError"/>; NaN when a value is negative.</summary>
    public required double MeanSquaredLogError { get; init; }

    /// <summary>See <see cref="RegressionMetrics.R2"/>.</summary>
    public required double R2 { get; init; }

    /// <summary>See <see cref="RegressionMetrics.ExplainedVariance"/>.</summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>See <see cref="RegressionMetrics.D2AbsoluteError"/>.</summary>
    public required double D2AbsoluteError { get; init; }

    /// <summary>
    /// See <see cref="RegressionMetrics.PoissonDeviance"/>; NaN when a true value is negative or a predicted one not above zero.
    /// </summary>
    public required double PoissonDeviance { get; init; }

    /// <summary>See <see cref="RegressionMetrics.GammaDeviance"/>; NaN when a value is not above zero.</summary>
    public required double GammaDeviance { get; init; }

    /// <summary>See <see cref="Correlation.Pearson"/>; without weights, NaN for fewer than two rows.</summary>
    public required double Pearson { get; init; }

    /// <summary>See <see cref="Correlation.Spearman"/>; without weights, NaN for fewer than two rows.</summary>
    public required double Spearman { get; init; }

    /// <summary>Every number by name, such as <c>mean_absolute_error</c> and <c>r2</c>.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double> Metrics => new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["mean_absolute_error"] = MeanAbsoluteError,
        ["median_absolute_error"] = MedianAbsoluteError,
        ["max_error"] = MaxError,
        ["mean_squared_error"] = MeanSquaredError,
        ["root_mean_squared_error"] = RootMeanSquaredError,
        ["mean_absolute_percentage_error"] = MeanAbsolutePercentageError,
        ["mean_squared_log_error"] = MeanSquaredLogError,
        ["r2"] = R2,
        ["explained_variance"] = ExplainedVariance,
        ["d2_absolute_error"] = D2AbsoluteError,
        ["poisson_deviance"] = PoissonDeviance,
        ["gamma_deviance"] = GammaDeviance,
        ["pearson"] = Pearson,
        ["spearman"] = Spearman,
    };

    /// <summary>Computes the report. O(n) by radix sort.</summary>
    /// <param name="truth">The true values.</param>
    /// <param name="predicted">The predicted values, row by row.</param>
    /// <param name="weights">One weight per row; empty counts every row once. The largest error and the correlations ignore them.</param>
    /// <param name="nanPolicy">What to do with rows in which the truth or the prediction is NaN.</param>
    /// <exception cref="ArgumentException">
    /// No rows (left), unequal lengths, NaN under <see cref="NaNPolicy.Refuse"/>, or a weight that is negative or not finite.
    /// </exception>
    public static RegressionReport Compute(
        ReadOnlySpan<double> truth,
        ReadOnlySpan<double> predicted,
        ReadOnlySpan<double> weights = default,
        NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        InputRules.Rows(truth.Length, predicted.Length, nameof(predicted));
        InputRules.Weights(weights, truth.Length);
        var kept = CompleteRows.Of(truth, predicted, nanPolicy, nameof(truth), nameof(predicted));
        double[] y = CompleteRows.Take(truth, kept), f = CompleteRows.Take(predicted, kept);
        double[] w = weights.IsEmpty ? [] : CompleteRows.Take(weights, kept);
        var negative = Array.Exists(y, value => value < 0);
        var positive = Array.TrueForAll(f, value => value > 0);
        var squared = RegressionMetrics.MeanSquaredError(y, f, w);
        return new RegressionReport
        {
            Rows = kept.Length,
            Dropped = truth.Length - kept.Length,
            MeanAbsoluteError = RegressionMetrics.MeanAbsoluteError(y, f, w),
            MedianAbsoluteError = RegressionMetrics.MedianAbsoluteError(y, f, w),
            MaxError = RegressionMetrics.MaxError(y, f),
            MeanSquaredError = squared,
            RootMeanSquaredError = Math.Sqrt(squared),
            MeanAbsolutePercentageError = RegressionMetrics.MeanAbsolutePercentageError(y, f, w),
            MeanSquaredLogError = negative || Array.Exists(f, value => value < 0)
                ? double.NaN
                : RegressionMetrics.MeanSquaredLogError(y, f, w),
            R2 = RegressionMetrics.R2(y, f, w),
            ExplainedVariance = RegressionMetrics.ExplainedVariance(y, f, w),
            D2AbsoluteError = RegressionMetrics.D2AbsoluteError(y, f, w),
            PoissonDeviance = negative || !positive ? double.NaN : RegressionMetrics.PoissonDeviance(y, f, w),
            GammaDeviance = positive && Array.TrueForAll(y, value => value > 0) ? RegressionMetrics.GammaDeviance(y, f, w) : double.NaN,
            Pearson = y.Length < 2 ? double.NaN : Correlation.Pearson(y, f).Coefficient,
            Spearman = y.Length < 2 ? double.NaN : Correlation.Spearman(y, f).Coefficient,
        };
    }

    /// <summary>Reads a report that <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is not such a report.</exception>
    public static RegressionReport FromJson(string json) =>
        JsonSerializer.Deserialize(json, EvaluationJson.Default.RegressionReport) ?? throw new JsonException("The report is null.");

    /// <summary>The report as JSON, with NaN as the string <c>"NaN"</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.RegressionReport);

    /// <summary>The report as aligned text, a line per metric.</summary>
    public override string ToString()
    {
        var table = new TextTable("metric", "value");
        foreach (var (name, value) in Metrics)
            table.Add(name, value.ToString("G6", CultureInfo.InvariantCulture));
        return Dropped > 0 ? $"{table}{Dropped} rows were left out: they hold NaN\n" : table.ToString();
    }
}
