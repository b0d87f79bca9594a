using System.Buffers;
using System.Text.Json;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>A JSON body in pooled memory.</summary>
internal sealed class ApiBody : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private ApiBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public static JsonElement Empty { get; } = JsonDocument.Parse("{}").RootElement;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Reads the whole body, which must say that it is JSON and fit into the limit, also once it is unpacked.</summary>
    public static async ValueTask<ApiBody> ReadAsync(HttpContext context, int maxBytes)
    {
        var request = context.Request;
        if (!IsJson(request.ContentType)) throw ApiException.Refused("Bad Request. Content-Type must be one of ['application/json'].");
        using var packed = RequestCoding.Open(context);
        if (request.ContentLength > maxBytes) throw TooLong(maxBytes);
        var body = new ApiBody((int)Math.Max(4096, request.ContentLength ?? 16_384));
        try
        {
            while (true)
            {
                if (body._length == body._buffer.Length) body.Grow();
                var free = body._buffer.AsMemory(body._length);
                var read = packed is null
                    ? await request.Body.ReadAsync(free, context.RequestAborted).ConfigureAwait(false)
                    : await packed.ReadAsync(free, context.RequestAborted).ConfigureAwait(false);
                if (read == 0) return body;
                body._length += read;
                if (body._length > maxBytes) throw TooLong(maxBytes);
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Whether text that is not JSON has a bare NaN or Infinity outside of its strings.</summary>
    public static bool HasBareNumber(ReadOnlySpan<byte> body)
    {
        var inText = false;
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] == (byte)'\\' && inText) i++;
            else if (body[i] == (byte)'"') inText = !inText;
            else if (!inText && (body[i..].StartsWith("NaN"u8) || body[i..].StartsWith("Infinity"u8))) return true;
        }

        return false;
    }

    public static ApiException BareNumber() => ApiException.Refused(
        "Invalid value NaN for parameter 'value' supplied: a bare NaN or Infinity is not JSON. Write it as text: \"NaN\", \"Infinity\", \"-Infinity\".");

    public static ApiException NotUnicode() => ApiException.Refused("Invalid value supplied: the body holds text that is not valid Unicode.");

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static bool IsJson(string? contentType) =>
        contentType is not null && contentType.AsSpan().Trim().StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
        && (contentType.Trim().Length == "application/json".Length || contentType.Trim()["application/json".Length] is ';' or ' ');

    private static ApiException TooLong(int maxBytes) =>
        new(WireError.InvalidParameterValue, FormattableString.Invariant($"The request has more than {maxBytes} bytes: send less at a time.")) { Status = StatusCodes.Status413PayloadTooLarge };

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
