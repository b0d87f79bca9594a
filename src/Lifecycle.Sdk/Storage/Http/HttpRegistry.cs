using System.Globalization;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>The registry's calls and what they answer, for all actors of a store.</summary>
internal sealed class HttpRegistry(HttpChannel channel, HttpArtifacts artifacts, TrackingStore store, RunLinks links)
{
    private const int ModelsPage = 1_000;
    private const int VersionsPage = 10_000;

    public TrackingStore Store => store;

    public async ValueTask SendAsync(HttpMethod method, string endpoint, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var _ = await channel.SendAsync(HttpCall.Post(endpoint, body, method), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<WireModel> CreateModelAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        (await channel.SendAsync(HttpCall.Post("registered-models/create", body), WireJson.Default.WireModelAnswer, cancellationToken).ConfigureAwait(false)).RegisteredModel
        ?? throw Empty("registered-models/create");

    public async ValueTask<WireModel> GetModelAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await channel.SendAsync(HttpCall.Get("registered-models/get", ("name", name)), WireJson.Default.WireModelAnswer, cancellationToken).ConfigureAwait(false);
            return answer.RegisteredModel ?? throw Empty("registered-models/get");
        }
        catch (HttpFailureException e) when (e.IsMissing)
        {
            throw NoSuchModel(name);
        }
    }

