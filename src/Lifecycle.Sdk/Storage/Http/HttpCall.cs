using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>One request, as often as it has to be sent.</summary>
internal sealed record HttpCall(HttpMethod Method, string Path)
{
    public const string Api = "api/2.0/mlflow/";

    // Of the levels from 1 to 9 the one at which points shrink most for their time: 1 leaves clearly more, 3 takes much longer for little.
    private static readonly ZLibCompressionOptions Effort = new() { CompressionLevel = 2 };

    /// <summary>Relative to the server's root, percent-encoded, with the query.</summary>
    public string Path { get; } = Path;

    /// <summary>Makes the body anew for each try; null for none, and for <see cref="Json"/>.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The body as JSON, which stays as it is until the call is over; empty for none.</summary>
    public ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>
    /// Whether sending it twice does no harm. If not, only an answer that says that nothing was done is followed by another try; a lost answer is the caller's matter.
    /// </summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>Whether the body of a good answer is handed on while it arrives.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>Whether a good answer may have no body: newer servers say nothing to an upload.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>What is wanted of a file that was read in part already.</summary>
    public RangeHeaderValue? Range { get; init; }

    /// <summary>When what it says happened; null: now.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>How long one try may take beyond the usual, for large bodies.</summary>
    public TimeSpan ExtraTime { get; init; }

    /// <summary>For messages: method and path without the query, whose values may be long.</summary>
    public override string ToString()
    {
        var path = Path.StartsWith(Api, StringComparison.Ordinal) ? Path[Api.Length..] : Path;
        var query = path.IndexOf('?', StringComparison.Ordinal);
        return $"{Method} {NameRules.Shorten(query < 0 ? path : path[..query])}";
    }

    /// <summary>A call of the tracking API with query parameters; those that are null are left out.</summary>
    public static HttpCall Get(string endpoint, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var path = new System.Text.StringBuilder(Api).Append(endpoint);
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (value is null) continue;
            path.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return new HttpCall(HttpMethod.Get, path.ToString());
    }

    /// <summary>A call of the tracking API with a JSON body.</summary>
    public static HttpCall Post(string endpoint, ReadOnlyMemory<byte> json, HttpMethod? method = null) =>
        new(method ?? HttpMethod.Post, Api + endpoint) { Json = json };

    /// <summary>The body for one try.</summary>
    /// <param name="isPacked">Whether JSON is compressed.</param>
    public HttpContent? NewContent(bool isPacked)
    {
        if (Json.IsEmpty) return Content?.Invoke();
        var content = new ReadOnlyMemoryContent(isPacked ? Pack(Json) : Json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (isPacked) content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private static ReadOnlyMemory<byte> Pack(ReadOnlyMemory<byte> json)
    {
        var packed = new MemoryStream(json.Length / 4);
        using (var gzip = new GZipStream(packed, Effort, leaveOpen: true)) gzip.Write(json.Span);
        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }
}

/// <summary>What came back: read to the end, unless it is streamed.</summary>
internal sealed class HttpAnswer : IDisposable
{
    public required HttpStatusCode Status { get; init; }

    public required string? MediaType { get; init; }

    /// <summary>The body, or as much of an error's as is worth reading.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public RetryConditionHeaderValue? RetryAfter { get; init; }

    /// <summary>Where it sent us, if it did and we did not follow.</summary>
    public Uri? Location { get; init; }

    /// <summary>The answer whose body is still arriving; null if it is not streamed.</summary>
    public HttpResponseMessage? Response { get; init; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public bool IsJson => MediaType is null or "application/json" or "text/json" || MediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase);

    public void Dispose() => Response?.Dispose();
}
