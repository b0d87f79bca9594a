using System.Net;
using System.Net.Http.Headers;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>A file that is being downloaded. When the connection breaks it asks for the rest, or for all again and skips what it has. Read forward only.</summary>
internal sealed class ResumingStream : Stream
{
    private const int MaxFailures = 5;
    private readonly HttpChannel _channel;
    private readonly HttpCall _call;
    private readonly TimeProvider _time;
    private readonly TimeSpan _silence;
    private readonly long? _length;
    private HttpAnswer _answer;
    private Stream _body;
    private long _read;
    private int _failures;
    private bool _isBroken;

    private ResumingStream(HttpChannel channel, HttpCall call, HttpAnswer answer, Stream body, TimeProvider time, TimeSpan silence)
    {
        (_channel, _call, _answer, _body, _time, _silence) = (channel, call, answer, body, time, silence);
        _length = answer.Response!.Content.Headers.ContentLength;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The stream is read forward only.");

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException("The stream is read forward only.");
    }

    public static async ValueTask<ResumingStream> OpenAsync(
        HttpChannel channel, HttpCall call, HttpAnswer answer, TimeProvider time, TimeSpan silence, CancellationToken cancellationToken)
    {
        try
        {
            return new ResumingStream(channel, call, answer, await answer.Response!.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), time, silence);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            answer.Dispose();
            throw channel.Broken(call, e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            Exception cause;
            try
            {
                if (_isBroken) await ResumeAsync(cancellationToken).ConfigureAwait(false);
                var count = await ReadOnceAsync(buffer, cancellationToken).ConfigureAwait(false);
                _read += count;
                if (count > 0 || _length is null || _read >= _length) return count;
                cause = new EndOfStreamException($"The server sent {_read} bytes of {_length}.");
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                cause = e;
            }

            if (++_failures > MaxFailures) throw _channel.Broken(_call, cause);
            _isBroken = true;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream is read forward only.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream is read only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read only.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body.Dispose();
            _answer.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_silence, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        return await _body.ReadAsync(buffer, linked.Token).ConfigureAwait(false);
    }

    private async ValueTask ResumeAsync(CancellationToken cancellationToken)
    {
        await _body.DisposeAsync().ConfigureAwait(false);
        _answer.Dispose();
        _answer = await _channel.SendAsync(_call with { Range = new RangeHeaderValue(_read, null) }, cancellationToken).ConfigureAwait(false);
        _body = await _answer.Response!.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var from = _answer.Status == HttpStatusCode.PartialContent ? _answer.Response.Content.Headers.ContentRange?.From : 0;
        if (from != _read && from != 0) throw _channel.Broken(_call, null);
        if (from == 0) await SkipAsync(_read, cancellationToken).ConfigureAwait(false);
        _isBroken = false;
    }

    private async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        var scratch = new byte[81_920];
        while (count > 0)
        {
            var read = await ReadOnceAsync(scratch.AsMemory(0, (int)Math.Min(count, scratch.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0) throw _channel.Broken(_call, null);
            count -= read;
        }
    }
}
