using System.Buffers;
using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Lifecycle.Sdk.Server;

/// <summary>Artifact contents on their way in and out, in constant memory.</summary>
internal static class ArtifactTransfer
{
    private const int BufferSize = 1 << 17;
    private const string StagingFolder = "uploads";

    private static readonly FileExtensionContentTypeProvider Types = new();
    private static readonly string[] TextFiles = ["MLmodel", "MLproject"];
    private static readonly string[] TextExtensions = [".txt", ".log", ".yaml", ".yml", ".md", ".cfg", ".conf", ".ini", ".py", ".cs", ".rst"];

    /// <summary>Takes the body in as an artifact of a run. Until it is whole, nobody sees any of it.</summary>
    public static async Task ReceiveAsync(ApiCall call, RunId run, string path)
    {
        var place = ArtifactPath.Parse(path);
        RequestCoding.RequireNone(call.Context);
        // Before the body is read: nobody should send gigabytes to a run that does not take them.
        RunEndpoints.RequireActive(await RunEndpoints.GetRunAsync(call, run).ConfigureAwait(false));
        var limit = call.Server.Options.MaxArtifactBytes;
        if (call.Context.Request.ContentLength > limit) throw ApiException.Refused(FormattableString.Invariant($"The artifact has more than the {limit} bytes that are allowed here."));
        if (call.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = limit;
        var staged = await ContentStaging.StageAsync(call.Context.Request.Body, Path.Combine(call.Store.JournalDirectory, StagingFolder), call.Aborted).ConfigureAwait(false);
        try
        {
            call.Changes("artifact", $"{run}/{place}");
            await call.Store.PutContentAsync(staged, call.Aborted).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(staged.FilePath); // The store has moved or copied it.
        }

        var artifact = new ArtifactInfo(place, staged.Digest, staged.Size, call.Time);
        await LogEndpoints.LogAsync(call, run, new RunEntry(call.Time, [new ArtifactLogged(artifact)], [])).ConfigureAwait(false);
    }

    /// <summary>Sends an artifact, or the part of it that was asked for.</summary>
    public static async Task SendAsync(ApiCall call, RunId run, string path)
    {
        if (!ArtifactPath.TryParse(path, out var place)) throw ArtifactEndpoints.NoSuchFile(path);
        var artifacts = await call.Store.ListArtifactsAsync(run, call.Aborted).ConfigureAwait(false);
        var artifact = artifacts.FirstOrDefault(known => known.Path == place) ?? throw ArtifactEndpoints.NoSuchFile(path);
        var (request, response) = (call.Context.Request, call.Context.Response);
        response.ContentType = TypeOf(place.FileName);
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = $"\"{artifact.Digest}\"";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(place.FileName);
        response.Headers.ContentDisposition = disposition.ToString();
        var (from, length) = (0L, artifact.Size);
        if (RangeOf(request, artifact) is { } range)
        {
            if (range.From >= artifact.Size)
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = new ContentRangeHeaderValue(artifact.Size).ToString();
                return;
            }

            (from, length) = (range.From, Math.Min(range.To, artifact.Size - 1) - range.From + 1);
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = new ContentRangeHeaderValue(from, from + length - 1, artifact.Size).ToString();
        }

        response.ContentLength = length;
        if (HttpMethods.IsHead(request.Method)) return;
        var content = await call.Store.OpenArtifactAsync(run, place, call.Aborted).ConfigureAwait(false);
        await using (content.ConfigureAwait(false)) await CopyAsync(content, response.Body, from, length, artifact.Size, call.Aborted).ConfigureAwait(false);
    }

    /// <summary>Deletes what uploads left that a killed server was in the middle of.</summary>
    public static void Sweep(TrackingStore store, DateTimeOffset now)
    {
        try
        {
            foreach (var left in new DirectoryInfo(Path.Combine(store.JournalDirectory, StagingFolder)).EnumerateFiles())
            {
                if (now - left.LastWriteTimeUtc > TimeSpan.FromDays(1)) left.Delete();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is none, or another server is at it.
        }
    }

    private static async Task CopyAsync(Stream content, Stream to, long from, long length, long size, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // A whole content is checked against its digest. A part can't be: who puts parts together checks what they make.
            var at = from > 0 && content is ISkippable skippable && skippable.TrySkip(from) ? from : 0;
            var (left, end) = (length, new byte[1]);
            while (left > 0)
            {
                var read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (read == 0) throw new EndOfStreamException("The artifact is shorter than it was.");
                var skipped = (int)Math.Clamp(from - at, 0, read);
                var sent = (int)Math.Min(read - skipped, left);
                at += read;
                left -= sent;
                // The end of a whole content is checked against its digest before its last bytes are sent.
                if (left == 0 && at == size) await content.ReadAsync(end, cancellationToken).ConfigureAwait(false);
                await to.WriteAsync(buffer.AsMemory(skipped, sent), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static (long From, long To)? RangeOf(HttpRequest request, ArtifactInfo artifact)
    {
        var headers = request.GetTypedHeaders();
        if (headers.Range is not { Unit.Value: "bytes", Ranges.Count: 1 } range) return null;
        if (headers.IfRange?.EntityTag is { } tag && tag.Tag != $"\"{artifact.Digest}\"") return null;
        return range.Ranges.Single() switch
        {
            { From: { } from } one => (from, one.To ?? artifact.Size - 1),
            { To: { } last } when last > 0 => (Math.Max(0, artifact.Size - last), artifact.Size - 1),
            _ => null,
        };
    }

    private static string TypeOf(string fileName)
    {
        if (TextFiles.Contains(fileName) || TextExtensions.Contains(Path.GetExtension(fileName), StringComparer.OrdinalIgnoreCase)) return "text/plain; charset=utf-8";
        return Types.TryGetContentType(fileName, out var type) ? type : "application/octet-stream";
    }
}
