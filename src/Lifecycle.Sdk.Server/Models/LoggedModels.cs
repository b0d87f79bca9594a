using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// Keeps logged models in the store, without a place of their own there: the record is in tags of a run, the files are artifacts of that run below
/// <c>models/ID</c>, where people who look at the run find them. Nothing is remembered outside of the store.
/// </summary>
internal sealed class LoggedModels(TrackingServer server)
{
    private TrackingStore Store => server.Tracker.Store;

    /// <exception cref="ApiException">There is none.</exception>
    public async ValueTask<LoggedModel> GetAsync(string id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false)
        ?? throw new ApiException(WireError.ResourceDoesNotExist, $"Logged model with ID '{ApiException.Shorten(id)}' not found.");

    public async ValueTask<LoggedModel?> FindAsync(string id, CancellationToken cancellationToken) =>
        await FindRunAsync(id, cancellationToken).ConfigureAwait(false) is { } run ? LoggedModelTags.Read(run, id) : null;

    /// <summary>Creates a model; one without a source run gets a run of its own.</summary>
    public async ValueTask<LoggedModel> CreateAsync(ApiCall call, LoggedModel model)
    {
        if (model.SourceRunId is { } source)
        {
            model = model with { Run = (await RunEndpoints.GetRunAsync(call, RunEndpoints.ParseRun(source)).ConfigureAwait(false)).Id };
            await LogAsync(model.Run, LoggedModelTags.Write(model)).ConfigureAwait(false);
        }
        else
        {
            // Run and record in one batch: what is refused must have changed nothing.
            model = model with { Run = RunId.Parse(Guid.NewGuid().ToString("N")) };
            var now = server.Now;
            await Store.ApplyAsync(
                new RunBatch
                {
                    Run = model.Run,
                    Time = now,
                    Facts =
                    [
                        new RunStarted(model.ExperimentId, null, $"model {model.Name}", now, null, call.User),
                        new TagSet(ServerTags.IsModelHome, "true"),
                        .. LoggedModelTags.Write(model),
                        new RunStatusChanged(RunStatus.Finished, now, null),
                    ],
                },
                call.Aborted).ConfigureAwait(false);
        }

        return model;
    }

    public async ValueTask<LoggedModel> ChangeAsync(string id, Func<LoggedModel, LoggedModel> change, CancellationToken cancellationToken)
    {
        var model = change(await GetAsync(id, cancellationToken).ConfigureAwait(false)) with { LastUpdateTime = server.Now.ToUnixTimeMilliseconds() };
        await LogAsync(model.Run, LoggedModelTags.Write(model)).ConfigureAwait(false);
        return model;
    }

    /// <summary>Keeps what was logged to a run about models. A point about a model that nobody knows, or that was deleted with its run, is one of the run all the same.</summary>
    public async ValueTask LogMetricsAsync(RunId run, IReadOnlyList<LoggedModelMetric> points, CancellationToken cancellationToken)
    {
        var logged = await Store.GetRunAsync(run, cancellationToken).ConfigureAwait(false);
        foreach (var ofModel in points.GroupBy(point => point.ModelId, StringComparer.Ordinal))
        {
            var isHere = logged is not null && logged.Tags.ContainsKey(ServerTags.LoggedModelPrefix + ofModel.Key);
            var home = isHere ? logged : await FindRunAsync(ofModel.Key, cancellationToken).ConfigureAwait(false);
            if (home is not { Stage: LifecycleStage.Active }) continue;
            var facts = LoggedModelTags.Write(home, ofModel.Select(point => point with { RunId = run.ToString() }));
            if (facts.Count > 0) await LogAsync(home.Id, facts).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the record; the files stay with their run.</summary>
    public async ValueTask DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var model = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (await Store.GetRunAsync(model.Run, cancellationToken).ConfigureAwait(false) is { } run)
            await LogAsync(run.Id, [.. LoggedModelTags.Delete(run, model)]).ConfigureAwait(false);
    }

    /// <summary>All models of some experiments, the newest first.</summary>
    public async ValueTask<List<LoggedModel>> ListAsync(IReadOnlyList<string> experimentIds, CancellationToken cancellationToken)
    {
        var models = new List<LoggedModel>();
        var query = new RunQuery { ExperimentIds = experimentIds, Filter = Has(ServerTags.HasLoggedModels) };
        do
        {
            var page = await Store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (var run in page.Items) models.AddRange(LoggedModelTags.IdsOf(run).Select(id => LoggedModelTags.Read(run, id)).OfType<LoggedModel>());
            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);
        return [.. models.OrderByDescending(model => model.CreationTime).ThenBy(model => model.Id, StringComparer.Ordinal)];
    }

    private static ComparisonExpression Has(string tag) => new(new SearchField(SearchEntity.Tag, tag), ComparisonOperator.Like, "%");

    private async ValueTask<RunInfo?> FindRunAsync(string id, CancellationToken cancellationToken)
    {
        if (!id.StartsWith(LoggedModel.IdPrefix, StringComparison.Ordinal) || id.Length > 64) return null;
        var page = await Store.SearchRunsAsync(new RunQuery { Filter = Has(ServerTags.LoggedModelPrefix + id), View = StageView.All, MaxResults = 1 }, cancellationToken).ConfigureAwait(false);
        return page.Items is [var run] ? run : null;
    }

    private async ValueTask LogAsync(RunId run, IReadOnlyList<RunFact> facts)
    {
        if (await server.Writers.LogAsync(run, new RunEntry(server.Now, facts, [])).ConfigureAwait(false) is { Count: > 0 } refusals) throw ApiException.Refused(string.Join(' ', refusals));
    }
}
