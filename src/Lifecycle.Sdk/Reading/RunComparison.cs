using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>One line of a comparison: a param, metric or tag and what each run has there.</summary>
/// <param name="Name">The field as searches write it, such as <c>params.lr</c> or <c>min(metrics.loss)</c>.</param>
/// <param name="Values">One text for each run, in the order of the runs; null where the run has none.</param>
/// <param name="Differs">Whether the runs do not all have the same.</param>
public sealed record RunComparisonRow(string Name, IReadOnlyList<string?> Values, bool Differs);

/// <summary>Runs side by side: params, the latest, smallest and largest value of each metric, and tags.</summary>
/// <param name="RunIds">The runs, in the order given.</param>
/// <param name="RunNames">Their names.</param>
/// <param name="Rows">Params, then metrics, then tags, each in ordinal order.</param>
public sealed record RunComparison(IReadOnlyList<string> RunIds, IReadOnlyList<string> RunNames, IReadOnlyList<RunComparisonRow> Rows)
{
    private const int MaxColumnWidth = 40;

    /// <summary>Compares runs.</summary>
    /// <param name="runs">The runs, one or more.</param>
    /// <returns>The comparison.</returns>
    /// <exception cref="ArgumentException">There is no run.</exception>
    public static RunComparison Of(params IReadOnlyList<RunInfo> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0) throw new ArgumentException("There is no run to compare.", nameof(runs));
        var rows = new List<RunComparisonRow>();
        foreach (var name in Names(runs, run => run.Params.Keys))
            rows.Add(Row(runs, new(SearchEntity.Param, name), run => run.Params.TryGetValue(name, out var value) ? value.ToString() : null));
        foreach (var key in Names(runs, run => run.Metrics.Keys))
        {
            foreach (var (aggregate, read) in MetricColumns)
                rows.Add(Row(runs, new(SearchEntity.Metric, key, aggregate), run => ValueOf(run, key, aggregate, read)));
        }

        foreach (var name in Names(runs, run => run.Tags.Keys))
            rows.Add(Row(runs, new(SearchEntity.Tag, name), run => run.Tags.GetValueOrDefault(name)));
        return new RunComparison([.. runs.Select(run => run.Id.ToString())], [.. runs.Select(run => run.Name)], rows);
    }

    /// <summary>Only the rows in which the runs differ.</summary>
    /// <returns>The shorter comparison.</returns>
    public RunComparison OnlyDifferences() => this with { Rows = [.. Rows.Where(row => row.Differs)] };

    /// <summary>The comparison as JSON: an object with <c>runIds</c>, <c>runNames</c> and <c>rows</c> of <c>name</c>, <c>values</c> and
    /// <c>differs</c>.</summary>
    /// <returns>The JSON text.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, RunComparisonJson.Default.RunComparison);

    /// <summary>The comparison as a table for a terminal: a column for each run, a <c>*</c> before rows that differ, long texts
    /// cut.</summary>
    /// <returns>The table, lines ending in a line feed.</returns>
    public override string ToString()
    {
        string[][] cells = [["", .. RunNames.Select(Shown)], .. Rows.Select(row => (string[])[(row.Differs ? "* " : "  ") + row.Name, .. row.Values.Select(Shown)])];
        var widths = Enumerable.Range(0, RunIds.Count + 1).Select(column => cells.Max(row => row[column].Length)).ToArray();
        var table = new StringBuilder();
        foreach (var row in cells)
        {
            var line = string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])));
            table.Append(line.TrimEnd()).Append('\n');
        }

        return table.ToString();
    }

    private static (MetricAggregate Aggregate, Func<MetricSummary, double> Read)[] MetricColumns { get; } =
    [
        (MetricAggregate.Last, summary => summary.Last.Value),
        (MetricAggregate.Min, summary => summary.Min?.Value ?? double.NaN),
        (MetricAggregate.Max, summary => summary.Max?.Value ?? double.NaN),
    ];

    private static RunComparisonRow Row(IReadOnlyList<RunInfo> runs, SearchField field, Func<RunInfo, string?> read)
    {
        string?[] values = [.. runs.Select(read)];
        return new RunComparisonRow(field.ToString(), values, values.Distinct(StringComparer.Ordinal).Skip(1).Any());
    }

    // Of a series whose latest point alone is known, the smallest and largest are not.
    private static string? ValueOf(RunInfo run, string key, MetricAggregate aggregate, Func<MetricSummary, double> read) =>
        run.Metrics.TryGetValue(key, out var summary) && !(summary.IsLatestOnly && aggregate != MetricAggregate.Last) ? Number(read(summary)) : null;

    private static IEnumerable<string> Names(IEnumerable<RunInfo> runs, Func<RunInfo, IEnumerable<string>> names) =>
        runs.SelectMany(names).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    // Names and tags come from outside: no control character reaches the terminal.
    private static string Shown(string? text)
    {
        if (text is null) return "-";
        var clean = string.Concat(text.Take(MaxColumnWidth).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > MaxColumnWidth ? clean[..(MaxColumnWidth - 1)] + "…" : clean;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunComparison))]
internal sealed partial class RunComparisonJson : JsonSerializerContext;
