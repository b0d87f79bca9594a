using System.Text.Json.Serialization;

namespace Lifecycle.Sdk;

/// <summary>An entry as it is stored; the order of the properties is the order of the text.</summary>
internal sealed record LedgerDocument(
    long Sequence, DateTimeOffset Time, string Actor, LedgerAction Action, string Model, int? Version, LedgerDetails? Details, string? Reason, string Previous);

/// <summary>What belongs to an action; each uses a few of them.</summary>
internal sealed record LedgerDetails
{
    public string? Description { get; init; }

    /// <summary>Tags that were set; null removes one.</summary>
    public SortedDictionary<string, string?>? Tags { get; init; }

    public string? NewName { get; init; }

    /// <summary>The alias or stage concerned.</summary>
    public string? Target { get; init; }

    /// <summary>The version that had the target before.</summary>
    public int? PreviousVersion { get; init; }

    /// <summary>Versions that were archived by the same step.</summary>
    public IReadOnlyList<int>? Archived { get; init; }

    public string? Run { get; init; }

    public string? ArtifactFolder { get; init; }

    public string? Source { get; init; }

    public IReadOnlyList<LedgerArtifact>? Artifacts { get; init; }

    public ModelLineage? Lineage { get; init; }

    public ModelOrigin? ImportedFrom { get; init; }

    public ModelCheck? Check { get; init; }

    public PromotionGate? Gate { get; init; }
}

/// <summary>A frozen artifact as it is stored.</summary>
internal sealed record LedgerArtifact(string Path, string Sha256, long Size);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LedgerDocument))]
internal sealed partial class LedgerJson : JsonSerializerContext;
