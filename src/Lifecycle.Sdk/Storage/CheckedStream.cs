using System.Security.Cryptography;

namespace Lifecycle.Sdk.Storage;

/// <summary>An artifact's content that is hashed while it is read; the read that meets the end throws if the content is not what was logged.</summary>
internal sealed class CheckedStream(Stream content, ArtifactInfo artifact, string store) : Stream, ISkippable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;
    private bool _isChecked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The stream is read forward only.");

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException("The stream is read forward only.");
    }

    public bool TrySkip(long count)
    {
        if (!content.CanSeek) return false;
        content.Seek(count, SeekOrigin.Begin);
        (_read, _isChecked) = (count, true);
        return true;
    }

    public override int Read(Span<byte> buffer) => buffer.IsEmpty ? 0 : Take(buffer, content.Read(buffer));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count && buffer.IsEmpty ? 0 : Take(buffer.Span, count);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

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
            content.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer, int count)
    {
        if (count > 0)
        {
            _hash.AppendData(buffer[..count]);
            _read += count;
        }
        else if (!_isChecked)
        {
            _isChecked = true;
            var digest = ContentDigest.FromHash(_hash.GetHashAndReset());
            if (digest != artifact.Digest)
            {
                throw new LifecycleException($"The content of artifact '{artifact.Path}' was altered: {_read} bytes with SHA-256 {digest} instead of {artifact.Size} with {artifact.Digest}.")
                {
                    Store = store,
                };
            }
        }

        return count;
    }
}
