using System.Globalization;

namespace Lifecycle.Sdk.Server;

/// <summary>Where the files of a new version are: what lies in this store is frozen by digest, what lies elsewhere is only named.</summary>
internal static class VersionSource
{
    private const string RunScheme = "runs:/";
    private const string ModelScheme = "models:/";
    private const int MaxCopies = 8;

    /// <exception cref="ApiException">The source is a file of this machine, or leaves its folder.</exception>
    public static async ValueTask<NewModelVersion> ResolveAsync(ApiCall call, string source, string? runId)
    {
        Check(source);
        var run = runId is not null ? RunEndpoints.ParseRun(runId) : (RunId?)null;
        if (await PlaceAsync(call, await OriginAsync(call, source).ConfigureAwait(false)).ConfigureAwait(false) is not { } place)
            return new NewModelVersion { Source = source, Run = run is { } given && await call.Store.GetRunAsync(given, call.Aborted).ConfigureAwait(false) is not null ? run : null };
        var info = await call.Store.GetRunAsync(place.Run, call.Aborted).ConfigureAwait(false);
        if (info is null) return new NewModelVersion { Source = source };
        // Clients may register before they upload; then there is nothing to freeze.
        var folder = ArtifactPath.TryParse(place.Path, out var path) ? path.ToString() : null;
        var artifacts = await call.Store.ListArtifactsAsync(place.Run, call.Aborted).ConfigureAwait(false);
        var isThere = folder is not null && artifacts.Any(artifact => ArtifactListing.IsWithin(artifact.Path.ToString(), folder));
        return new NewModelVersion { Source = source, Run = place.Run, ArtifactFolder = isThere ? folder : null };
    }

    /// <summary>The address that clients download a version from.</summary>
    public static async ValueTask<string> DownloadUriAsync(ApiCall call, ModelVersion version)
    {
        // What is frozen is where it was when it was registered, even if what it was copied from is gone.
        if (version is { Run: { } frozen, ArtifactFolder: { } folder } && await call.Store.GetRunAsync(frozen, call.Aborted).ConfigureAwait(false) is { } home && IsIndirect(version.Source))
            return $"{WireMapping.ArtifactUri(home)}/{folder}";
        // Versions that were registered here in the process name their run; clients need the address of its files.
        var source = await OriginAsync(call, version.Source).ConfigureAwait(false);
        if (!IsIndirect(source)) return source;
        if (await PlaceAsync(call, source).ConfigureAwait(false) is not { } place) return source;
        if (await call.Store.GetRunAsync(place.Run, call.Aborted).ConfigureAwait(false) is not { } run) return source;
        var uri = WireMapping.ArtifactUri(run);
        return place.Path.Length == 0 ? uri : $"{uri}/{place.Path}";
    }

    private static bool IsIndirect(string source) => source.StartsWith(RunScheme, StringComparison.Ordinal) || source.StartsWith(ModelScheme, StringComparison.Ordinal);

    /// <summary>The source of the version that a version was copied from, <c>models:/NAME/VERSION</c>, and so on; any other source as it is.</summary>
    private static async ValueTask<string> OriginAsync(ApiCall call, string source)
    {
        for (var copies = 0; copies < MaxCopies && source.StartsWith(ModelScheme, StringComparison.Ordinal); copies++)
        {
            var parts = source[ModelScheme.Length..].Trim('/').Split('/');
            if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) break;
            try
            {
                source = (await ModelEndpoints.RegistryOf(call).GetVersionAsync(parts[0], number, call.Aborted).ConfigureAwait(false)).Source;
            }
            catch (LifecycleNotFoundException)
            {
                break;
            }
        }

        return source;
    }

    private static void Check(string source)
    {
        var colon = source.IndexOf(":/", StringComparison.Ordinal);
        if (colon <= 1 || source.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            throw ApiException.Refused(
                $"Invalid model version source: '{ApiException.Shorten(source)}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id.");
        }

        var path = Uri.UnescapeDataString(Uri.UnescapeDataString(source));
        if (path.Split('/', '\\').Contains(".."))
            throw ApiException.Refused($"Invalid model version source: '{ApiException.Shorten(source)}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present.");
    }

    private static async ValueTask<(RunId Run, string Path)?> PlaceAsync(ApiCall call, string source)
    {
        if (source.StartsWith(RunScheme, StringComparison.Ordinal))
        {
            var rest = source[RunScheme.Length..].Trim('/').Split('/', 2);
            return RunId.TryParse(rest[0], null, out var run) ? (run, rest.Length > 1 ? rest[1] : "") : null;
        }

        if (source.StartsWith(ModelScheme, StringComparison.Ordinal)) return await ModelPlaceAsync(call, source[ModelScheme.Length..].Trim('/')).ConfigureAwait(false);
        if (!source.StartsWith(ArtifactPlace.Scheme, StringComparison.Ordinal) && !source.Contains("/mlflow-artifacts/artifacts/", StringComparison.Ordinal)) return null;
        if (!ArtifactPlace.TryParse(source, out var place)) return null;
        return place.Model is { } model ? await ModelPlaceAsync(call, $"{model}/{place.Path}").ConfigureAwait(false) : (place.Run, place.Path);
    }

    private static async ValueTask<(RunId Run, string Path)?> ModelPlaceAsync(ApiCall call, string path)
    {
        var parts = path.Split('/', 2);
        if (await call.Server.Models.FindAsync(parts[0], call.Aborted).ConfigureAwait(false) is not { } model) return null;
        return (model.Run, parts.Length > 1 && parts[1].Length > 0 ? $"{model.Folder}/{parts[1]}" : model.Folder);
    }
}
