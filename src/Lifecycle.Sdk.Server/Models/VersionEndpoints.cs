using System.Globalization;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Versions of registered models.</summary>
internal static class VersionEndpoints
{
    private const int DefaultPage = 10_000;

    public static async Task CreateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var (name, source) = (request.Required("name"), request.Required("source"));
        var tags = ModelEndpoints.TagsOf(request, call.IsDialect);
        var version = Prompts.Is(tags, source) ? new NewModelVersion { Source = source } : await VersionSource.ResolveAsync(call, source, request.Text("run_id")).ConfigureAwait(false);
        if (request.Text("run_link") is { } link) tags = new Dictionary<string, string>(tags, StringComparer.Ordinal) { [ServerTags.RunLink] = link };
        version = version with { Description = request.Text("description") ?? "", Tags = tags };
        call.Changes("model", name);
        var created = await ModelEndpoints.RegistryOf(call).CreateVersionAsync(name, version, call.Aborted).ConfigureAwait(false);
        call.Created("model", NameOf(created));
        await AnswerAsync(call, created).ConfigureAwait(false);
    }

    public static async Task GetAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        await AnswerAsync(call, await FindAsync(call, request).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task UpdateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var version = await FindAsync(call, request).ConfigureAwait(false);
        var update = new ModelUpdate { Description = request.Given("description") ?? "" };
        call.Changes("model", NameOf(version));
        await AnswerAsync(call, await ModelEndpoints.RegistryOf(call).UpdateVersionAsync(version.Model, version.Number, update, call.Aborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task DeleteAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var version = await FindAsync(call, request).ConfigureAwait(false);
        call.Changes("model", NameOf(version));
        await ModelEndpoints.RegistryOf(call).DeleteVersionAsync(version.Model, version.Number, cancellationToken: call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task SearchAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var query = new ModelQuery
        {
            Filter = Prompts.Rewrite(SearchParser.ParseVersionFilter(request.Text("filter")), call.IsDialect),
            OrderBy = SearchParser.ParseVersionOrder(request.Texts("order_by")),
            MaxResults = request.MaxResults(DefaultPage, SearchLimits.RegistryPageSize),
            PageToken = request.Text("page_token"),
        };
        var page = await ModelEndpoints.RegistryOf(call).SearchVersionsAsync(query, call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(
            new WireModelVersionsAnswer(WireMapping.NullIfEmpty([.. page.Items.Select(ModelMapping.ToVersion)]), page.NextPageToken),
            WireJson.Default.WireModelVersionsAnswer).ConfigureAwait(false);
    }

    public static async Task DownloadUriAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var version = await FindAsync(call, request).ConfigureAwait(false);
        await call.AnswerAsync(new WireDownloadUri(await VersionSource.DownloadUriAsync(call, version).ConfigureAwait(false)), WireJson.Default.WireDownloadUri).ConfigureAwait(false);
    }

    public static async Task TransitionAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var version = await FindAsync(call, request).ConfigureAwait(false);
        var stage = ParseStage(request.Required("stage"));
        var archive = request.Flag("archive_existing_versions");
        if (archive && stage is ModelStage.None or ModelStage.Archived)
            throw ApiException.Refused($"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage. Valid stages are Staging, Production.");
        call.Changes("model", NameOf(version));
        var moved = await ModelEndpoints.RegistryOf(call).SetStageAsync(version.Model, version.Number, stage, archive, cancellationToken: call.Aborted).ConfigureAwait(false);
        await AnswerAsync(call, moved).ConfigureAwait(false);
    }

    public static async Task SetTagAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        await ChangeTagAsync(call, request, ModelEndpoints.TagOf(request, call.IsDialect)).ConfigureAwait(false);
    }

    public static async Task DeleteTagAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        await ChangeTagAsync(call, request, new KeyValuePair<string, string?>(request.Required("key"), null)).ConfigureAwait(false);
    }

    /// <summary>The version that a request names.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public static async ValueTask<ModelVersion> FindAsync(ApiCall call, ApiRequest request)
    {
        var (name, text) = (request.Required("name"), request.Required("version"));
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) throw ApiException.Invalid("version", text, "Model version must be an integer.");
        try
        {
            return await ModelEndpoints.RegistryOf(call).GetVersionAsync(name, number, call.Aborted).ConfigureAwait(false);
        }
        catch (LifecycleNotFoundException)
        {
            throw new ApiException(WireError.ResourceDoesNotExist, FormattableString.Invariant($"Model Version (name={ApiException.Shorten(name)}, version={number}) not found"));
        }
    }

    public static ModelStage ParseStage(string text) => ModelReference.TryParseStage(text, out var stage)
        ? stage
        : throw ApiException.Refused($"Invalid Model Version stage: {ApiException.Shorten(text)}. Value must be one of None, Staging, Production, Archived.");

    public static Task AnswerAsync(ApiCall call, ModelVersion version) =>
        call.AnswerAsync(new WireModelVersionAnswer(ModelMapping.ToVersion(version)), WireJson.Default.WireModelVersionAnswer);

    private static string NameOf(ModelVersion version) => string.Create(CultureInfo.InvariantCulture, $"{version.Model}/{version.Number}");

    private static async Task ChangeTagAsync(ApiCall call, ApiRequest request, KeyValuePair<string, string?> tag)
    {
        var version = await FindAsync(call, request).ConfigureAwait(false);
        var update = new ModelUpdate { Tags = new Dictionary<string, string?> { [tag.Key] = tag.Value } };
        call.Changes("model", NameOf(version));
        await ModelEndpoints.RegistryOf(call).UpdateVersionAsync(version.Model, version.Number, update, call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }
}
