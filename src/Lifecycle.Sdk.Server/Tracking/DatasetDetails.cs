using System.Globalization;
using System.Text.Json;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>What clients say of a dataset and the store has no place for: tags besides the context, and a profile that tells more than the number of rows. JSON in a tag.</summary>
internal sealed record DatasetDetails(IReadOnlyList<WireTag>? Tags, string? Profile)
{
    /// <summary>The facts that log one input of a request.</summary>
    /// <exception cref="ApiException">It breaks a rule.</exception>
    public static IEnumerable<RunFact> FactsOf(ApiRequest request, bool isDialect)
    {
        var dataset = request.Object("dataset") ?? throw ApiException.Missing("dataset");
        var tags = request.Tags("tags");
        var digest = dataset.Required("digest");
        if (!isDialect && digest.Length > WireLimits.DatasetDigest)
            throw ApiException.Invalid("digest", digest, FormattableString.Invariant($"it has more than {WireLimits.DatasetDigest} characters."));
        var profile = dataset.Text("profile");
        var input = new DatasetInput
        {
            Name = dataset.Required("name"),
            Digest = digest,
            SourceType = dataset.Text("source_type"),
            Source = dataset.Text("source"),
            Schema = dataset.Text("schema"),
            RowCount = WireDatasets.RowsOf(profile) is { } rows and >= 0 ? rows : null,
            Context = tags.LastOrDefault(tag => tag.Key == WireTags.DatasetContext)?.Value is { Length: > 0 } context ? context : null,
        };
        yield return new InputLogged(input);
        // Clients of this library say nothing that the store does not keep.
        if (isDialect) yield break;
        var more = new DatasetDetails(
            WireMapping.NullIfEmpty([.. tags.Where(tag => tag.Key != WireTags.DatasetContext)]), profile is null || profile == ProfileOf(input) ? null : profile);
        if (more is not { Tags: null, Profile: null } && more.ToJson() is { } json) yield return new TagSet(TagName(input), json);
    }

    public static WireDatasetInput ToWire(RunInfo run, DatasetInput input)
    {
        var more = Read(run.Tags.GetValueOrDefault(TagName(input)));
        IReadOnlyList<WireTag> context = input.Context is { } known ? [new WireTag(WireTags.DatasetContext, known)] : [];
        return new WireDatasetInput(
            WireMapping.NullIfEmpty([.. context, .. more?.Tags ?? []]),
            new WireDataset
            {
                Name = input.Name,
                Digest = input.Digest,
                SourceType = input.SourceType ?? "",
                Source = input.Source ?? "",
                Schema = input.Schema,
                Profile = more?.Profile ?? ProfileOf(input),
            });
    }

    private static string? ProfileOf(DatasetInput input) => input.RowCount is { } rows ? string.Create(CultureInfo.InvariantCulture, $"{{\"num_rows\": {rows}}}") : null;

    private static string TagName(DatasetInput input) => ServerTags.DatasetPrefix + ServerTags.HashOf($"{input.Name}\0{input.Digest}\0{input.Context}");

    private static DatasetDetails? Read(string? tag)
    {
        try
        {
            return tag is null ? null : JsonSerializer.Deserialize(tag, ServerJson.Default.DatasetDetails);
        }
        catch (JsonException)
        {
            return null; // Changed by hand.
        }
    }

    /// <summary>As JSON; without a profile that is too long for a tag, of which the number of rows remains.</summary>
    private string? ToJson()
    {
        var json = JsonSerializer.Serialize(this, ServerJson.Default.DatasetDetails);
        return json.Length <= NameRules.MaxTextLength ? json : Profile is null ? null : (this with { Profile = null }).ToJson();
    }
}
