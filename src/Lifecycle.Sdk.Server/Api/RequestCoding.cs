using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// Content codings of request bodies. What is taken is said in the answer's <c>Accept-Encoding</c>, as RFC 9110, section 12.5.3, has it; anything else is
/// answered with 415. Only gzip: one window of 32 KiB a request, where other codings let the sender choose up to 16 MiB.
/// </summary>
internal static class RequestCoding
{
    private const string Gzip = "gzip";
    private const string None = "identity";

    /// <summary>The coding that was put on the body; null if there is none.</summary>
    /// <exception cref="ApiException">It is not taken, or there is more than one.</exception>
    public static GzipBody? Open(HttpContext context)
    {
        context.Response.Headers.AcceptEncoding = Gzip;
        return Given(context.Request) switch
        {
            [] => null,
            [var one] when one.Equals(Gzip, StringComparison.OrdinalIgnoreCase) || one.Equals("x-gzip", StringComparison.OrdinalIgnoreCase) => new GzipBody(context.Request.Body),
            var other => throw Unsupported(other, "send the JSON as it is or with gzip, once."),
        };
    }

    /// <summary>Artifacts are kept as they are sent: unpacked, they would not be what the client has the digest of; packed, readers would get something else than was meant.</summary>
    /// <exception cref="ApiException">The body has a coding.</exception>
    public static void RequireNone(HttpContext context)
    {
        if (Given(context.Request) is not { Length: > 0 } given) return;
        context.Response.Headers.AcceptEncoding = None;
        throw Unsupported(given, "an artifact is kept byte for byte, so send the file without it.");
    }

    private static string[] Given(HttpRequest request) =>
        [.. request.Headers.ContentEncoding.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(coding => !coding.Equals(None, StringComparison.OrdinalIgnoreCase))];

    private static ApiException Unsupported(string[] given, string instead) =>
        new(Storage.Http.WireError.BadRequest, $"The Content-Encoding '{ApiException.Shorten(string.Join(", ", given))}' is not taken here: {instead}") { Status = StatusCodes.Status415UnsupportedMediaType };
}

/// <summary>A body that is unpacked while it arrives. It must be one whole member of gzip, which the class that unpacks does not tell from a part of one.</summary>
internal sealed class GzipBody : IDisposable
{
    private const int ShortestMember = 18;
    private readonly EndKeeper _packed;
    private readonly GZipStream _unpacked;
    private long _length;

    public GzipBody(Stream packed)
    {
        _packed = new EndKeeper(packed);
        _unpacked = new GZipStream(_packed, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Reads on; 0 at the end of a whole body.</summary>
    /// <exception cref="ApiException">The body is damaged or not whole.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read = await _unpacked.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _length += read;
            // The last word of a member is the length of what is in it.
            return read > 0 || (_packed.Count >= ShortestMember && _packed.LastWord == _length) ? read : throw Damaged();
        }
        catch (InvalidDataException)
        {
            throw Damaged();
        }
    }

    public void Dispose() => _unpacked.Dispose();

    private static ApiException Damaged() => ApiException.Refused("The body is not what its Content-Encoding says: one whole member of gzip.");

    /// <summary>Hands bytes on, counts them and remembers the last four.</summary>
    private sealed class EndKeeper(Stream source) : Stream
    {
        private readonly byte[] _end = new byte[sizeof(uint)];

        public long Count { get; private set; }

        public uint LastWord => BinaryPrimitives.ReadUInt32LittleEndian(_end);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Keep(buffer.Span[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        private void Keep(ReadOnlySpan<byte> bytes)
        {
            var kept = Math.Min(bytes.Length, _end.Length);
            _end.AsSpan(kept).CopyTo(_end);
            bytes[^kept..].CopyTo(_end.AsSpan(_end.Length - kept));
            Count += bytes.Length;
        }
    }
}
