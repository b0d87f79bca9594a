using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Makes the protocol's records of the store's. A stock client gets exactly what MLflow's servers say.</summary>
internal static class WireMapping
{
    public static WireRun ToRun(RunInfo run, bool isDialect) => new(ToInfo(run, isDialect), ToData(run, isDialect), ToInputs(run))
    {
        Outputs = RunModels.Outputs(run) is { Count: > 0 } outputs ? new WireRunOutputs(outputs) : null,
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

    private static WireRunInputs ToInputs(RunInfo run) => new(NullIfEmpty([.. run.Inputs.Select(input => DatasetDetails.ToWire(run, input))]))
    {
        ModelInputs = NullIfEmpty(RunModels.Inputs(run)),
    };
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
