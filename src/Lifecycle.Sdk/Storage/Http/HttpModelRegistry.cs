using System.Globalization;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// The model registry of a tracking server. It keeps no ledger, so gates, history and rollback are not to be had; who changed what is the server's matter, by
/// the credentials it was given.
/// </summary>
internal sealed partial class HttpModelRegistry(HttpRegistry server, string actor) : ModelRegistry
{
    private const int MaxActor = 250;

    public override string Actor => actor;

    public override ModelRegistry As(string actor)
    {
        NameRules.RequireLine(actor, "actor", MaxActor);
        return new HttpModelRegistry(server, actor);
    }

    public override async Task<RegisteredModel> CreateModelAsync(
        string name, string description = "", IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        NameRules.RequireModelName(name);
        NameRules.RequireValue(description, "description");
        var wire = CheckedTags(tags);
        var body = WireBody.Of(json =>
        {
            json.WriteString("name", name);
            json.Text("description", description.Length == 0 ? null : description);
            if (wire.Count > 0) json.Tags("tags", wire);
        });
        try
        {
            return await server.ToModelAsync(await server.CreateModelAsync(body, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsTaken)
        {
            throw Taken(name);
        }
    }

    public override async Task<RegisteredModel> GetModelAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return await server.ToModelAsync(await server.GetModelAsync(name, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    public override async Task<RegisteredModel> UpdateModelAsync(string name, ModelUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        Check(update);
        await ChangeAsync("registered-models", [("name", name)], update, server.NoSuchModel(name), cancellationToken).ConfigureAwait(false);
        return await GetModelAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public override async Task<RegisteredModel> RenameModelAsync(string name, string newName, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        NameRules.RequireModelName(newName);
        try
        {
            if (name != newName) await server.SendAsync(HttpMethod.Post, "registered-models/rename", WireBody.Of(("name", name), ("new_name", newName)), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsTaken)
        {
            throw Taken(newName);
        }
        catch (HttpFailureException e) when (e.IsMissing)
        {
            throw server.NoSuchModel(name);
        }

        return await GetModelAsync(newName, cancellationToken).ConfigureAwait(false);
    }

    public override Task DeleteModelAsync(string name, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SendAsync(HttpMethod.Delete, "registered-models/delete", WireBody.Of(("name", name)), server.NoSuchModel(name), cancellationToken);
    }

    public override async Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        SearchValidator.RequireValid(query, SearchTarget.Models);
        return SearchEvaluator.Find(await server.AllModelsAsync(cancellationToken).ConfigureAwait(false), query);
    }

    public override async Task<ModelVersion> UpdateVersionAsync(string name, int version, ModelUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        Check(update);
        await ChangeAsync("model-versions", [("name", name), ("version", Text(version))], update, server.NoSuchVersion(name, version), cancellationToken).ConfigureAwait(false);
        return await GetVersionAsync(name, version, cancellationToken).ConfigureAwait(false);
    }

    public override async Task DeleteVersionAsync(string name, int version, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        // MLflow's servers leave the aliases of a deleted version behind, pointing nowhere.
        foreach (var alias in (await server.GetModelAsync(name, cancellationToken).ConfigureAwait(false)).Aliases ?? [])
        {
            if (alias.Version == Text(version)) await DeleteAliasAsync(name, alias.Alias, reason, cancellationToken).ConfigureAwait(false);
        }

        var body = WireBody.Of(("name", name), ("version", Text(version)));
        await SendAsync(HttpMethod.Delete, "model-versions/delete", body, server.NoSuchVersion(name, version), cancellationToken).ConfigureAwait(false);
    }

    public override async Task<Page<ModelVersion>> SearchVersionsAsync(ModelQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        SearchValidator.RequireValid(query, SearchTarget.Versions);
        return SearchEvaluator.Find(await server.AllVersionsAsync(cancellationToken).ConfigureAwait(false), query);
    }

    public override async Task<ModelVersion> ResolveAsync(string reference, CancellationToken cancellationToken = default)
    {
        var parsed = ModelReference.Parse(reference);
        if (parsed.Alias is { } alias) return await WithArtifactsAsync(await server.GetByAliasAsync(parsed.Model, alias, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (parsed.Version is { } number) return await GetVersionAsync(parsed.Model, number, cancellationToken).ConfigureAwait(false);
        var model = await GetModelAsync(parsed.Model, cancellationToken).ConfigureAwait(false);
        var newest = model.LatestVersions.Where(version => parsed.Stage is null || version.Stage == parsed.Stage).MaxBy(version => version.Number)
            ?? throw new LifecycleNotFoundException($"The model '{parsed.Model}' at {server.Store.Address} has no version that '{NameRules.Shorten(reference)}' means.") { Store = server.Store.Address };
        return await GetVersionAsync(parsed.Model, newest.Number, cancellationToken).ConfigureAwait(false);
    }

    public override async Task<ModelVersion> SetAliasAsync(string name, string alias, int version, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        NameRules.RequireModelAlias(alias);
        var body = WireBody.Of(("name", name), ("alias", alias), ("version", Text(version)));
        await SendAsync(HttpMethod.Post, "registered-models/alias", body, server.NoSuchVersion(name, version), cancellationToken).ConfigureAwait(false);
        return await GetVersionAsync(name, version, cancellationToken).ConfigureAwait(false);
    }

    public override async Task DeleteAliasAsync(string name, string alias, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        NameRules.RequireModelAlias(alias);
        try
        {
            await server.SendAsync(HttpMethod.Delete, "registered-models/alias", WireBody.Of(("name", name), ("alias", alias)), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsMissing)
        {
            // No alias is as good; no model is not.
            await server.GetModelAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async Task<ModelVersion> SetStageAsync(
        string name, int version, ModelStage stage, bool archiveExisting = false, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Enum.IsDefined(stage)) throw new ArgumentException($"The stage {(int)stage} is not known.", nameof(stage));
        if (archiveExisting && stage is not (ModelStage.Staging or ModelStage.Production))
            throw new ArgumentException($"Archiving what is in {stage} makes no sense: only for Staging and Production.", nameof(archiveExisting));
        var body = WireBody.Of(json =>
        {
            json.WriteString("name", name);
            json.WriteString("version", Text(version));
            json.WriteString("stage", stage.ToString());
            json.WriteBoolean("archive_existing_versions", archiveExisting);
        });
        await SendAsync(HttpMethod.Post, "model-versions/transition-stage", body, server.NoSuchVersion(name, version), cancellationToken).ConfigureAwait(false);
        return await GetVersionAsync(name, version, cancellationToken).ConfigureAwait(false);
    }

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    private static List<WireTag> CheckedTags(IReadOnlyDictionary<string, string>? tags)
    {
        Check(new ModelUpdate { Tags = (tags ?? new Dictionary<string, string>()).ToDictionary(tag => tag.Key, tag => (string?)tag.Value) });
        return [.. (tags ?? new Dictionary<string, string>()).Select(tag => new WireTag(tag.Key, tag.Value))];
    }

    private static void Check(ModelUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (update.Description is { } description) NameRules.RequireValue(description, "description");
        foreach (var (tag, value) in update.Tags)
        {
            NameRules.RequireTagName(tag);
            if (value is not null) NameRules.RequireValue(value, "tag value");
        }
    }

    /// <summary>Sends what an update says; each part is a call of its own.</summary>
    private async Task ChangeAsync(
        string what, (string, string?)[] names, ModelUpdate update, LifecycleNotFoundException missing, CancellationToken cancellationToken)
    {
        if (update.Description is { } description) await SendAsync(HttpMethod.Patch, $"{what}/update", WireBody.Of([.. names, ("description", description)]), missing, cancellationToken).ConfigureAwait(false);
        foreach (var (tag, value) in update.Tags)
        {
            if (value is not null)
            {
                await SendAsync(HttpMethod.Post, $"{what}/set-tag", WireBody.Of([.. names, ("key", tag), ("value", value)]), missing, cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                await server.SendAsync(HttpMethod.Delete, $"{what}/delete-tag", WireBody.Of([.. names, ("key", tag)]), cancellationToken).ConfigureAwait(false);
            }
            catch (HttpFailureException e) when (e.IsMissing)
            {
                // No tag is as good; that the model is there shows when it is read again.
            }
        }
    }

    private async Task SendAsync(HttpMethod method, string endpoint, ReadOnlyMemory<byte> body, LifecycleNotFoundException missing, CancellationToken cancellationToken)
    {
        try
        {
            await server.SendAsync(method, endpoint, body, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsMissing)
        {
            throw missing;
        }
    }

    private LifecycleConflictException Taken(string name) =>
        new($"There is a registered model '{NameRules.Shorten(name)}' at {server.Store.Address} already.") { Store = server.Store.Address };
}
