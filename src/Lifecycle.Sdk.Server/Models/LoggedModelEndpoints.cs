using System.Buffers;
using System.Globalization;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Logged models, as far as the 3.x clients need them to log and load models.</summary>
internal static class LoggedModelEndpoints
{
    private const int DefaultPage = 50;
    private const int MaxPage = 1_000;
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/:.%\"'");

    public static async Task CreateAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var experiment = await ExperimentEndpoints.FindAsync(call, request.Required("experiment_id")).ConfigureAwait(false);
        ExperimentEndpoints.RequireActive(experiment);
        var id = $"{LoggedModel.IdPrefix}{Guid.NewGuid():N}";
        var name = request.Text("name") ?? RunNames.MakeUp(RunId.Parse(id));
        WireKeyRules.RequireName(name, "model name");
        if (name.AsSpan().ContainsAny(Forbidden)) throw ApiException.Refused($"Invalid model name ({ApiException.Shorten(name)}) provided. Model name must be a non-empty string and cannot contain the following characters: / : . % \" '");
        call.Changes("logged model", id);
        var now = call.Server.Now.ToUnixTimeMilliseconds();
        var model = await call.Server.Models.CreateAsync(call, new LoggedModel
        {
            Id = id,
            Name = name,
            ExperimentId = experiment.Id,
            SourceRunId = request.Text("source_run_id"),
            ModelType = request.Text("model_type"),
            CreationTime = now,
            LastUpdateTime = now,
            Params = Latest(request.Tags("params")),
            Tags = Latest(request.Tags("tags")),
        }).ConfigureAwait(false);
        await AnswerAsync(call, model).ConfigureAwait(false);
    }

    public static async Task GetAsync(ApiCall call) => await AnswerAsync(call, await call.Server.Models.GetAsync(IdOf(call), call.Aborted).ConfigureAwait(false)).ConfigureAwait(false);

    public static async Task SearchAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var search = new LoggedModelSearch([.. request.Objects("datasets").Select(dataset => new DatasetCondition(dataset.Required("dataset_name"), dataset.Text("dataset_digest")))]);
        var condition = search.Compile(SearchParser.ParseLoggedModelFilter(request.Text("filter")));
        // MLflow's servers know no upper limit here: who asks for more gets a page, and a token for the next.
        var size = Math.Min(request.MaxResults(DefaultPage, int.MaxValue), MaxPage);
        var skip = request.Text("page_token") is { } token
            ? int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : throw ApiException.Invalid("page_token", token, "it is not one of this server's.")
            : 0;
        var models = await call.Server.Models.ListAsync(request.Texts("experiment_ids"), call.Aborted).ConfigureAwait(false);
        var found = LoggedModelSearch.Order(models.Where(condition), request.Objects("order_by")).ToList();
        var shown = new List<WireLoggedModel>();
        foreach (var model in found.Skip(skip).Take(size)) shown.Add(await ToWireAsync(call, model).ConfigureAwait(false));
        var next = skip + size < found.Count ? (skip + size).ToString(CultureInfo.InvariantCulture) : null;
        await call.AnswerAsync(new WireLoggedModelsAnswer(WireMapping.NullIfEmpty(shown), next), ServerJson.Default.WireLoggedModelsAnswer).ConfigureAwait(false);
    }

    public static async Task FinalizeAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var status = request.Required("status") switch
        {
            LoggedModel.Pending or "1" => LoggedModel.Pending,
            "LOGGED_MODEL_READY" or "2" => "LOGGED_MODEL_READY",
            "LOGGED_MODEL_UPLOAD_FAILED" or "3" => "LOGGED_MODEL_UPLOAD_FAILED",
            var other => throw ApiException.Invalid("status", other, "it must be LOGGED_MODEL_READY or LOGGED_MODEL_UPLOAD_FAILED."),
        };
        await AnswerAsync(call, await ChangeAsync(call, model => model with { Status = status }).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task DeleteAsync(ApiCall call)
    {
        call.Changes("logged model", IdOf(call));
        await call.Server.Models.DeleteAsync(IdOf(call), call.Aborted).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task SetTagsAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var tags = request.Tags("tags");
        await AnswerAsync(call, await ChangeAsync(call, model => model with { Tags = Latest([.. model.Tags, .. tags]) }).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task DeleteTagAsync(ApiCall call)
    {
        var key = (string)call.Context.Request.RouteValues["key"]!;
        await ChangeAsync(call, model => model.Tags.Any(tag => tag.Key == key)
            ? model with { Tags = [.. model.Tags.Where(tag => tag.Key != key)] }
            : throw new ApiException(WireError.ResourceDoesNotExist, $"No tag with key '{ApiException.Shorten(key)}' found for model with ID '{model.Id}'.")).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task LogParamsAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var more = request.Tags("params");
        await ChangeAsync(call, model => model with { Params = Latest([.. model.Params, .. more]) }).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task ListAsync(ApiCall call)
    {
        var model = await call.Server.Models.GetAsync(IdOf(call), call.Aborted).ConfigureAwait(false);
        var request = await call.ReadAsync().ConfigureAwait(false);
        var folder = ArtifactPlace.Decode(request.Text("artifact_directory_path") ?? "", isDialect: false);
        var artifacts = (await call.Store.ListArtifactsAsync(model.Run, call.Aborted).ConfigureAwait(false))
            .Where(artifact => ArtifactListing.IsWithin(artifact.Path.ToString(), model.Folder) && artifact.Path.ToString() != model.Folder)
            .Select(artifact => artifact with { Path = ArtifactPath.Parse(artifact.Path.ToString()[(model.Folder.Length + 1)..]) }).ToList();
        var answer = new WireFilesAnswer(await UriAsync(call, model).ConfigureAwait(false), WireMapping.NullIfEmpty(ArtifactListing.Of(artifacts, folder, isRelative: false, isDialect: false)), null);
        await call.AnswerAsync(answer, WireJson.Default.WireFilesAnswer).ConfigureAwait(false);
    }

    public static async Task FileAsync(ApiCall call)
    {
        var model = await call.Server.Models.GetAsync(IdOf(call), call.Aborted).ConfigureAwait(false);
        var request = await call.ReadAsync().ConfigureAwait(false);
        await ArtifactTransfer.SendAsync(call, model.Run, $"{model.Folder}/{ArtifactPlace.Decode(request.Required("artifact_file_path"), isDialect: false)}").ConfigureAwait(false);
    }

    private static string IdOf(ApiCall call) => (string)call.Context.Request.RouteValues["model_id"]!;

    private static ValueTask<LoggedModel> ChangeAsync(ApiCall call, Func<LoggedModel, LoggedModel> change)
    {
        call.Changes("logged model", IdOf(call));
        return call.Server.Models.ChangeAsync(IdOf(call), change, call.Aborted);
    }

    private static List<WireTag> Latest(IReadOnlyList<WireTag> tags) => [.. tags.GroupBy(tag => tag.Key, StringComparer.Ordinal).Select(group => group.Last())];

    private static async Task AnswerAsync(ApiCall call, LoggedModel model) =>
        await call.AnswerAsync(new WireLoggedModelAnswer(await ToWireAsync(call, model).ConfigureAwait(false)), ServerJson.Default.WireLoggedModelAnswer).ConfigureAwait(false);

    private static async ValueTask<WireLoggedModel> ToWireAsync(ApiCall call, LoggedModel model) => new(
        new WireLoggedModelInfo
        {
            ModelId = model.Id,
            ExperimentId = model.ExperimentId,
            Name = model.Name,
            CreationTimestampMs = model.CreationTime,
            LastUpdatedTimestampMs = model.LastUpdateTime,
            ArtifactUri = await UriAsync(call, model).ConfigureAwait(false),
            Status = model.Status,
            ModelType = model.ModelType,
            SourceRunId = model.SourceRunId,
            Tags = WireMapping.NullIfEmpty(model.Tags),
        },
        new WireLoggedModelData(WireMapping.NullIfEmpty(model.Params), WireMapping.NullIfEmpty(model.Metrics)));

    private static async ValueTask<string> UriAsync(ApiCall call, LoggedModel model)
    {
        var experiment = await call.Store.GetExperimentAsync(model.ExperimentId, call.Aborted).ConfigureAwait(false);
        var root = experiment is null ? $"{ArtifactPlace.Scheme}/{model.ExperimentId}" : WireMapping.ToExperiment(experiment).ArtifactLocation;
        return $"{root}/{ArtifactPlace.Models}/{model.Id}/{ArtifactPlace.Folder}";
    }
}
