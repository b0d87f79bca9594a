using System.Net;
using System.Net.Http.Headers;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Artifacts through the server's proxy: the only way that needs no other credentials than the server's.</summary>
internal sealed class HttpArtifacts(HttpChannel channel, TimeProvider time, TimeSpan silence)
{
    private const string Proxy = "api/2.0/mlflow-artifacts/artifacts/";
    private const int BytesPerSecond = 65_536; // What a slow line still does: what a transfer may take is reckoned with it.

    /// <summary>Sends a file.</summary>
    public async ValueTask UploadAsync(string? artifactUri, RunId run, string path, string file, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var size = new FileInfo(file).Length;
        var call = new HttpCall(HttpMethod.Put, PlaceOf(artifactUri, run, path))
        {
            Content = () => ContentOf(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan), size),
            ExtraTime = TimeSpan.FromSeconds(size / BytesPerSecond),
            Time = time,
            MayBeEmpty = true,
        };
        using var _ = await channel.SendAsync(call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a text.</summary>
    public async ValueTask UploadAsync(string? artifactUri, RunId run, string path, byte[] text, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Put, PlaceOf(artifactUri, run, path)) { Content = () => ContentOf(new MemoryStream(text, writable: false), text.Length), MayBeEmpty = true };
        using var _ = await channel.SendAsync(call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a file for reading; goes on by itself after a broken connection where the server can.</summary>
    /// <exception cref="LifecycleNotFoundException">There is no such file.</exception>
    public async ValueTask<Stream> OpenAsync(string? artifactUri, RunId run, string path, CancellationToken cancellationToken)
    {
        var call = new HttpCall(HttpMethod.Get, PlaceOf(artifactUri, run, path)) { IsStreamed = true };
        // MLflow 2 answers 500 for a file that is not there, which would be asked for again and again: the listing tells at once.
        if (!channel.IsDialect && !await IsListedAsync(artifactUri, run, path, cancellationToken).ConfigureAwait(false)) throw NoSuchArtifact(run, path);
        try
        {
            var answer = await channel.SendAsync(call, cancellationToken).ConfigureAwait(false);
            return await ResumingStream.OpenAsync(channel, call, answer, time, silence, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.Status == HttpStatusCode.NotFound && e.Code is not null)
        {
            throw NoSuchArtifact(run, path);
        }
    }

    /// <summary>Removes a file; no error if there is none.</summary>
    /// <returns>False if a stock server has it still and is not able to remove it, or not it alone.</returns>
    public async ValueTask<bool> DeleteAsync(string? artifactUri, RunId run, string path, CancellationToken cancellationToken)
    {
        if (!channel.IsDialect)
        {
            // A server that keeps artifacts in a bucket removes all that begins like the file.
            var name = path[(path.LastIndexOf('/') + 1)..];
            var alike = (await SiblingsAsync(artifactUri, run, path, cancellationToken).ConfigureAwait(false)).Where(file => file.Path.StartsWith(name, StringComparison.Ordinal)).ToList();
            if (!alike.Exists(file => file.Path == name && !file.IsDir)) return true;
            if (alike.Count > 1) return false;
        }

        try
        {
            using var _ = await channel.SendAsync(new HttpCall(HttpMethod.Delete, PlaceOf(artifactUri, run, path)) { MayBeEmpty = true }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (HttpFailureException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return true; // Which is as good.
        }
        catch (HttpFailureException e) when (!channel.IsDialect && e.Status == HttpStatusCode.InternalServerError)
        {
            // A server that keeps artifacts in a folder fails at files, for ever: it can remove folders only. That it answers what it has shows that it is well.
            return !await IsListedAsync(artifactUri, run, path, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>All files of a run, in all folders.</summary>
    public async ValueTask<IReadOnlyList<WireFile>> ListAsync(string serverRunId, CancellationToken cancellationToken)
    {
        var files = new List<WireFile>();
        var folders = new Queue<string?>([null]);
        while (folders.TryDequeue(out var folder))
        {
            foreach (var file in await ListFolderAsync(serverRunId, folder, cancellationToken).ConfigureAwait(false))
            {
                if (!file.IsDir) files.Add(file);
                else if (file.Path.Length > (folder?.Length ?? 0)) folders.Enqueue(file.Path); // A folder that names itself would have no end.
            }
        }

        return files;
    }

    private async ValueTask<IReadOnlyList<WireFile>> ListFolderAsync(string serverRunId, string? folder, CancellationToken cancellationToken)
    {
        var files = new List<WireFile>();
        string? token = null;
        do
        {
            var call = HttpCall.Get("artifacts/list", ("run_id", serverRunId), ("path", folder), ("page_token", token));
            var page = await channel.SendAsync(call, WireJson.Default.WireFilesAnswer, cancellationToken).ConfigureAwait(false);
            files.AddRange(page.Files ?? []);
            token = page.NextPageToken is { Length: > 0 } next && next != token ? next : null;
        }
        while (token is not null);
        return files;
    }

    private async ValueTask<bool> IsListedAsync(string? artifactUri, RunId run, string path, CancellationToken cancellationToken) =>
        (await SiblingsAsync(artifactUri, run, path, cancellationToken).ConfigureAwait(false)).Any(file => file.Path == path[(path.LastIndexOf('/') + 1)..] && !file.IsDir);

    /// <summary>What the proxy's own listing, whose names are relative to the folder, has beside a file, and the file.</summary>
    private async ValueTask<IReadOnlyList<WireFile>> SiblingsAsync(string? artifactUri, RunId run, string path, CancellationToken cancellationToken)
    {
        var slash = path.LastIndexOf('/');
        var place = PlaceOf(artifactUri, run, slash < 0 ? "" : path[..slash]).TrimEnd('/');
        var cut = place.IndexOf(Proxy, StringComparison.Ordinal) + Proxy.Length;
        var call = new HttpCall(HttpMethod.Get, $"{place[..(cut - 1)]}?path={place[cut..]}");
        return (await channel.SendAsync(call, WireJson.Default.WireFilesAnswer, cancellationToken).ConfigureAwait(false)).Files ?? [];
    }

    private LifecycleNotFoundException NoSuchArtifact(RunId run, string path) =>
        new($"The run '{run}' at {channel.Address} has no artifact '{path}'.") { Store = channel.Address, Run = run.IsEmpty ? null : run };

    /// <summary>Where the proxy has a file, relative to the server or absolute.</summary>
    private string PlaceOf(string? artifactUri, RunId run, string path)
    {
        var root = artifactUri?.TrimEnd('/') ?? "";
        var scheme = root.IndexOf(':', StringComparison.Ordinal);
        var rest = scheme < 0 ? "" : root[(scheme + 1)..];
        switch (scheme < 0 ? "" : root[..scheme].ToLowerInvariant())
        {
            case "mlflow-artifacts" when !rest.StartsWith("//", StringComparison.Ordinal) || rest.StartsWith("///", StringComparison.Ordinal):
                return Proxy + Escape($"{rest.TrimStart('/')}/{path}");
            case "mlflow-artifacts":
                var slash = rest.IndexOf('/', 2);
                var (host, below) = slash < 0 ? (rest[2..], "") : (rest[2..slash], rest[(slash + 1)..]);
                return $"{channel.Server.Scheme}://{host}{channel.Server.AbsolutePath}{Proxy}{Escape($"{below}/{path}")}";
            case "http" or "https" when root.Contains(Proxy.TrimEnd('/'), StringComparison.Ordinal):
                var proxy = root.IndexOf(Proxy.TrimEnd('/'), StringComparison.Ordinal) + Proxy.Length - 1;
                return $"{root[..proxy]}/{Escape($"{root[proxy..].Trim('/')}/{path}")}";
            default:
                throw new HttpFailureException(
                    $"The artifacts of run '{run}' are in '{HttpAddress.WithoutSecrets(root)}', which the server {channel.Address} does not hand out: start it with --serve-artifacts and a root of mlflow-artifacts:/, or use an experiment whose artifacts it serves.")
                { Store = channel.Address, Run = run.IsEmpty ? null : run, IsUnserved = true };
        }
    }

    private static string Escape(string path) => string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.EscapeDataString));

    private static StreamContent ContentOf(Stream stream, long size)
    {
        var content = new StreamContent(stream, 1 << 17);
        content.Headers.ContentLength = size;
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }
}
