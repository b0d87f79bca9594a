using System.Collections.Concurrent;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Finds the server's run for ours, and creates it if there is none: once, whatever is lost on the way.</summary>
internal sealed class RunLinks(HttpChannel channel, HttpExperiments experiments, int maxTries) : IDisposable
{
    private const int MaxLinks = 4_096;
    private const int ExperimentsPerSearch = 500;
    private readonly ConcurrentDictionary<RunId, RunLink> _links = new();
    private readonly SemaphoreSlim _creating = new(1, 1);
    private readonly ConcurrentDictionary<ContentDigest, DeliveredContent> _delivered = new();

    /// <summary>The run that a batch is for.</summary>
    /// <exception cref="LifecycleNotFoundException">The server has none, and the batch does not start it.</exception>
    public async ValueTask<RunLink> EnsureAsync(RunBatch batch, CancellationToken cancellationToken)
    {
        var started = batch.Facts.OfType<RunStarted>().FirstOrDefault();
        // A server that honours the id fills in by itself what a second start says more than the first.
        if (_links.TryGetValue(batch.Run, out var known) && !(started is not null && channel.IsDialect)) return known;
        await _creating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var found = await FindAsync(batch.Run, cancellationToken).ConfigureAwait(false);
            if (found is not null && !(started is not null && channel.IsDialect)) return found;
            return await CreateAsync(batch.Run, started ?? throw NoSuchRun(batch.Run), batch.Time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _creating.Release();
        }
    }

    /// <summary>The run by our id or the server's; null if the server has none.</summary>
    public async ValueTask<RunLink?> FindAsync(RunId run, CancellationToken cancellationToken) =>
        _links.TryGetValue(run, out var known) ? known
        : await ReadAsync(run, cancellationToken).ConfigureAwait(false) is { } found ? Remember(run, found) : null;

    /// <exception cref="LifecycleNotFoundException">The server has none.</exception>
    public async ValueTask<RunLink> GetAsync(RunId run, CancellationToken cancellationToken) =>
        await FindAsync(run, cancellationToken).ConfigureAwait(false) ?? throw NoSuchRun(run);

    /// <summary>The run as the server has it now; null if it has none.</summary>
    public async ValueTask<WireRun?> ReadAsync(RunId run, CancellationToken cancellationToken)
    {
        if (_links.TryGetValue(run, out var link))
        {
            if (await GetFromServerAsync(link.ServerId, cancellationToken).ConfigureAwait(false) is { } read) return read;
            Forget(run); // Removed for good on the server; perhaps it is there under another id.
        }

        if (await GetFromServerAsync(run.ToString(), cancellationToken).ConfigureAwait(false) is { } direct) return direct;
        return channel.IsDialect ? null : await SearchAsync(run, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Remembers where a content was delivered to.</summary>
    public void Delivered(ContentDigest digest, DeliveredContent place)
    {
        if (_delivered.Count >= MaxLinks) _delivered.Clear();
        _delivered[digest] = place;
    }

    public DeliveredContent? FindDelivered(ContentDigest digest) => _delivered.GetValueOrDefault(digest);

    public void Forget(RunId run) => _links.TryRemove(run, out _);

    public LifecycleNotFoundException NoSuchRun(RunId run) => new($"The server {channel.Address} has no run '{run}'.") { Store = channel.Address, Run = run };

    public void Dispose()
    {
        foreach (var link in _links.Values) link.Dispose();
        _creating.Dispose();
    }

    private RunLink Remember(RunId asked, WireRun run) => Remember(asked, RunLink.Of(run));

    private RunLink Remember(RunId asked, RunLink link)
    {
        if (_links.Count >= MaxLinks) _links.Clear(); // Each can be found again.
        if (link.Local == asked) return _links.GetOrAdd(asked, link);
        // Asked by the server's id: one link for both, so that they share a gate.
        link = _links.GetOrAdd(link.Local, link);
        return _links.GetOrAdd(asked, link);
    }

    private async ValueTask<WireRun?> GetFromServerAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await channel.SendAsync(HttpCall.Get("runs/get", ("run_id", id)), WireJson.Default.WireRunAnswer, cancellationToken).ConfigureAwait(false);
            return answer.Run;
        }
        catch (HttpFailureException e) when (e.IsMissing || e.IsRefusal)
        {
            // Servers with ids of another form refuse ours instead of saying that there is no such run.
            return null;
        }
    }

