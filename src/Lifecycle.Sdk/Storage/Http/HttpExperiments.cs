namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Experiments as the server has them.</summary>
internal sealed class HttpExperiments(HttpChannel channel)
{
    private const int PageSize = 1_000;

    /// <summary>By id; null if there is none.</summary>
    public async ValueTask<WireExperiment?> FindAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(HttpCall.Get("experiments/get", ("experiment_id", id)), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsServerFault && !IsNumber(id))
        {
            // MLflow 3 with a database fails at ids that are no numbers, such as other stores have.
            return null;
        }
    }

    /// <summary>The ids that a search may name: some servers fail at ones that are not theirs.</summary>
    public async ValueTask<IReadOnlyList<string>> OwnAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (channel.IsDialect || ids.All(IsNumber)) return ids;
        var own = new List<string>();
        foreach (var id in ids)
        {
            if (IsNumber(id) || await FindAsync(id, cancellationToken).ConfigureAwait(false) is not null) own.Add(id);
        }

        return own;
    }

    /// <summary>By name, deleted or not; null if there is none.</summary>
    public async ValueTask<WireExperiment?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        await FindAsync(HttpCall.Get("experiments/get-by-name", ("experiment_name", name)), cancellationToken).ConfigureAwait(false)
        ?? (IsLong(name) ? await FindAsync(HttpCall.Get("experiments/get-by-name", ("experiment_name", WireKeys.Hashed(name))), cancellationToken).ConfigureAwait(false) : null);

    /// <summary>The id of the experiment that a run starts in: found, restored or created.</summary>
    public async ValueTask<string> EnsureAsync(string? id, string? name, CancellationToken cancellationToken)
    {
        var found = id is not null ? await FindAsync(id, cancellationToken).ConfigureAwait(false) : null;
        if (found is null)
        {
            name ??= "Default";
            found = await FindByNameAsync(name, cancellationToken).ConfigureAwait(false);
            if (found is null && await TryCreateAsync(name, null, cancellationToken).ConfigureAwait(false) is { } created) return created;
            // Somebody was faster.
            found ??= await FindByNameAsync(name, cancellationToken).ConfigureAwait(false)
                ?? throw new LifecycleException($"The server {channel.Address} says that there is an experiment '{NameRules.Shorten(name)}', but does not find it.") { IsTransient = true, Store = channel.Address };
        }

        if (found.LifecycleStage == "deleted") await SetStageAsync(found.ExperimentId, LifecycleStage.Active, cancellationToken).ConfigureAwait(false);
        return found.ExperimentId;
    }

    /// <summary>Creates an experiment.</summary>
    /// <returns>Its id; null if the name is taken.</returns>
    public async ValueTask<string?> TryCreateAsync(string name, IReadOnlyDictionary<string, string>? tags, CancellationToken cancellationToken)
    {
        try
        {
            return await CreateAsync(name, tags ?? new Dictionary<string, string>(), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsRefusal && IsLong(name))
        {
            // Some databases have no room for it; others do, and there it is found by its name.
            var more = new Dictionary<string, string>(tags ?? new Dictionary<string, string>(), StringComparer.Ordinal) { [WireTags.FullName] = name };
            return await CreateAsync(WireKeys.Hashed(name), more, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<string?> CreateAsync(string name, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        var body = WireBody.Of(json =>
        {
            json.WriteString("name", name);
            if (tags.Count > 0) json.Tags("tags", tags.Select(tag => new WireTag(tag.Key, tag.Value)));
        });
        try
        {
            var created = await channel.SendAsync(HttpCall.Post("experiments/create", body), WireJson.Default.WireExperimentCreated, cancellationToken).ConfigureAwait(false);
            return created.ExperimentId;
        }
        catch (HttpFailureException e) when (e.IsTaken)
        {
            return null;
        }
    }

    public async ValueTask SetStageAsync(string id, LifecycleStage stage, CancellationToken cancellationToken)
    {
        var endpoint = stage == LifecycleStage.Deleted ? "experiments/delete" : "experiments/restore";
        using var _ = await channel.SendAsync(HttpCall.Post(endpoint, WireBody.Of(("experiment_id", id))), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RenameAsync(string id, string name, CancellationToken cancellationToken)
    {
        var body = WireBody.Of(("experiment_id", id), ("new_name", name));
        using var _ = await channel.SendAsync(HttpCall.Post("experiments/update", body), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask SetTagAsync(string id, string tag, string? value, CancellationToken cancellationToken)
    {
        var endpoint = value is null ? "experiments/delete-experiment-tag" : "experiments/set-experiment-tag";
        try
        {
            var body = WireBody.Of(("experiment_id", id), ("key", tag), ("value", value));
            using var _ = await channel.SendAsync(HttpCall.Post(endpoint, body), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (value is null && e.IsUnknownCall)
        {
            throw new LifecycleException($"The server {channel.Address} can't remove the tag '{tag}' of an experiment: that takes MLflow 3.11 or later. Set another value instead.", e) { Store = channel.Address };
        }
        catch (HttpFailureException e) when (value is null && e.IsMissing)
        {
            // There was none, which is as good.
        }
    }

    /// <summary>All experiments, deleted ones included.</summary>
    public async ValueTask<IReadOnlyList<WireExperiment>> AllAsync(CancellationToken cancellationToken)
    {
        var all = new List<WireExperiment>();
        string? token = null;
        do
        {
            var body = WireBody.Of(json =>
            {
                json.WriteNumber("max_results", PageSize);
                json.WriteString("view_type", "ALL");
                json.Text("page_token", token);
            });
            var page = await channel.SendAsync(HttpCall.Post("experiments/search", body), WireJson.Default.WireExperimentsAnswer, cancellationToken).ConfigureAwait(false);
            all.AddRange(page.Experiments ?? []);
            token = page.NextPageToken is { Length: > 0 } next && next != token ? next : null;
        }
        while (token is not null);
        return all;
    }

    public async ValueTask<string[]> AllIdsAsync(CancellationToken cancellationToken) =>
        [.. (await AllAsync(cancellationToken).ConfigureAwait(false)).Select(experiment => experiment.ExperimentId)];

    public static ExperimentInfo ToInfo(WireExperiment experiment) => new()
    {
        Id = experiment.ExperimentId,
        Name = experiment.Tags?.FirstOrDefault(tag => tag.Key == WireTags.FullName)?.Value is { } full && WireKeys.Hashed(full) == experiment.Name ? full : experiment.Name,
        Stage = experiment.LifecycleStage == "deleted" ? LifecycleStage.Deleted : LifecycleStage.Active,
        CreationTime = WireTime.Of(experiment.CreationTime ?? 0),
        LastUpdateTime = WireTime.Of(experiment.LastUpdateTime ?? experiment.CreationTime ?? 0),
        Tags = (experiment.Tags ?? []).Where(tag => tag.Key != WireTags.FullName).DistinctBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal),
    };

    private static bool IsNumber(string id) => id.Length is > 0 and < 19 && id.All(char.IsAsciiDigit);

    private bool IsLong(string name) => !channel.IsDialect && name.Length > WireLimits.ExperimentName;

    private async ValueTask<WireExperiment?> FindAsync(HttpCall call, CancellationToken cancellationToken)
    {
        try
        {
            return (await channel.SendAsync(call, WireJson.Default.WireExperimentAnswer, cancellationToken).ConfigureAwait(false)).Experiment;
        }
        catch (HttpFailureException e) when (e.IsMissing || e.IsRefusal)
        {
            return null;
        }
    }
}

/// <summary>The protocol's times.</summary>
internal static class WireTime
{
    private static readonly long Min = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Max = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Milliseconds since 1970; what lies outside the years 1 to 9999 is moved to their end.</summary>
    public static DateTimeOffset Of(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, Min, Max));
}
