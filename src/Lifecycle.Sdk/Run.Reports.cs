using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Evaluation;
using Lifecycle.Sdk.Quality;

namespace Lifecycle.Sdk;

// The bridges from the statistics: numbers become metrics that can be searched and compared, the report becomes artifacts that can be read.
public sealed partial class Run
{
    /// <summary>Logs a classifier's evaluation: each number as the metric <c>NAME/…</c>, the report as <c>NAME.json</c> and <c>NAME.txt</c>.</summary>
    /// <param name="report">The report.</param>
    /// <param name="name">What the metrics and artifacts begin with.</param>
    /// <param name="step">The step of the metrics, for example the epoch.</param>
    /// <param name="cancellationToken">Gives up the artifacts; the metrics are logged.</param>
    /// <returns>When the artifacts are in the journal.</returns>
    /// <exception cref="ArgumentException">The name breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public Task LogEvaluationAsync(
        ClassificationReport report, string name = "evaluation", long step = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        return LogReportAsync(name, step, report.Metrics, report.ToJson(), report.ToString(), cancellationToken);
    }

    /// <summary>Logs a regressor's evaluation: each number as the metric <c>NAME/…</c>, the report as <c>NAME.json</c> and <c>NAME.txt</c>.</summary>
    /// <param name="report">The report.</param>
    /// <param name="name">What the metrics and artifacts begin with.</param>
    /// <param name="step">The step of the metrics, for example the epoch.</param>
    /// <param name="cancellationToken">Gives up the artifacts; the metrics are logged.</param>
    /// <returns>When the artifacts are in the journal.</returns>
    /// <exception cref="ArgumentException">The name breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public Task LogEvaluationAsync(
        RegressionReport report, string name = "evaluation", long step = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        return LogReportAsync(name, step, report.Metrics, report.ToJson(), report.ToString(), cancellationToken);
    }

    /// <summary>Logs a fairness report: each number as the metric <c>NAME/…</c>, the report as <c>NAME.json</c> and <c>NAME.txt</c>.</summary>
    /// <param name="report">The report.</param>
    /// <param name="name">What the metrics and artifacts begin with.</param>
    /// <param name="step">The step of the metrics.</param>
    /// <param name="cancellationToken">Gives up the artifacts; the metrics are logged.</param>
    /// <returns>When the artifacts are in the journal.</returns>
    /// <exception cref="ArgumentException">The name breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public Task LogFairnessAsync(FairnessReport report, string name = "fairness", long step = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        return LogReportAsync(name, step, report.Metrics, report.ToJson(), report.ToString(), cancellationToken);
    }

    /// <summary>
    /// Logs a drift report: <c>NAME/drifted_columns</c>, <c>NAME/drifted_share</c>, and <c>NAME/effect_size{column=…}</c> and <c>NAME/p_value{column=…}</c> for each
    /// column as metrics; the report as <c>NAME.json</c>, <c>NAME.txt</c> and <c>NAME.html</c>.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="name">What the metrics and artifacts begin with.</param>
    /// <param name="step">The step of the metrics, for example the day.</param>
    /// <param name="cancellationToken">Gives up the artifacts; the metrics are logged.</param>
    /// <returns>When the artifacts are in the journal.</returns>
    /// <exception cref="ArgumentException">The name breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public async Task LogDriftAsync(DriftReport report, string name = "drift", long step = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var metrics = new Dictionary<string, double>
        {
            ["drifted_columns"] = report.Columns.Count(column => column.Drifted),
            ["drifted_share"] = report.DriftedShare,
        };
        foreach (var column in report.Columns)
        {
            if (column.Values is not { } result) continue;
            metrics[SeriesOf("effect_size", column.Name)] = result.EffectSize;
            metrics[SeriesOf("p_value", column.Name)] = result.PValue;
        }

        await LogReportAsync(name, step, metrics, report.ToJson(), report.ToText(), cancellationToken).ConfigureAwait(false);
        await LogTextAsync(report.ToHtml(), $"{name}.html", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Logs a data-quality result: <c>NAME/passed</c> (1 or 0) and <c>NAME/findings</c> as metrics, the result as <c>NAME.json</c> and <c>NAME.txt</c>.</summary>
    /// <param name="result">The result.</param>
    /// <param name="name">What the metrics and artifacts begin with.</param>
    /// <param name="step">The step of the metrics.</param>
    /// <param name="cancellationToken">Gives up the artifacts; the metrics are logged.</param>
    /// <returns>When the artifacts are in the journal.</returns>
    /// <exception cref="ArgumentException">The name breaks a rule.</exception>
    /// <exception cref="InvalidOperationException">The run has ended.</exception>
    public Task LogQualityAsync(QualityResult result, string name = "quality", long step = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        var metrics = new Dictionary<string, double> { ["passed"] = result.Passed ? 1 : 0, ["findings"] = result.Findings.Count };
        return LogReportAsync(name, step, metrics, result.ToJson(), result.ToString(), cancellationToken);
    }

    // A column's name is data: what a context must not contain is replaced, so that no column can keep a report from being logged.
    private static string SeriesOf(string metric, string column)
    {
        var safe = string.Create(Math.Min(column.Length, 100), column, static (text, name) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = name[i] is '{' or '}' or '=' or ',' || char.IsControl(name[i]) || char.IsSurrogate(name[i]) ? '_' : name[i];
        });
        return new MetricKey(metric, new KeyValuePair<string, string>("column", safe.Length == 0 ? "_" : safe)).ToString();
    }

    private async Task LogReportAsync(
        string name, long step, IReadOnlyDictionary<string, double> metrics, string json, string text, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        var place = ArtifactPath.Parse(name).ToString();
        foreach (var (metric, value) in metrics) Log($"{place}/{metric}", value, step);
        await LogTextAsync(json, $"{place}.json", cancellationToken).ConfigureAwait(false);
        await LogTextAsync(text, $"{place}.txt", cancellationToken).ConfigureAwait(false);
    }
}
