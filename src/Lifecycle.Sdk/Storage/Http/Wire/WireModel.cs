using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Storage.Http;

internal sealed record WireModel
{
    public string Name { get; init; } = "";

    public long CreationTimestamp { get; init; }

    public long LastUpdatedTimestamp { get; init; }

    public string? Description { get; init; }

    public IReadOnlyList<WireModelVersion>? LatestVersions { get; init; }

    public IReadOnlyList<WireTag>? Tags { get; init; }

    public IReadOnlyList<WireAlias>? Aliases { get; init; }
}

internal sealed record WireAlias(string Alias, string Version);

internal sealed record WireModelVersion
{
    public string Name { get; init; } = "";

    /// <summary>A number, as text in JSON.</summary>
    [JsonConverter(typeof(WireTextConverter))]
    public string Version { get; init; } = "";

    public long CreationTimestamp { get; init; }

    public long LastUpdatedTimestamp { get; init; }

    public string? UserId { get; init; }

    public string? CurrentStage { get; init; }

    public string? Description { get; init; }

    public string? Source { get; init; }

    public string? RunId { get; init; }

    public string? Status { get; init; }

    public string? StatusMessage { get; init; }

    public IReadOnlyList<WireTag>? Tags { get; init; }

    public string? RunLink { get; init; }

    /// <summary>Names only.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }
}
