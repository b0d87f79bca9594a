using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Runs as wholes: create, read, change, delete, search.</summary>
internal static class RunEndpoints
{
    private const int DefaultPage = 1_000;

    public static async Task CreateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var id = call.IsDialect && request.Text("run_id") is { } given ? ParseRun(given) : RunId.Parse(Guid.NewGuid().ToString("N"));
        call.Changes("run", id.ToString());
        // A client that did not hear the answer asks again; the run that it made then is the one it means, and only what it lacks is filled in.
        if (call.IsDialect && await call.Store.GetRunAsync(id, call.Aborted).ConfigureAwait(false) is { } known)
        {
            var again = new RunStarted(known.ExperimentId, null, known.Name, known.StartTime, ParentOf(request.Tags("tags")), UserOf(call, request));
            if (known.Stage == LifecycleStage.Active && (known.ParentId is null || known.User is null))
                await call.Store.ApplyAsync(new RunBatch { Run = id, Time = call.Time, Facts = [again] }, call.Aborted).ConfigureAwait(false);
            await AnswerRunAsync(call, await GetRunAsync(call, id).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        var experiment = await ExperimentEndpoints.FindAsync(call, request.Text("experiment_id") ?? "0").ConfigureAwait(false);
        ExperimentEndpoints.RequireActive(experiment);
        var tags = request.Tags("tags");
        foreach (var tag in tags) WireKeyRules.RequireTag(tag, call.IsDialect);
        var name = NameOf(request, tags) ?? RunNames.MakeUp(id);
        WireKeyRules.RequireName(name, "run name");
        var start = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(request.Int64("start_time") ?? 0, 0, MaxTime));
        List<RunFact> facts = [new RunStarted(experiment.Id, null, name, start, ParentOf(tags), UserOf(call, request))];
        facts.AddRange(tags.Where(tag => tag.Key != WireTags.RunName).Select(tag => new TagSet(tag.Key, tag.Value)));
        if (experiment.Tags.TryGetValue(ServerTags.ArtifactLocation, out var location)) facts.Add(new TagSet(ServerTags.ArtifactLocation, location));
        await call.Store.ApplyAsync(new RunBatch { Run = id, Time = call.Time, Facts = facts }, call.Aborted).ConfigureAwait(false);
        await AnswerRunAsync(call, await GetRunAsync(call, id).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task GetAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        await AnswerRunAsync(call, await GetRunAsync(call, ParseRun(request.RequiredRun())).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task UpdateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await GetRunAsync(call, ParseRun(request.RequiredRun())).ConfigureAwait(false);
        RequireActive(run);
        call.Changes("run", run.Id.ToString());
        var facts = new List<RunFact>();
        long? attempt = call.IsDialect ? request.Int64("attempt") : null;
        var isResume = attempt is not null && request.Text("status") == "RUNNING";
        if (request.Text("run_name") is { } name)
        {
            WireKeyRules.RequireName(name, "run name");
            facts.Add(new RunRenamed(name));
        }

        if (isResume) facts.Add(new RunResumed(request.Int64("from_step")));
        else if (request.Text("status") is { } text) facts.Add(Status(call, request, run, WireStatus.Parse(text)));
        else if (request.Int64("end_time") is not null) facts.Add(Status(call, request, run, run.Status));
        if (facts.Count > 0)
        {
            var batch = new RunBatch { Run = run.Id, Time = call.Time, Attempt = attempt ?? RunBatch.LatestAttempt, Facts = facts, Conditions = BatchConditions.ActiveRun };
            // A status that a writer of the dialect sets for its own attempt does not hold once another has taken over.
            if (attempt is { } own && !isResume && run.Attempts.Any(other => other.Id > own)) batch = batch with { Facts = [.. facts.Where(fact => fact is not RunStatusChanged)] };
            await ApplyAsync(call, batch).ConfigureAwait(false);
            run = await GetRunAsync(call, run.Id).ConfigureAwait(false);
        }

        await call.AnswerAsync(new WireRunUpdated(WireMapping.ToInfo(run, call.IsDialect)), WireJson.Default.WireRunUpdated).ConfigureAwait(false);
    }

    public static Task DeleteAsync(ApiCall call) => ChangeStageAsync(call, LifecycleStage.Deleted);

    public static Task RestoreAsync(ApiCall call) => ChangeStageAsync(call, LifecycleStage.Active);

    public static async Task SearchAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var filter = RunSearchRewriter.Rewrite(SearchParser.ParseRunFilter(request.Text("filter")), call.IsDialect);
        IReadOnlyList<SearchOrder> order = [.. SearchParser.ParseRunOrder(request.Texts("order_by")).Select(RunSearchRewriter.Rewrite)];
        var query = new RunQuery
        {
            ExperimentIds = request.Texts("experiment_ids"),
            Filter = filter,
            OrderBy = order,
            View = ExperimentEndpoints.ViewOf(request, "run_view_type"),
            MaxResults = request.MaxResults(DefaultPage, SearchLimits.PageSize),
            PageToken = request.Text("page_token"),
        };
        var page = await call.Store.SearchRunsAsync(query, call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(
            new WireRunsAnswer(WireMapping.NullIfEmpty([.. page.Items.Select(run => WireMapping.ToRun(run, call.IsDialect))]), page.NextPageToken),
            WireJson.Default.WireRunsAnswer).ConfigureAwait(false);
    }

    /// <exception cref="ApiException">There is none.</exception>
    public static async ValueTask<RunInfo> GetRunAsync(ApiCall call, RunId id) =>
        await call.Store.GetRunAsync(id, call.Aborted).ConfigureAwait(false) ?? throw ApiException.NoSuchRun(id.ToString());

    /// <summary>Reads a run's id; what can't be one is one that does not exist.</summary>
    public static RunId ParseRun(string text) => RunId.TryParse(text, null, out var id) ? id : throw ApiException.NoSuchRun(text);

    public static void RequireActive(RunInfo run)
    {
        if (run.Stage == LifecycleStage.Deleted) throw ApiException.Refused($"The run {run.Id} must be in the 'active' state. Current state is deleted.");
    }

    /// <summary>Applies a direct change, or answers why it is refused.</summary>
    public static async ValueTask ApplyAsync(ApiCall call, RunBatch batch)
    {
        var result = await call.Store.ApplyAsync(batch, call.Aborted).ConfigureAwait(false);
        if (result is { Applied: false, Conflicts.Count: > 0 }) throw ApiException.Refused(string.Join(' ', result.Conflicts));
    }

    private static long MaxTime { get; } = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private static RunStatusChanged Status(ApiCall call, ApiRequest request, RunInfo run, RunStatus status)
    {
        var end = request.Int64("end_time") is { } given ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(given, 0, MaxTime))
            : status is RunStatus.Running or RunStatus.Scheduled ? null : run.EndTime;
        return new RunStatusChanged(status, end, call.IsDialect ? request.Text("error") : null);
    }

    private static string? UserOf(ApiCall call, ApiRequest request) => call.User ?? Find(request.Tags("tags"), WireTags.User) ?? request.Text("user_id");

    private static RunId? ParentOf(IReadOnlyList<WireTag> tags) => Find(tags, WireTags.ParentRunId) is { } id && RunId.TryParse(id, null, out var parent) ? parent : null;

    private static string? NameOf(ApiRequest request, IReadOnlyList<WireTag> tags)
    {
        var (field, tag) = (request.Text("run_name"), Find(tags, WireTags.RunName));
        if (field is not null && tag is not null && field != tag)
            throw ApiException.Refused($"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{ApiException.Shorten(field)}', mlflow.runName='{ApiException.Shorten(tag)}').");
        return field ?? tag;
    }

    private static string? Find(IReadOnlyList<WireTag> tags, string key) => tags.LastOrDefault(tag => tag.Key == key)?.Value is { Length: > 0 } value ? value : null;

    private static async Task ChangeStageAsync(ApiCall call, LifecycleStage stage)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await GetRunAsync(call, ParseRun(request.RequiredRun())).ConfigureAwait(false);
        call.Changes("run", run.Id.ToString());
        if (run.Stage != stage) await ApplyAsync(call, new RunBatch { Run = run.Id, Time = call.Time, Facts = [new RunStageChanged(stage)] }).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    private static Task AnswerRunAsync(ApiCall call, RunInfo run) =>
        call.AnswerAsync(new WireRunAnswer(WireMapping.ToRun(run, call.IsDialect)), WireJson.Default.WireRunAnswer);
}
