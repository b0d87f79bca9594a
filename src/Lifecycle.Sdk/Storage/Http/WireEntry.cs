using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// One thing that a stock server could not take as it is; see WIRE.md. Which members are set says what it is about: <see cref="Metric"/>, <see cref="Param"/>,
/// <see cref="Tag"/>, <see cref="Artifact"/>, <see cref="Dataset"/>, or the run itself.
/// </summary>
internal sealed record WireEntry
{
    /// <summary>A series in canonical text.</summary>
    public string? Metric { get; init; }

    /// <summary>A param's name.</summary>
    public string? Param { get; init; }

    /// <summary>A tag's name.</summary>
    public string? Tag { get; init; }

    /// <summary>An artifact's path.</summary>
    public string? Artifact { get; init; }

    /// <summary>A dataset's digest as the server has it.</summary>
    public string? Dataset { get; init; }

    /// <summary>The server's key, where it is not the name.</summary>
    public string? Key { get; init; }

    /// <summary>A param's type, where it is not text.</summary>
    public string? Type { get; init; }

    /// <summary>The artifact that holds the whole value.</summary>
    public string? File { get; init; }

    /// <summary>The SHA-256 of an artifact, or of <see cref="File"/>.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether a series has infinities, which a server with a database has as the greatest or least number.</summary>
    public bool? Infinite { get; init; }

    /// <summary>Whether an artifact was removed though the server still has it.</summary>
    public bool? Removed { get; init; }

    /// <summary>An artifact's length.</summary>
    public long? Size { get; init; }

    /// <summary>When an artifact was logged.</summary>
    public long? Time { get; init; }

    /// <summary>The run that this one is nested in, by its own id.</summary>
    public string? Parent { get; init; }

    /// <summary>A status that the server does not know; it has KILLED instead.</summary>
    public string? Status { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WireEntry))]
[JsonSerializable(typeof(List<WireEntry>))]
[JsonSerializable(typeof(DatasetInput))]
internal sealed partial class WireEntryJson : JsonSerializerContext
{
    /// <summary>For tags, in which there is room for so many characters: names in any script stay as they are.</summary>
    public static WireEntryJson Short => s_short ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static WireEntryJson? s_short;
}
