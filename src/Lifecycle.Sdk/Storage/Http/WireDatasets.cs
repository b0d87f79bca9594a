using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Datasets as the protocol has them.</summary>
internal static class WireDatasets
{
    private const string Unknown = "unknown"; // Stock servers want a source.

    /// <summary>The dataset as it is sent.</summary>
    /// <param name="input">The dataset.</param>
    /// <param name="isTaken">Whether a digest is the run's for another dataset or context, for one that the server keeps whole or not.</param>
    /// <param name="isExact">Whether a stock server keeps all of it.</param>
    public static WireDataset Of(DatasetInput input, Func<string, bool, bool> isTaken, out bool isExact)
    {
        var digest = input.Digest.Length <= WireLimits.DatasetDigest ? input.Digest : Hashed(input.Digest, input.Digest);
        var (source, type, schema) = (Fit(input.Source, WireLimits.DatasetSource), Fit(input.SourceType, WireLimits.DatasetSourceType), Fit(input.Schema, WireLimits.DatasetSchema));
        isExact = digest == input.Digest && source is { Length: > 0 } && source == input.Source && type is { Length: > 0 } && type == input.SourceType && schema == input.Schema;
        if (isTaken(digest, isExact)) (digest, isExact) = (Hashed(input.Digest, $"{input.Digest}\n{input.Name}\n{input.Context}"), false);
        return new WireDataset
        {
            Name = input.Name,
            Digest = digest,
            SourceType = type is { Length: > 0 } ? type : Unknown,
            Source = source is { Length: > 0 } ? source : Unknown,
            Schema = schema,
            Profile = input.RowCount is { } rows ? string.Create(CultureInfo.InvariantCulture, $"{{\"num_rows\":{rows}}}") : null,
        };
    }

    /// <summary>What a dataset was used for; null if it is not told.</summary>
    public static string? ContextOf(WireDatasetInput input) => input.Tags?.FirstOrDefault(tag => tag.Key == WireTags.DatasetContext)?.Value;

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

    private static string Hashed(string digest, string text) => $"{digest[..Math.Min(digest.Length, WireLimits.DatasetDigest - 11)]}-{WireKeys.Hash(text)}";

    /// <summary>As much as the server takes: some databases count bytes, and some have no room for U+0000.</summary>
    private static string? Fit(string? text, int bytes)
    {
        if (text is null || (Encoding.UTF8.GetByteCount(text) <= bytes && !text.Contains('\0', StringComparison.Ordinal))) return text;
        var fit = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0) break;
            if (rune.Value != 0) fit.Append(rune);
        }

        return fit.ToString();
    }
}
