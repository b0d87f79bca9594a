using System.Text.Json.Serialization;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

internal sealed record WireLatestVersions(IReadOnlyList<WireModelVersion>? ModelVersions);

internal sealed record WireDatasetSummary(string ExperimentId, string Name, string Digest, string? Context);

internal sealed record WireDatasetSummaries(IReadOnlyList<WireDatasetSummary>? DatasetSummaries);

internal sealed record WireLoggedModelAnswer(WireLoggedModel Model);

internal sealed record WireLoggedModelsAnswer(IReadOnlyList<WireLoggedModel>? Models, string? NextPageToken);

internal sealed record WireLoggedModel(WireLoggedModelInfo Info, WireLoggedModelData? Data);

internal sealed record WireLoggedModelData(IReadOnlyList<WireTag>? Params, IReadOnlyList<LoggedModelMetric>? Metrics);

internal sealed record WireLoggedModelInfo
{
    public required string ModelId { get; init; }

    public required string ExperimentId { get; init; }

    public required string Name { get; init; }

    public long CreationTimestampMs { get; init; }

    public long LastUpdatedTimestampMs { get; init; }

    public required string ArtifactUri { get; init; }

    public required string Status { get; init; }

    public string? ModelType { get; init; }

    public string? SourceRunId { get; init; }

    public IReadOnlyList<WireTag>? Tags { get; init; }
}

/// <summary>What only the server writes, in the same form as <see cref="WireJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(WireLatestVersions))]
[JsonSerializable(typeof(WireDatasetSummaries))]
[JsonSerializable(typeof(WireLoggedModelAnswer))]
[JsonSerializable(typeof(WireLoggedModelsAnswer))]
[JsonSerializable(typeof(LoggedModel))]
[JsonSerializable(typeof(LoggedModelMetric))]
[JsonSerializable(typeof(DatasetDetails))]
[JsonSerializable(typeof(IReadOnlyList<WireModelInput>))]
[JsonSerializable(typeof(IReadOnlyList<WireModelOutput>))]
internal sealed partial class ServerJson : JsonSerializerContext;
