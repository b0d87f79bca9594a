using System.Text.Json;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// Keeps logged models in the store, without a place of their own there: the record is a tag of a run, the files are artifacts of that run below
/// <c>models/ID</c>, where people who look at the run find them. Nothing is remembered outside of the store.
/// </summary>
internal sealed class LoggedModels(TrackingServer server)
{
    private TrackingStore Store => server.Tracker.Store;

    /// <exception cref="ApiException">There is none.</exception>
    public async ValueTask<LoggedModel> GetAsync(string id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false)
        ?? throw new ApiException(WireError.ResourceDoesNotExist, $"Logged model with ID '{ApiException.Shorten(id)}' not found.");

    public async ValueTask<LoggedModel?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!id.StartsWith("m-", StringComparison.Ordinal) || id.Length > 64) return null;
        var tag = ServerTags.LoggedModelPrefix + id;
        var filter = new ComparisonExpression(new SearchField(SearchEntity.Tag, tag), ComparisonOperator.Like, "%");
        var page = await Store.SearchRunsAsync(new RunQuery { Filter = filter, View = StageView.All, MaxResults = 1 }, cancellationToken).ConfigureAwait(false);
        return page.Items is [var run] ? Read(run, tag) : null;
    }

    /// <summary>Creates a model; one without a source run gets a run of its own.</summary>
    public async ValueTask<LoggedModel> CreateAsync(ApiCall call, LoggedModel model)
    {
        if (model.SourceRunId is { } source)
        {
            model = model with { Run = (await RunEndpoints.GetRunAsync(call, RunEndpoints.ParseRun(source)).ConfigureAwait(false)).Id };
            await SaveAsync(model).ConfigureAwait(false);
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
                    Facts = [new RunStarted(model.ExperimentId, null, $"model {model.Name}", now, null, call.User), RecordOf(model), new RunStatusChanged(RunStatus.Finished, now, null)],
                },
                call.Aborted).ConfigureAwait(false);
        }

        return model;
    }

    public async ValueTask<LoggedModel> ChangeAsync(string id, Func<LoggedModel, LoggedModel> change, CancellationToken cancellationToken)
    {
        var model = change(await GetAsync(id, cancellationToken).ConfigureAwait(false)) with { LastUpdateTime = server.Now.ToUnixTimeMilliseconds() };
        await SaveAsync(model).ConfigureAwait(false);
        return model;
    }

    /// <summary>Removes the record; the files stay with their run.</summary>
    public async ValueTask DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var model = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        await LogAsync(model.Run, new TagDeleted(model.TagName)).ConfigureAwait(false);
    }

    /// <summary>All models of some experiments, the newest first.</summary>
    public async ValueTask<List<LoggedModel>> ListAsync(IReadOnlyList<string> experimentIds, CancellationToken cancellationToken)
    {
        var models = new List<LoggedModel>();
        var query = new RunQuery { ExperimentIds = experimentIds };
        do
        {
            var page = await Store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (var run in page.Items)
            {
                foreach (var tag in run.Tags.Keys.Where(tag => tag.StartsWith(ServerTags.LoggedModelPrefix, StringComparison.Ordinal)))
                {
                    if (Read(run, tag) is { } model) models.Add(model);
                }
            }

            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);
        return [.. models.OrderByDescending(model => model.CreationTime).ThenBy(model => model.Id, StringComparer.Ordinal)];
    }

    private static TagSet RecordOf(LoggedModel model) => new(model.TagName, JsonSerializer.Serialize(model, ServerJson.Default.LoggedModel));

    private ValueTask SaveAsync(LoggedModel model) => LogAsync(model.Run, RecordOf(model));

    private async ValueTask LogAsync(RunId run, RunFact fact)
    {
        if (await server.Writers.LogAsync(run, new RunEntry(server.Now, [fact], [])).ConfigureAwait(false) is { Count: > 0 } refusals) throw ApiException.Refused(string.Join(' ', refusals));
    }

    private static LoggedModel? Read(RunInfo run, string tag)
    {
        try
        {
            return JsonSerializer.Deserialize(run.Tags[tag], ServerJson.Default.LoggedModel) is { } model ? model with { Run = run.Id } : null;
        }
        catch (JsonException)
        {
            return null; // Changed by hand.
        }
    }
}
