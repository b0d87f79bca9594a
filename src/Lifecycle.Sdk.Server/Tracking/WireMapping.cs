using System.Globalization;
using System.Text.Json;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Makes the protocol's records of the store's. A stock client gets exactly what MLflow's servers say.</summary>
internal static class WireMapping
{
    public static WireRun ToRun(RunInfo run, bool isDialect) => new(ToInfo(run, isDialect), ToData(run, isDialect), ToInputs(run))
    {
        Outputs = RunOutputs.Read(run.Tags.GetValueOrDefault(ServerTags.Outputs)),
    };

    public static WireRunInfo ToInfo(RunInfo run, bool isDialect) => new()
    {
        RunId = run.Id.ToString(),
        RunUuid = run.Id.ToString(),
        ExperimentId = run.ExperimentId,
        RunName = run.Name,
        UserId = run.User ?? "",
        Status = StatusText(run.Status, isDialect),
        StartTime = run.StartTime.ToUnixTimeMilliseconds(),
        EndTime = run.EndTime?.ToUnixTimeMilliseconds(),
        ArtifactUri = ArtifactUri(run),
        LifecycleStage = StageText(run.Stage),
        LastSeen = isDialect ? run.LastSeen.ToUnixTimeMilliseconds() : null,
        ParentRunId = isDialect ? run.ParentId?.ToString() : null,
        Error = isDialect ? run.Error : null,
        Attempts = isDialect && run.Attempts.Count > 0 ? [.. run.Attempts.Select(attempt => new WireAttempt(attempt.Id, attempt.FromStep))] : null,
    };

    public static WireExperiment ToExperiment(ExperimentInfo experiment) => new()
    {
        ExperimentId = experiment.Id,
        Name = experiment.Name,
        ArtifactLocation = experiment.Tags.GetValueOrDefault(ServerTags.ArtifactLocation) ?? $"{ArtifactPlace.Scheme}/{experiment.Id}",
        LifecycleStage = StageText(experiment.Stage),
        CreationTime = experiment.CreationTime.ToUnixTimeMilliseconds(),
        LastUpdateTime = experiment.LastUpdateTime.ToUnixTimeMilliseconds(),
        Tags = NullIfEmpty([.. experiment.Tags.Where(tag => !ServerTags.IsHidden(tag.Key)).Select(tag => new WireTag(tag.Key, tag.Value))]),
    };

    /// <summary>Where the protocol says that the artifacts of a run are.</summary>
    public static string ArtifactUri(RunInfo run) =>
        $"{run.Tags.GetValueOrDefault(ServerTags.ArtifactLocation) ?? $"{ArtifactPlace.Scheme}/{run.ExperimentId}"}/{run.Id}/artifacts";

    public static string StageText(LifecycleStage stage) => stage == LifecycleStage.Deleted ? "deleted" : "active";

    public static IReadOnlyList<T>? NullIfEmpty<T>(IReadOnlyList<T> items) => items.Count == 0 ? null : items;

    private static string StatusText(RunStatus status, bool isDialect) =>
        // The protocol has no word for a run whose process died.
        status == RunStatus.Interrupted && !isDialect ? WireText.Killed : RunRow.StatusText(status);

    private static WireRunData ToData(RunInfo run, bool isDialect)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in run.Tags)
        {
            if (!ServerTags.IsHidden(key)) tags.Add(key, value);
        }

        tags[WireTags.RunName] = run.Name;
        if (run.ParentId is { } parent) tags.TryAdd(WireTags.ParentRunId, parent.ToString());
        if (run.User is { Length: > 0 } user) tags.TryAdd(WireTags.User, user);
        return new WireRunData
        {
            Metrics = NullIfEmpty([.. run.Metrics.Values.Select(metric => ToMetric(metric, isDialect))]),
            Params = NullIfEmpty([.. run.Params.Select(param => new WireParam(param.Key, param.Value.ToString(), isDialect ? WireText.TypeOf(param.Value.Kind) : null))]),
            Tags = NullIfEmpty([.. tags.Select(tag => new WireTag(tag.Key, tag.Value))]),
        };
    }

    private static WireMetric ToMetric(MetricSummary metric, bool isDialect) => new(
        metric.Key, metric.Last.Value, metric.Last.UnixTimeMilliseconds, metric.Last.Step,
        Summary: isDialect ? new WireSummary(metric.Count, metric.NaNCount, ToPoint(metric.First), ToPoint(metric.Min), ToPoint(metric.Max), metric.Sum) : null);

    private static WirePoint ToPoint(MetricPoint point) => new(point.Step, point.UnixTimeMilliseconds, point.Value);

    private static WirePoint? ToPoint(MetricPoint? point) => point is { } some ? ToPoint(some) : null;

    private static WireRunInputs ToInputs(RunInfo run) => new(NullIfEmpty([.. run.Inputs.Select(ToInput)]));

    private static WireDatasetInput ToInput(DatasetInput input) => new(
        input.Context is { } context ? [new WireTag(WireTags.DatasetContext, context)] : null,
        new WireDataset
        {
            Name = input.Name,
            Digest = input.Digest,
            SourceType = input.SourceType ?? "",
            Source = input.Source ?? "",
            Schema = input.Schema,
            Profile = input.RowCount is { } rows ? string.Create(CultureInfo.InvariantCulture, $"{{\"num_rows\": {rows}}}") : null,
        });
}

/// <summary>Statuses as requests name them: by word, or by number as old clients do.</summary>
internal static class WireStatus
{
    public static RunStatus Parse(string text) => text.ToUpperInvariant() switch
    {
        "RUNNING" or "1" => RunStatus.Running,
        "SCHEDULED" or "2" => RunStatus.Scheduled,
        "FINISHED" or "3" => RunStatus.Finished,
        "FAILED" or "4" => RunStatus.Failed,
        WireText.Killed or "5" => RunStatus.Killed,
        WireText.Interrupted => RunStatus.Interrupted,
        _ => throw ApiException.Invalid("status", text, "it must be RUNNING, SCHEDULED, FINISHED, FAILED or KILLED."),
    };
}

/// <summary>Tags in which the server keeps what the store has no place for. They are not shown.</summary>
internal static class ServerTags
{
    public const string ArtifactLocation = "lifecycle.artifact_location";
    public const string Outputs = "lifecycle.model_outputs";
    public const string LoggedModelPrefix = "lifecycle.logged_model.";

    public static bool IsHidden(string tag) => tag is ArtifactLocation or Outputs || tag.StartsWith(LoggedModelPrefix, StringComparison.Ordinal);
}

/// <summary>The logged models that a run has put out, as JSON in a tag.</summary>
internal static class RunOutputs
{
    public static WireRunOutputs? Read(string? tag)
    {
        if (tag is null) return null;
        try
        {
            return new WireRunOutputs(JsonSerializer.Deserialize(tag, ServerJson.Default.IReadOnlyListWireModelOutput));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Add(string? tag, IEnumerable<WireModelOutput> more)
    {
        var known = Read(tag)?.ModelOutputs ?? [];
        return JsonSerializer.Serialize([.. known.Concat(more).Distinct()], ServerJson.Default.IReadOnlyListWireModelOutput);
    }
}
