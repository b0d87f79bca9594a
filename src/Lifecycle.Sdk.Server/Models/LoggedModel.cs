using System.Text.Json.Serialization;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>A logged model of the 3.x clients, as it is kept: JSON in tags of the run that its files belong to.</summary>
internal sealed record LoggedModel
{
    public const string Pending = "LOGGED_MODEL_PENDING";
    public const string IdPrefix = "m-";

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string ExperimentId { get; init; }

    /// <summary>The run that made it, as the client said; null if it said none.</summary>
    public string? SourceRunId { get; init; }

    public string? ModelType { get; init; }

    public string Status { get; init; } = Pending;

    public long CreationTime { get; init; }

    public long LastUpdateTime { get; init; }

    public IReadOnlyList<WireTag> Tags { get; init; } = [];

    public IReadOnlyList<WireTag> Params { get; init; } = [];

    /// <summary>What was measured of it, the latest point of each series. They have tags of their own, so that logging one does not write the record anew.</summary>
    [JsonIgnore]
    public IReadOnlyList<LoggedModelMetric> Metrics { get; init; } = [];

    /// <summary>The run that its files belong to: the source run, or one of its own.</summary>
    [JsonIgnore]
    public RunId Run { get; init; }

    /// <summary>How many tags its record takes up in the store; 0 if it is not there yet.</summary>
    [JsonIgnore]
    public int Parts { get; init; }

    /// <summary>Where its files are within that run.</summary>
    [JsonIgnore]
    public string Folder => $"{ArtifactPlace.Models}/{Id}";

    [JsonIgnore]
    public string TagName => ServerTags.LoggedModelPrefix + Id;
}
