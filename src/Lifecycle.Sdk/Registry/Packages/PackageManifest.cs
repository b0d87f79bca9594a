using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary><c>manifest.json</c> of an exported version; README.md one folder up describes it.</summary>
internal sealed record PackageManifest
{
    /// <summary>The format that this library writes, and the only one it reads.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string Model { get; init; }

    public string? ModelDescription { get; init; }

    public required int Version { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required string Source { get; init; }

    public string? ArtifactFolder { get; init; }

    public required string User { get; init; }

    public required DateTimeOffset CreationTime { get; init; }

    public required PackageExport Exported { get; init; }

    public required PackageFile ModelCard { get; init; }

    public required IReadOnlyList<PackageFile> Artifacts { get; init; }

    public ModelLineage? Lineage { get; init; }

    public PackageRun? Run { get; init; }

    /// <summary>For people: what was checked and approved there fulfils no gate elsewhere.</summary>
    public IReadOnlyList<ModelCheck>? Checks { get; init; }

    /// <summary>For people, as <see cref="Checks"/>.</summary>
    public IReadOnlyList<ModelApproval>? Approvals { get; init; }

    /// <summary>Where the version had been imported from before it was exported.</summary>
    public ModelOrigin? ImportedFrom { get; init; }
}

/// <summary>Who made the package, where and when.</summary>
internal sealed record PackageExport(string Store, string Actor, DateTimeOffset Time);

/// <summary>A file of the package.</summary>
internal sealed record PackageFile(string Path, string Sha256, long Size);

/// <summary>The run that made the version.</summary>
internal sealed record PackageRun
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required RunStatus Status { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public string? User { get; init; }

    public required IReadOnlyDictionary<string, ParamValue> Params { get; init; }

    public required IReadOnlyList<PackageMetric> Metrics { get; init; }

    public required IReadOnlyList<DatasetInput> Inputs { get; init; }
}

/// <summary>What is known of one series: how many points it had, and four of them.</summary>
internal sealed record PackageMetric(string Key, long Count, MetricPoint First, MetricPoint Last, MetricPoint? Min, MetricPoint? Max);

// Nulls are written, so that a property that is missing is known to be missing.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(ParamValueConverter), typeof(ExactDoubleConverter), typeof(MetricPointConverter)])]
[JsonSerializable(typeof(PackageManifest))]
internal sealed partial class PackageJsonContext : JsonSerializerContext;

/// <summary>The manifest as text, with letters of all scripts as they are; it is never embedded in HTML.</summary>
internal static class PackageJson
{
    private static readonly PackageJsonContext Json =
        new(new JsonSerializerOptions(PackageJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, AllowDuplicateProperties = false });

    public static byte[] Write(PackageManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Json.PackageManifest);

    /// <exception cref="InvalidDataException">The text is no manifest that this library reads.</exception>
    public static PackageManifest Read(ReadOnlySpan<byte> text)
    {
        PackageManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(text, Json.PackageManifest) ?? throw new InvalidDataException("The manifest is null.");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"The manifest can't be read: {e.Message}", e);
        }

        return manifest.Format == PackageManifest.CurrentFormat
            ? manifest
            : throw new InvalidDataException($"The package has format {manifest.Format}, and this library reads {PackageManifest.CurrentFormat}.");
    }
}
