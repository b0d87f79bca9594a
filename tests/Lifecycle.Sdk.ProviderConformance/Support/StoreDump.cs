using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Everything that a store tells about its content as text, the same for all stores with the same content: what differs is seen in a diff.</summary>
public static class StoreDump
{
    /// <summary>All experiments and runs with points and artifacts. Times and ids that a store gives itself are left out.</summary>
    public static async Task<string> TextAsync(TrackingStore store, bool withExperiments = true)
    {
        var text = new StringBuilder();
        var names = new Dictionary<string, string>();
        var experiments = await store.SearchExperimentsAsync(new ExperimentQuery { View = StageView.All, OrderBy = SearchParser.ParseExperimentOrder("name"), MaxResults = 50_000 });
        foreach (var experiment in experiments.Items)
        {
            names[experiment.Id] = experiment.Name;
            // Whether the default experiment is there before its first run is up to the store.
            if (withExperiments && experiment.Name != "Default") text.AppendLine($"experiment {experiment.Name} {experiment.Stage} {Map(experiment.Tags)}");
        }

        var query = new RunQuery { View = StageView.All, OrderBy = SearchParser.ParseRunOrder("run_id"), MaxResults = 3 };
        while (true)
        {
            var page = await store.SearchRunsAsync(query);
            foreach (var run in page.Items) await AppendAsync(text, store, run, names[run.ExperimentId]);
            if (page.NextPageToken is null) return text.ToString();
            query = query with { PageToken = page.NextPageToken };
        }
    }

    /// <summary>A run's snapshot.</summary>
    public static string Text(RunInfo run)
    {
        var text = new StringBuilder();
        text.AppendLine($"run {run.Id} '{run.Name}' {run.Status} {run.Stage} {Time(run.StartTime)} {Time(run.EndTime)} {Time(run.LastSeen)}");
        text.AppendLine($"  parent {run.ParentId} user {run.User} error {run.Error}");
        text.AppendLine($"  params {string.Join(", ", run.Params.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value.Kind}:{Exact(p.Value)}"))}");
        text.AppendLine($"  tags {Map(run.Tags)}");
        text.AppendLine($"  attempts {string.Join(", ", run.Attempts)}");
        foreach (var input in run.Inputs) text.AppendLine($"  input {input}");
        foreach (var (key, summary) in run.Metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal))
        {
            text.AppendLine(
                $"  metric {key} = {summary.Key}: {summary.Count} ({summary.NaNCount} NaN) first {Exact(summary.First)} last {Exact(summary.Last)} "
                + $"min {Exact(summary.Min)} max {Exact(summary.Max)} sum {Sum(summary)}");
        }

        return text.ToString();
    }

    /// <summary>Stores may add in another order; nine digits do not see that, unless large values cancel and only their rounding is left.</summary>
    private static string Sum(MetricSummary summary)
    {
        var largest = Math.Max(Math.Abs(summary.Min?.Value ?? 0), Math.Abs(summary.Max?.Value ?? 0));
        var isRounding = double.IsFinite(largest) && Math.Abs(summary.Sum) <= largest * 1e-9;
        return (isRounding ? 0 : summary.Sum).ToString("G9", CultureInfo.InvariantCulture);
    }

    private static async Task AppendAsync(StringBuilder text, TrackingStore store, RunInfo run, string experiment)
    {
        text.AppendLine($"in {experiment}").Append(Text(run));
        var keys = run.Metrics.Keys.Order(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            var points = new List<(long Attempt, MetricPoint Point)>();
            await foreach (var block in store.ReadPointsAsync(run.Id, key, new PointRange { IncludeSuperseded = true }))
            {
                for (var i = 0; i < block.Count; i++) points.Add((block.Attempt, block[i]));
            }

            // Which writer comes first is up to the store.
            var sorted = points.Select(point => $"{point.Attempt}/{Exact(point.Point)}").Order(StringComparer.Ordinal);
            text.AppendLine($"  points {key}: {string.Join(' ', sorted)}");
        }

        foreach (var artifact in await store.ListArtifactsAsync(run.Id))
        {
            await using var content = await store.OpenArtifactAsync(run.Id, artifact.Path);
            var digest = ContentDigest.FromHash(await SHA256.HashDataAsync(content));
            text.AppendLine($"  artifact {artifact.Path} {artifact.Digest} {digest} {artifact.Size} {Time(artifact.Time)}");
        }
    }

    private static string Map(IReadOnlyDictionary<string, string> map) =>
        string.Join(", ", map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private static string Time(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Exact(ParamValue value) =>
        value.Kind == ParamKind.Floating ? $"{BitConverter.DoubleToInt64Bits(value.AsFloating):X}" : value.ToString();

    private static string Exact(MetricPoint? point) =>
        point is { } p ? $"({p.Step},{p.UnixTimeMilliseconds},{BitConverter.DoubleToInt64Bits(p.Value):X})" : "-";
}
