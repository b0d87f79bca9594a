using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Datasets as the protocol has them.</summary>
internal static class WireDatasets
{
    private const string Unknown = "unknown"; // Stock servers want a source.

    /// <summary>The dataset as it is sent.</summary>
    /// <param name="input">The dataset.</param>
    /// <param name="isExact">Whether a stock server keeps all of it.</param>
    public static WireDataset Of(DatasetInput input, out bool isExact)
    {
        isExact = input.Digest.Length <= WireLimits.DatasetDigest && input is { Source.Length: > 0 and <= WireLimits.DatasetSource, SourceType.Length: > 0 }
            && !(input.Schema?.Length > WireLimits.DatasetSchema) && !(input.Context?.Length > WireLimits.Key);
        return new WireDataset
        {
            Name = input.Name,
            Digest = input.Digest.Length <= WireLimits.DatasetDigest ? input.Digest : input.Digest[..(WireLimits.DatasetDigest - 11)] + "-" + WireKeys.Hash(input.Digest),
            SourceType = input.SourceType is { Length: > 0 } type ? type : Unknown,
            Source = input.Source is not { Length: > 0 } source ? Unknown : source.Length <= WireLimits.DatasetSource ? source : source[..WireLimits.DatasetSource],
            Schema = input.Schema,
            Profile = input.RowCount is { } rows ? string.Create(CultureInfo.InvariantCulture, $"{{\"num_rows\":{rows}}}") : null,
        };
    }

    /// <summary>How many rows a profile tells of; null if it does not.</summary>
    public static long? RowsOf(string? profile)
    {
        if (profile is null) return null;
        try
        {
            using var json = JsonDocument.Parse(profile);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("num_rows", out var rows)
                && rows.ValueKind == JsonValueKind.Number && rows.TryGetInt64(out var count) ? count : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static ReadOnlyMemory<byte> LogInputs(string serverRunId, WireDataset dataset, string? context) => WireBody.Of(json =>
    {
        json.WriteString("run_id", serverRunId);
        json.WriteStartArray("datasets");
        json.WriteStartObject();
        if (context is not null) json.Tags("tags", [new WireTag(WireTags.DatasetContext, context)]);
        json.WriteStartObject("dataset");
        json.WriteString("name", dataset.Name);
        json.WriteString("digest", dataset.Digest);
        json.Text("source_type", dataset.SourceType);
        json.Text("source", dataset.Source);
        json.Text("schema", dataset.Schema);
        json.Text("profile", dataset.Profile);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    });
}