    public async ValueTask<WireModelVersion> CreateVersionAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        // Sent twice it would make two versions; whoever asked can see whether there is one.
        var call = HttpCall.Post("model-versions/create", body) with { IsRepeatable = false };
        return (await channel.SendAsync(call, WireJson.Default.WireModelVersionAnswer, cancellationToken).ConfigureAwait(false)).ModelVersion ?? throw Empty("model-versions/create");
    }

    public async ValueTask<WireModelVersion> GetVersionAsync(string name, int version, CancellationToken cancellationToken)
    {
        try
        {
            var call = HttpCall.Get("model-versions/get", ("name", name), ("version", version.ToString(CultureInfo.InvariantCulture)));
            return (await channel.SendAsync(call, WireJson.Default.WireModelVersionAnswer, cancellationToken).ConfigureAwait(false)).ModelVersion ?? throw Empty("model-versions/get");
        }
        catch (HttpFailureException e) when (e.IsMissing)
        {
            throw NoSuchVersion(name, version);
        }
    }

    public async ValueTask<WireModelVersion> GetByAliasAsync(string name, string alias, CancellationToken cancellationToken)
    {
        try
        {
            var call = HttpCall.Get("registered-models/alias", ("name", name), ("alias", alias));
            return (await channel.SendAsync(call, WireJson.Default.WireModelVersionAnswer, cancellationToken).ConfigureAwait(false)).ModelVersion ?? throw Empty("registered-models/alias");
        }
        catch (HttpFailureException e) when (e.IsMissing || e.IsRefusal)
        {
            // An alias that is not there is called an invalid parameter.
            throw new LifecycleNotFoundException($"The model '{NameRules.Shorten(name)}' at {channel.Address} has no alias '{NameRules.Shorten(alias)}', or there is no such model.") { Store = channel.Address };
        }
    }

    public async ValueTask<List<RegisteredModel>> AllModelsAsync(CancellationToken cancellationToken)
    {
        var all = new List<RegisteredModel>();
        foreach (var model in await AllWireModelsAsync(cancellationToken).ConfigureAwait(false)) all.Add(await ToModelAsync(model, cancellationToken).ConfigureAwait(false));
        return all;
    }

    private async ValueTask<List<WireModel>> AllWireModelsAsync(CancellationToken cancellationToken)
    {
        var all = new List<WireModel>();
        string? token = null;
        do
        {
            var call = HttpCall.Get("registered-models/search", ("max_results", ModelsPage.ToString(CultureInfo.InvariantCulture)), ("page_token", token));
            var page = await channel.SendAsync(call, WireJson.Default.WireModelsAnswer, cancellationToken).ConfigureAwait(false);
            all.AddRange(page.RegisteredModels ?? []);
            token = page.NextPageToken is { Length: > 0 } next && next != token ? next : null;
        }
        while (token is not null);
        return all;
    }

    public async ValueTask<List<ModelVersion>> AllVersionsAsync(CancellationToken cancellationToken)
    {
        var all = new List<ModelVersion>();
        string? token = null;
        do
        {
            var call = HttpCall.Get("model-versions/search", ("max_results", VersionsPage.ToString(CultureInfo.InvariantCulture)), ("page_token", token));
            var page = await channel.SendAsync(call, WireJson.Default.WireModelVersionsAnswer, cancellationToken).ConfigureAwait(false);
            foreach (var version in page.ModelVersions ?? []) all.Add(await ToVersionAsync(version, cancellationToken).ConfigureAwait(false));
            token = page.NextPageToken is { Length: > 0 } next && next != token ? next : null;
        }
        while (token is not null);
        if (channel.IsDialect) return all;
        // A stock server's versions are listed without their aliases.
        var aliases = (await AllWireModelsAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(model => model.Name, AliasesOf, StringComparer.Ordinal);
        return [.. all.Select(version => aliases.TryGetValue(version.Model, out var known) ? WithAliases(version, known) : version)];
    }

    public ValueTask<RunLink> GetRunAsync(RunId run, CancellationToken cancellationToken) => links.GetAsync(run, cancellationToken);

    public ValueTask<Stream> OpenAsync(string source, string path, CancellationToken cancellationToken) => artifacts.OpenAsync(source, default, path, cancellationToken);

    public async ValueTask<RegisteredModel> ToModelAsync(WireModel model, CancellationToken cancellationToken)
    {
        var latest = new List<ModelVersion>();
        var aliases = AliasesOf(model);
        foreach (var version in model.LatestVersions ?? []) latest.Add(WithAliases(await ToVersionAsync(version, cancellationToken).ConfigureAwait(false), aliases));
        return new RegisteredModel
        {
            Name = model.Name,
            Description = model.Description ?? "",
            CreationTime = WireTime.Of(model.CreationTimestamp),
            LastUpdateTime = WireTime.Of(model.LastUpdatedTimestamp),
            Tags = TagsOf(model.Tags),
            Aliases = aliases,
            LatestVersions = [.. latest.OrderBy(version => version.Stage)],
            Gates = new Dictionary<PromotionTarget, PromotionGate>(),
        };
    }

    public async ValueTask<ModelVersion> ToVersionAsync(WireModelVersion version, CancellationToken cancellationToken)
    {
        var link = RunId.TryParse(version.RunId, null, out var run) ? await links.FindAsync(run, cancellationToken).ConfigureAwait(false) : null;
        return new ModelVersion
        {
            Model = version.Name,
            Number = NumberOf(version.Version),
            Source = version.Source ?? "",
            Run = link?.Local ?? (run.IsEmpty ? null : run),
            ArtifactFolder = link is null ? null : FolderOf(version.Source, link),
            Description = version.Description ?? "",
            Stage = ModelReference.TryParseStage(version.CurrentStage ?? "", out var stage) ? stage : ModelStage.None,
            Tags = TagsOf(version.Tags),
            Aliases = [.. (version.Aliases ?? []).Order(StringComparer.Ordinal)],
            User = version.UserId is { Length: > 0 } user ? user : "unknown",
            CreationTime = WireTime.Of(version.CreationTimestamp),
            LastUpdateTime = WireTime.Of(version.LastUpdatedTimestamp),
        };
    }

    public LifecycleNotFoundException NoSuchModel(string name) => new($"The server {channel.Address} has no registered model '{NameRules.Shorten(name)}'.") { Store = channel.Address };

    public LifecycleNotFoundException NoSuchVersion(string name, int version) =>
        new(FormattableString.Invariant($"The server {channel.Address} has no version {version} of a model '{NameRules.Shorten(name)}'.")) { Store = channel.Address };

    /// <summary>The folder that a source means; null for all of a run's artifacts, or if it lies elsewhere.</summary>
    private static string? FolderOf(string? source, RunLink link)
    {
        foreach (var root in (string?[])[link.ArtifactUri, $"runs:/{link.ServerId}", $"runs:/{link.Local}"])
        {
            if (root is { Length: > 0 } && source is not null && source.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
                return source[(root.TrimEnd('/').Length + 1)..].TrimEnd('/');
        }

        return null;
    }

    private static Dictionary<string, int> AliasesOf(WireModel model) =>
        (model.Aliases ?? []).DistinctBy(alias => alias.Alias).ToDictionary(alias => alias.Alias, alias => NumberOf(alias.Version), StringComparer.Ordinal);

    private static ModelVersion WithAliases(ModelVersion version, Dictionary<string, int> aliases) => version with
    {
        Aliases = [.. aliases.Where(alias => alias.Value == version.Number).Select(alias => alias.Key).Order(StringComparer.Ordinal)],
    };

    private static Dictionary<string, string> TagsOf(IReadOnlyList<WireTag>? tags) =>
        (tags ?? []).DistinctBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);

    private static int NumberOf(string version) => int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private LifecycleException Empty(string endpoint) => new($"{endpoint} at {channel.Address}: the answer has nothing in it.") { Store = channel.Address };
}
