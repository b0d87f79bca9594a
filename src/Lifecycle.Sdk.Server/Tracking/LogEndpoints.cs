using System.Text.Json;
using System.Text.Json.Nodes;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>What is logged to a run: metrics, params, tags, datasets, models.</summary>
internal static class LogEndpoints
{
    public static async Task BatchAsync(ApiCall call)
    {
        using var body = await ApiBody.ReadAsync(call.Context, call.Server.Options.MaxRequestBytes).ConfigureAwait(false);
        await LogAsync(call, LogBatchReader.ReadBatch(body.Span, call.IsDialect)).ConfigureAwait(false);
    }

    public static async Task MetricAsync(ApiCall call)
    {
        using var body = await ApiBody.ReadAsync(call.Context, call.Server.Options.MaxRequestBytes).ConfigureAwait(false);
        await LogAsync(call, LogBatchReader.ReadMetric(body.Span, call.IsDialect)).ConfigureAwait(false);
    }

    public static async Task ParamAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = RunEndpoints.ParseRun(request.RequiredRun());
        var (key, value) = (request.Required("key"), request.Given("value") ?? "");
        WireKeyRules.RequireParam(key, value, call.IsDialect);
        await LogFactsAsync(call, run, new ParamLogged(key, WireText.ValueOf(value, call.IsDialect ? request.Text("type") : null))).ConfigureAwait(false);
    }

    public static async Task SetTagAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = RunEndpoints.ParseRun(request.RequiredRun());
        var tag = new WireTag(request.Required("key"), request.Given("value") ?? "");
        WireKeyRules.RequireTag(tag, call.IsDialect);
        await LogFactsAsync(call, run, LogBatch.TagFact(tag)).ConfigureAwait(false);
    }

    public static async Task DeleteTagAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await RunEndpoints.GetRunAsync(call, RunEndpoints.ParseRun(request.RequiredRun())).ConfigureAwait(false);
        var key = request.Required("key");
        RunEndpoints.RequireActive(run);
        if (ServerTags.IsHidden(key) || (!run.Tags.ContainsKey(key) && key != WireTags.RunName))
            throw new ApiException(WireError.ResourceDoesNotExist, $"No tag with name: {ApiException.Shorten(key)} in run with id {run.Id}");
        call.Changes("run", run.Id.ToString());
        // The tag that is the run's name can be deleted without the run losing its name.
        if (key != WireTags.RunName) await LogFactsAsync(call, run.Id, new TagDeleted(key)).ConfigureAwait(false);
        else await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task InputsAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = RunEndpoints.ParseRun(request.RequiredRun());
        List<RunFact> facts = [.. request.Objects("datasets").SelectMany(input => DatasetDetails.FactsOf(input, call.IsDialect))];
        if (request.Objects("models") is { Count: > 0 } models)
        {
            var known = await RunEndpoints.GetRunAsync(call, run).ConfigureAwait(false);
            facts.AddRange(RunModels.Add(known, models.Select(model => new WireModelInput(model.Required("model_id")))));
        }

        await LogFactsAsync(call, run, [.. facts]).ConfigureAwait(false);
    }

    /// <summary>Appends a model of the 2.x client to the history that it keeps in a tag.</summary>
    public static async Task ModelAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await RunEndpoints.GetRunAsync(call, RunEndpoints.ParseRun(request.RequiredRun())).ConfigureAwait(false);
        var model = ParseModel(request.Required("model_json"));
        foreach (var field in (string[])["artifact_path", "run_id"])
        {
            if (model[field] is null) throw ApiException.Refused($"Model json is missing mandatory field '{field}'.");
        }

        var history = Parse(run.Tags.GetValueOrDefault(WireTags.LoggedModels)) as JsonArray ?? [];
        history.Add((JsonNode)model);
        await LogFactsAsync(call, run.Id, new TagSet(WireTags.LoggedModels, history.ToJsonString())).ConfigureAwait(false);
    }

    /// <summary>Says which logged models a run has put out.</summary>
    public static async Task OutputsAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await RunEndpoints.GetRunAsync(call, RunEndpoints.ParseRun(request.RequiredRun())).ConfigureAwait(false);
        var outputs = request.Objects("models").Select(model => new WireModelOutput(model.Required("model_id"), model.Int64("step") ?? 0));
        await LogFactsAsync(call, run.Id, [.. RunModels.Add(run, outputs)]).ConfigureAwait(false);
    }

    /// <summary>Logs facts to a run and answers.</summary>
    public static async Task LogFactsAsync(ApiCall call, RunId run, params RunFact[] facts)
    {
        await LogAsync(call, run, new RunEntry(call.Time, facts, [])).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    /// <exception cref="ApiException">It is refused.</exception>
    public static async Task LogAsync(ApiCall call, RunId run, RunEntry entry)
    {
        call.Changes("run", run.ToString());
        try
        {
            if (await call.Server.Writers.LogAsync(run, entry).ConfigureAwait(false) is { Count: > 0 } refusals) throw ApiException.Refused(string.Join(' ', refusals));
        }
        catch (LifecycleNotFoundException)
        {
            throw ApiException.NoSuchRun(run.ToString());
        }
    }

    private static async Task LogAsync(ApiCall call, LogBatch batch)
    {
        using (batch)
        {
            var run = RunEndpoints.ParseRun(batch.Run is { Length: > 0 } id ? id : throw ApiException.Missing("run_id"));
            var facts = batch.ToFacts(call.IsDialect);
            if (facts.Count + batch.PointCount > 0) await LogAsync(call, run, new RunEntry(call.Time, facts, batch.Points, batch.Attempt ?? RunBatch.LatestAttempt)).ConfigureAwait(false);
            // An empty batch of this library's client is a sign of life.
            else if (call.IsDialect) await LogAsync(call, run, new RunEntry(call.Time, [], [], RunBatch.LatestAttempt)).ConfigureAwait(false);
            else call.Changes("run", (await RunEndpoints.GetRunAsync(call, run).ConfigureAwait(false)).Id.ToString());
            if (batch.ModelPoints.Count > 0) await call.Server.Models.LogMetricsAsync(run, batch.ModelPoints, call.Aborted).ConfigureAwait(false);
            await call.DoneAsync().ConfigureAwait(false);
        }
    }

    private static JsonObject ParseModel(string json) => Parse(json) as JsonObject ?? throw ApiException.Refused("Malformed model info: 'model_json' is no JSON object.");

    private static JsonNode? Parse(string? json)
    {
        try
        {
            return json is null ? null : JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
