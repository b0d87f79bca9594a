using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Server;

/// <summary>A point of a run that a 3.x client says is about a logged model, and perhaps about a dataset.</summary>
internal sealed record LoggedModelMetric
{
    public required string ModelId { get; init; }

    public required string Key { get; init; }

    public double Value { get; init; }

    public long Timestamp { get; init; }

    public long Step { get; init; }

    /// <summary>The run that it was logged to, which need not be the model's.</summary>
    public string? RunId { get; init; }

    public string? DatasetName { get; init; }

    public string? DatasetDigest { get; init; }

    /// <summary>The tag that holds the latest point of its series: one a key, dataset and run.</summary>
    [JsonIgnore]
    public string TagName => PrefixOf(ModelId) + ServerTags.HashOf($"{Key}\0{DatasetName}\0{DatasetDigest}\0{RunId}");

    public static string PrefixOf(string modelId) => $"{ServerTags.ModelMetricPrefix}{modelId}.";

    /// <summary>Whether it is the later of two points of a series, in the order that MLflow's servers go by here: by time, then by step.</summary>
    public bool IsAfter(LoggedModelMetric other) => (Timestamp, Step).CompareTo((other.Timestamp, other.Step)) > 0;

    public bool IsOn(string? datasetName, string? datasetDigest) =>
        (datasetName is null || DatasetName == datasetName) && (datasetDigest is null || DatasetDigest == datasetDigest);
}