    /// <summary>Looks for the tag that a run gets when it is created.</summary>
    private async ValueTask<WireRun?> SearchAsync(RunId run, CancellationToken cancellationToken)
    {
        var ids = await experiments.AllIdsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var some in ids.Chunk(ExperimentsPerSearch))
        {
            if (await SearchAsync(run, some, cancellationToken).ConfigureAwait(false) is { } found) return found;
        }

        return null;
    }

    private async ValueTask<WireRun?> SearchAsync(RunId run, string[] experimentIds, CancellationToken cancellationToken)
    {
        var body = WireBody.Of(json =>
        {
            json.Texts("experiment_ids", experimentIds);
            json.WriteString("filter", $"tags.`{WireTags.RunId}` = '{run}'");
            json.WriteString("run_view_type", "ALL");
            json.WriteNumber("max_results", 2);
        });
        var answer = await channel.SendAsync(HttpCall.Post("runs/search", body), WireJson.Default.WireRunsAnswer, cancellationToken).ConfigureAwait(false);
        return answer.Runs is [var first, ..] ? first : null;
    }

    private async ValueTask<RunLink> CreateAsync(RunId run, RunStarted started, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var experiment = await experiments.EnsureAsync(started.ExperimentId, started.ExperimentName, cancellationToken).ConfigureAwait(false);
        var parent = started.Parent is { } nested && await FindAsync(nested, cancellationToken).ConfigureAwait(false) is { } link ? link.ServerId : started.Parent?.ToString();
        var call = HttpCall.Post("runs/create", BodyOf(run, started, experiment, parent)) with { IsRepeatable = channel.IsDialect, Time = time };
        for (var tries = 1; ; tries++)
        {
            try
            {
                var created = await channel.SendAsync(call, WireJson.Default.WireRunAnswer, cancellationToken).ConfigureAwait(false);
                if (created.Run is { } made) return Remember(run, RunLink.Of(run, made));
                throw new LifecycleException($"{call} at {channel.Address}: the answer has no run.") { Store = channel.Address, Run = run };
            }
            catch (HttpFailureException e) when (e.IsTransient)
            {
                // Nobody knows whether there is a run now. Only when the server says that there is none may it be created again.
                var found = channel.IsDialect ? await GetFromServerAsync(run.ToString(), cancellationToken).ConfigureAwait(false)
                    : await SearchAsync(run, [experiment], cancellationToken).ConfigureAwait(false);
                if (found is not null) return Remember(run, found);
                if (tries >= maxTries) throw;
            }
        }
    }

    private ReadOnlyMemory<byte> BodyOf(RunId run, RunStarted started, string experiment, string? parent)
    {
        var tags = new List<WireTag>();
        if (!channel.IsDialect) tags.Add(new WireTag(WireTags.RunId, run.ToString()));
        if (parent is not null) tags.Add(new WireTag(WireTags.ParentRunId, channel.IsDialect ? started.Parent!.Value.ToString() : parent));
        // A longer one follows with the run's other tags.
        if (started.User is { } user && (channel.IsDialect || WireText.Fits(user, WireLimits.TagValue))) tags.Add(new WireTag(WireTags.User, user));
        var name = channel.IsDialect ? started.Name : WireText.RunName(started.Name);
        if (name != started.Name) tags.Add(new WireTag(WireTags.FullName, started.Name));
        return WireBody.Of(json =>
        {
            if (channel.IsDialect) json.WriteString("run_id", run.ToString());
            json.WriteString("experiment_id", experiment);
            json.WriteString("run_name", name);
            if (channel.IsDialect || started.User is null || WireText.Fits(started.User, WireLimits.UserId)) json.Text("user_id", started.User);
            json.WriteNumber("start_time", started.StartTime.ToUnixTimeMilliseconds());
            json.Tags("tags", tags);
        });
    }
}

/// <summary>Where a content is on the server.</summary>
internal sealed record DeliveredContent(string? ArtifactUri, RunId Run, string Key);
