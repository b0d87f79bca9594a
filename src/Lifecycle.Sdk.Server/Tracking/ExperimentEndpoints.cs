using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Experiments.</summary>
internal static class ExperimentEndpoints
{
    private const int MaxDatasets = 1_000;

    public static async Task CreateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        WireKeyRules.RequireName(name, "experiment name");
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in request.Tags("tags"))
        {
            WireKeyRules.RequireTag(tag, call.IsDialect);
            tags[tag.Key] = tag.Value;
        }

        if (request.Text("artifact_location") is { } location)
        {
            if (location.AsSpan().IndexOfAny('#', '?') >= 0)
                throw ApiException.Invalid("artifact_location", location, "it must not contain '#' or '?'.");
            tags[ServerTags.ArtifactLocation] = location.TrimEnd('/');
        }

        try
        {
            call.Creates("experiment");
            var created = await call.Store.CreateExperimentAsync(name, tags, call.Aborted).ConfigureAwait(false);
            call.Created("experiment", created.Id);
            await call.AnswerAsync(new WireExperimentCreated(created.Id), WireJson.Default.WireExperimentCreated).ConfigureAwait(false);
        }
        catch (LifecycleConflictException)
        {
            var known = await call.Store.GetExperimentByNameAsync(name, call.Aborted).ConfigureAwait(false);
            throw new ApiException(WireError.ResourceAlreadyExists, known is { Stage: LifecycleStage.Deleted }
                ? $"Experiment '{ApiException.Shorten(name)}' already exists in deleted state. You can restore the experiment, or permanently delete it to create a new one."
                : $"Experiment(name={ApiException.Shorten(name)}) already exists.");
        }
    }

    public static async Task GetAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var found = await FindAsync(call, request.Required("experiment_id")).ConfigureAwait(false);
        await call.AnswerAsync(new WireExperimentAnswer(WireMapping.ToExperiment(found)), WireJson.Default.WireExperimentAnswer).ConfigureAwait(false);
    }

    public static async Task GetByNameAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("experiment_name");
        var found = await call.Store.GetExperimentByNameAsync(name, call.Aborted).ConfigureAwait(false)
            ?? throw new ApiException(WireError.ResourceDoesNotExist, $"Could not find experiment with name '{ApiException.Shorten(name)}'");
        await call.AnswerAsync(new WireExperimentAnswer(WireMapping.ToExperiment(found)), WireJson.Default.WireExperimentAnswer).ConfigureAwait(false);
    }

    public static async Task SearchAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var page = await call.Store.SearchExperimentsAsync(
            new ExperimentQuery
            {
                Filter = SearchParser.ParseExperimentFilter(request.Text("filter")),
                OrderBy = SearchParser.ParseExperimentOrder(request.Texts("order_by")),
                View = ViewOf(request, "view_type"),
                MaxResults = request.MaxResults(0, SearchLimits.PageSize, isRequired: true),
                PageToken = request.Text("page_token"),
            },
            call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(
            new WireExperimentsAnswer(WireMapping.NullIfEmpty([.. page.Items.Select(WireMapping.ToExperiment)]), page.NextPageToken),
            WireJson.Default.WireExperimentsAnswer).ConfigureAwait(false);
    }

    public static Task DeleteAsync(ApiCall call) => ChangeAsync(call, _ => new ExperimentUpdate { Stage = LifecycleStage.Deleted });

    public static Task RestoreAsync(ApiCall call) => ChangeAsync(call, _ => new ExperimentUpdate { Stage = LifecycleStage.Active });

    public static async Task UpdateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var experiment = await FindAsync(call, request.Required("experiment_id")).ConfigureAwait(false);
        call.Changes("experiment", experiment.Id);
        if (request.Text("new_name") is { } name)
        {
            WireKeyRules.RequireName(name, "experiment name");
            RequireActive(experiment);
            await call.Store.UpdateExperimentAsync(experiment.Id, new ExperimentUpdate { Name = name }, call.Aborted).ConfigureAwait(false);
        }

        await call.DoneAsync().ConfigureAwait(false);
    }

    public static Task SetTagAsync(ApiCall call) => ChangeAsync(call, request =>
    {
        var tag = new WireTag(request.Required("key"), request.Given("value") ?? "");
        WireKeyRules.RequireTag(tag, call.IsDialect);
        return new ExperimentUpdate { Tags = new Dictionary<string, string?> { [tag.Key] = tag.Value } };
    });

    public static async Task DeleteTagAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var (experiment, key) = (await FindAsync(call, request.Required("experiment_id")).ConfigureAwait(false), request.Required("key"));
        if (!experiment.Tags.ContainsKey(key) || ServerTags.IsHidden(key))
            throw new ApiException(WireError.ResourceDoesNotExist, $"No tag with name: {ApiException.Shorten(key)} in experiment with id {experiment.Id}");
        call.Changes("experiment", experiment.Id);
        await call.Store.UpdateExperimentAsync(experiment.Id, new ExperimentUpdate { Tags = new Dictionary<string, string?> { [key] = null } }, call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task SearchDatasetsAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var found = new Dictionary<WireDatasetSummary, bool>();
        var query = new RunQuery { ExperimentIds = request.Texts("experiment_ids"), View = StageView.ActiveOnly };
        do
        {
            var page = await call.Store.SearchRunsAsync(query, call.Aborted).ConfigureAwait(false);
            foreach (var run in page.Items)
            {
                foreach (var input in run.Inputs) found.TryAdd(new WireDatasetSummary(run.ExperimentId, input.Name, input.Digest, input.Context), true);
            }

            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null && found.Count < MaxDatasets);
        await call.AnswerAsync(new WireDatasetSummaries(WireMapping.NullIfEmpty([.. found.Keys.Take(MaxDatasets)])), ServerJson.Default.WireDatasetSummaries).ConfigureAwait(false);
    }

    /// <exception cref="ApiException">There is none.</exception>
    public static async ValueTask<ExperimentInfo> FindAsync(ApiCall call, string id) =>
        await call.Store.GetExperimentAsync(id, call.Aborted).ConfigureAwait(false) ?? throw ApiException.NoSuchExperiment(id);

    public static void RequireActive(ExperimentInfo experiment)
    {
        if (experiment.Stage == LifecycleStage.Deleted)
            throw ApiException.Refused($"The experiment {experiment.Id} must be in the 'active' state. Current state is deleted.");
    }

    public static StageView ViewOf(ApiRequest request, string parameter) => request.Text(parameter) switch
    {
        null or "ACTIVE_ONLY" or "1" => StageView.ActiveOnly,
        "DELETED_ONLY" or "2" => StageView.DeletedOnly,
        "ALL" or "3" => StageView.All,
        { } other => throw ApiException.Invalid(parameter, other, "it must be ACTIVE_ONLY, DELETED_ONLY or ALL."),
    };

    private static async Task ChangeAsync(ApiCall call, Func<ApiRequest, ExperimentUpdate> updateOf)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var experiment = await FindAsync(call, request.Required("experiment_id")).ConfigureAwait(false);
        call.Changes("experiment", experiment.Id);
        await call.Store.UpdateExperimentAsync(experiment.Id, updateOf(request), call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }
}
