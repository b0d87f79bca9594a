using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>The artifact proxy, and the lists and downloads by run and by model version.</summary>
internal static class ArtifactEndpoints
{
    public static async Task ListOfRunAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await RunEndpoints.GetRunAsync(call, RunEndpoints.ParseRun(request.RequiredRun())).ConfigureAwait(false);
        var folder = FolderOf(request);
        var files = ArtifactListing.Of(await call.Store.ListArtifactsAsync(run.Id, call.Aborted).ConfigureAwait(false), folder, isRelative: false, call.IsDialect);
        await call.AnswerAsync(new WireFilesAnswer(WireMapping.ArtifactUri(run), WireMapping.NullIfEmpty(files), null), WireJson.Default.WireFilesAnswer).ConfigureAwait(false);
    }

    /// <summary>The proxy's list, whose paths are relative to the folder that is listed.</summary>
    public static async Task ListAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        IReadOnlyList<WireFile> files = [];
        if (ArtifactPlace.TryParse(FolderOf(request), out var place))
        {
            var (run, folder) = await LocateAsync(call, place).ConfigureAwait(false);
            files = ArtifactListing.Of(await ListAsync(call, run).ConfigureAwait(false), folder, isRelative: true, call.IsDialect);
        }

        await call.AnswerAsync(new WireFilesAnswer(null, WireMapping.NullIfEmpty(files), null), WireJson.Default.WireFilesAnswer).ConfigureAwait(false);
    }

    public static async Task GetAsync(ApiCall call)
    {
        var place = ArtifactPlace.OfTarget(call.Context, call.IsDialect);
        var (run, path) = await LocateAsync(call, place).ConfigureAwait(false);
        await ArtifactTransfer.SendAsync(call, run, path).ConfigureAwait(false);
    }

    public static async Task GetOfRunAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = RunEndpoints.ParseRun(request.RequiredRun());
        await ArtifactTransfer.SendAsync(call, run, ArtifactPlace.Decode(request.Required("path"), isDialect: false)).ConfigureAwait(false);
    }

    public static async Task GetOfVersionAsync(ApiCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var version = await VersionEndpoints.FindAsync(call, request).ConfigureAwait(false);
        if (version.Run is not { } run) throw new ApiException(WireError.ResourceDoesNotExist, $"Version {version.Number} of '{version.Model}' has no run, so its files are not here.");
        var path = ArtifactPlace.Decode(request.Required("path"), isDialect: false);
        await ArtifactTransfer.SendAsync(call, run, version.ArtifactFolder is { } folder ? $"{folder}/{path}" : path).ConfigureAwait(false);
    }

    public static async Task PutAsync(ApiCall call)
    {
        var place = ArtifactPlace.OfTarget(call.Context, call.IsDialect);
        var (run, path) = await LocateAsync(call, place).ConfigureAwait(false);
        await ArtifactTransfer.ReceiveAsync(call, run, path).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    /// <summary>What the web interface uploads with: the run and path are in the query.</summary>
    public static async Task UploadAsync(ApiCall call)
    {
        var query = call.Context.Request.Query;
        var run = RunEndpoints.ParseRun(query["run_uuid"].FirstOrDefault() ?? query["run_id"].FirstOrDefault() ?? throw ApiException.Missing("run_uuid"));
        var path = ArtifactPlace.Decode(query["path"].FirstOrDefault() ?? throw ApiException.Missing("path"), isDialect: false);
        await ArtifactTransfer.ReceiveAsync(call, run, path).ConfigureAwait(false);
        await call.DoneAsync().ConfigureAwait(false);
    }

    public static async Task DeleteAsync(ApiCall call)
    {
        var place = ArtifactPlace.OfTarget(call.Context, call.IsDialect);
        var (run, path) = await LocateAsync(call, place).ConfigureAwait(false);
        var doomed = (await ListAsync(call, run).ConfigureAwait(false)).Where(artifact => ArtifactListing.IsWithin(artifact.Path.ToString(), path)).ToArray();
        if (doomed.Length == 0) throw NoSuchFile(path);
        call.Changes("artifact", $"{run}/{path}");
        await LogEndpoints.LogFactsAsync(call, run, [.. doomed.Select(artifact => new ArtifactDeleted(artifact.Path))]).ConfigureAwait(false);
    }

    public static ApiException NoSuchFile(string path) => new(WireError.ResourceDoesNotExist, $"No such artifact: '{ApiException.Shorten(path)}'");

    private static string FolderOf(ApiRequest request) => ArtifactPlace.Decode(request.Text("path") ?? "", isDialect: false);

    /// <summary>The run and the path within it; those of a logged model lie below a folder of its run.</summary>
    private static async ValueTask<(RunId Run, string Path)> LocateAsync(ApiCall call, ArtifactPlace place)
    {
        if (place.Model is not { } id) return (place.Run, place.Path);
        var model = await call.Server.Models.GetAsync(id, call.Aborted).ConfigureAwait(false);
        return (model.Run, place.Path.Length == 0 ? model.Folder : $"{model.Folder}/{place.Path}");
    }

    private static async ValueTask<IReadOnlyList<ArtifactInfo>> ListAsync(ApiCall call, RunId run)
    {
        try
        {
            return await call.Store.ListArtifactsAsync(run, call.Aborted).ConfigureAwait(false);
        }
        catch (LifecycleNotFoundException)
        {
            return [];
        }
    }
}
