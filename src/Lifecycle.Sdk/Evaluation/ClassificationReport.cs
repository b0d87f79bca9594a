using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// All classification metrics of one model on one set of rows. What is not defined for the rows is NaN. Immutable;
/// <see cref="ToString"/> gives aligned text, <see cref="ToJson"/> keeps it, <see cref="Metrics"/> feeds a gate or a run.
/// </summary>
public sealed partial record ClassificationReport
{
    /// <summary>The rows that were scored.</summary>
    public required int Rows { get; init; }

    /// <summary>The rows left out because their score was NaN.</summary>
    public int Dropped { get; init; }

    /// <summary>The share predicted right; see <see cref="ClassificationMetrics.Accuracy(ConfusionMatrix)"/>.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The mean recall of the classes; see <see cref="ClassificationMetrics.BalancedAccuracy(ConfusionMatrix, bool)"/>.</summary>
    public required double BalancedAccuracy { get; init; }

    /// <summary>
    /// The correlation of truth and prediction; see <see cref="ClassificationMetrics.MatthewsCorrelation(ConfusionMatrix)"/>.
    /// </summary>
    public required double MatthewsCorrelation { get; init; }

    /// <summary>The agreement beyond chance; see <see cref="ClassificationMetrics.CohenKappa(ConfusionMatrix, KappaWeighting)"/>.</summary>
    public required double CohenKappa { get; init; }

    /// <summary>Precision, recall and F1 as the plain mean of the classes.</summary>
    public required ClassScores Macro { get; init; }

    /// <summary>Precision, recall and F1 as the mean of the classes weighted by their support.</summary>
    public required ClassScores Weighted { get; init; }

    /// <summary>Precision, recall and F1 of each class.</summary>
    public required IReadOnlyList<ClassScores> Classes { get; init; }

    /// <summary>The counts behind all of these.</summary>
    public required ConfusionMatrix Confusion { get; init; }

    /// <summary>The metrics of scores or probabilities; null when only classes were given.</summary>
    public ScoreReport? Scores { get; init; }

    /// <summary>Every number by name (<c>accuracy</c>, <c>f1_macro</c>, <c>roc_auc</c> …), without those per class.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double> Metrics
    {
        get
        {
            var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["accuracy"] = Accuracy,
                ["balanced_accuracy"] = BalancedAccuracy,
                ["matthews_correlation"] = MatthewsCorrelation,
                ["cohen_kappa"] = CohenKappa,
                ["precision_macro"] = Macro.Precision,
                ["recall_macro"] = Macro.Recall,
                ["f1_macro"] = Macro.F1,
                ["precision_weighted"] = Weighted.Precision,
                ["recall_weighted"] = Weighted.Recall,
                ["f1_weighted"] = Weighted.F1,
            };
            Scores?.AddTo(metrics);
            return metrics;
        }
    }

    /// <summary>Reads a report that <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is not such a report.</exception>
    public static ClassificationReport FromJson(string json) =>
        JsonSerializer.Deserialize(json, EvaluationJson.Default.ClassificationReport) ?? throw new JsonException("The report is null.");

    /// <summary>The report as JSON, with NaN as the string <c>"NaN"</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.ClassificationReport);

    /// <summary>The report as aligned text: the classes and their means, the metrics, the confusion matrix.</summary>
    public override string ToString()
    {
        var classes = new TextTable("class", "precision", "recall", "f1", "support");
        foreach (var scores in (IEnumerable<ClassScores>)[.. Classes, Macro, Weighted])
        {
            classes.Add(
                scores.Label,
                Number(scores.Precision),
                Number(scores.Recall),
                Number(scores.F1),
                scores.Support.ToString("0.####", CultureInfo.InvariantCulture));
        }

        var metrics = new TextTable("metric", "value");
        foreach (var (name, value) in Metrics.Where(metric => !metric.Key.EndsWith("_macro", StringComparison.Ordinal)
            && !metric.Key.EndsWith("_weighted", StringComparison.Ordinal)))
            metrics.Add(name, Number(value));
        var text = new StringBuilder().Append(classes).Append('\n').Append(metrics).Append('\n').Append(Confusion);
        if (Dropped > 0)
            text.Append(CultureInfo.InvariantCulture, $"{Dropped} rows were left out: their score is NaN\n");
        return text.ToString();
    }

    internal static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
