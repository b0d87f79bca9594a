using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Registered models. Every change is in the registry's ledger under the user of the request.</summary>
internal static class ModelEndpoints
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1_000;

    public static async Task CreateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        try
        {
            call.Changes("model", name);
            var created = await RegistryOf(call).CreateModelAsync(name, request.Text("description") ?? "", TagsOf(request, call.IsDialect), call.Aborted).ConfigureAwait(false);
            await AnswerAsync(call, created).ConfigureAwait(false);
        }
        catch (LifecycleConflictException)
        {
            throw new ApiException(WireError.ResourceAlreadyExists, $"Registered Model (name={ApiException.Shorten(name)}) already exists.");
        }
    }

    public static async Task RenameAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var (name, newName) = (request.Required("name"), request.Required("new_name"));
        call.Changes("model", name);
        await AnswerAsync(call, await RegistryOf(call).RenameModelAsync(name, newName, cancellationToken: call.Aborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task UpdateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var update = new ModelUpdate { Description = request.Given("description") ?? "" };
        var name = request.Required("name");
        call.Changes("model", name);
        await AnswerAsync(call, await RegistryOf(call).UpdateModelAsync(name, update, call.Aborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task DeleteAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        call.Changes("model", name);
        await RegistryOf(call).DeleteModelAsync(name, cancellationToken: call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task GetAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        await AnswerAsync(call, await FindAsync(call, request.Required("name")).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task SearchAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var query = new ModelQuery
        {
            Filter = Prompts.Rewrite(SearchParser.ParseModelFilter(request.Text("filter")), call.IsDialect),
            OrderBy = SearchParser.ParseModelOrder(request.Texts("order_by")),
            MaxResults = request.MaxResults(DefaultPage, MaxPage),
            PageToken = request.Text("page_token"),
        };
        var page = await RegistryOf(call).SearchModelsAsync(query, call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(
            new WireModelsAnswer(WireMapping.NullIfEmpty([.. page.Items.Select(ModelMapping.ToModel)]), page.NextPageToken), WireJson.Default.WireModelsAnswer).ConfigureAwait(false);
    }

    public static async Task LatestAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var model = await FindAsync(call, request.Required("name")).ConfigureAwait(false);
        var stages = request.Texts("stages").Select(VersionEndpoints.ParseStage).ToHashSet();
        var versions = model.LatestVersions.Where(version => stages.Count == 0 || stages.Contains(version.Stage)).Select(ModelMapping.ToVersion);
        await call.AnswerAsync(new WireLatestVersions(WireMapping.NullIfEmpty([.. versions])), ServerJson.Default.WireLatestVersions).ConfigureAwait(false);
    }

    public static async Task SetTagAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        await ChangeTagAsync(call, request.Required("name"), TagOf(request, call.IsDialect)).ConfigureAwait(false);
    }

    public static async Task DeleteTagAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        await ChangeTagAsync(call, request.Required("name"), new KeyValuePair<string, string?>(request.Required("key"), null)).ConfigureAwait(false);
    }

    public static async Task GetAliasAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var model = await FindAsync(call, request.Required("name")).ConfigureAwait(false);
        var alias = request.Required("alias");
        if (!model.Aliases.TryGetValue(alias, out var number)) throw ApiException.Refused($"Registered model alias {ApiException.Shorten(alias)} not found.");
        await VersionEndpoints.AnswerAsync(call, await RegistryOf(call).GetVersionAsync(model.Name, number, call.Aborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task SetAliasAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var version = await VersionEndpoints.FindAsync(call, request).ConfigureAwait(false);
        var alias = request.Required("alias");
        call.Changes("model", version.Model);
        await RegistryOf(call).SetAliasAsync(version.Model, alias, version.Number, cancellationToken: call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task DeleteAliasAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var (name, alias) = (request.Required("name"), request.Required("alias"));
        call.Changes("model", name);
        await RegistryOf(call).DeleteAliasAsync(name, alias, cancellationToken: call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    /// <summary>The registry, in the name of the request's user.</summary>
    public static ModelRegistry RegistryOf(ApiCall call) => call.User is { } user ? call.Server.Tracker.Models.As(user) : call.Server.Tracker.Models;

    public static IReadOnlyDictionary<string, string> TagsOf(ApiRequest request, bool isDialect)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in request.Tags("tags"))
        {
            WireKeyRules.RequireTag(tag, isDialect);
            tags[tag.Key] = tag.Value;
        }

        return tags;
    }

    public static KeyValuePair<string, string?> TagOf(ApiRequest request, bool isDialect)
    {
        var tag = new WireTag(request.Required("key"), request.Given("value") ?? "");
        WireKeyRules.RequireTag(tag, isDialect);
        return new KeyValuePair<string, string?>(tag.Key, tag.Value);
    }

    /// <exception cref="ApiException">There is none.</exception>
    private static async ValueTask<RegisteredModel> FindAsync(ApiCall call, string name)
    {
        try
        {
            return await RegistryOf(call).GetModelAsync(name, call.Aborted).ConfigureAwait(false);
        }
        catch (LifecycleNotFoundException)
        {
            throw new ApiException(WireError.ResourceDoesNotExist, $"Registered Model with name={ApiException.Shorten(name)} not found");
        }
    }

    private static async Task ChangeTagAsync(ApiCall call, string name, KeyValuePair<string, string?> tag)
    {
        call.Changes("model", name);
        await RegistryOf(call).UpdateModelAsync(name, new ModelUpdate { Tags = new Dictionary<string, string?> { [tag.Key] = tag.Value } }, call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static Task AnswerAsync(ApiCall call, RegisteredModel model) =>
        call.AnswerAsync(new WireModelAnswer(ModelMapping.ToModel(model)), WireJson.Default.WireModelAnswer);
}
