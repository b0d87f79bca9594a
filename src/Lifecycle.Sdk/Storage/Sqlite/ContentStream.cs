using System.Security.Cryptography;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// Reads a content chunk by chunk, each in a short transaction of its own, and checks size and digest when it reaches the end.
/// </summary>
internal sealed class ContentStream(
    ArtifactInfo artifact, long size, Func<long, byte[], byte[]?> readChunk, Func<string, LifecycleException> damaged) : Stream, ISkippable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _chunk = [];
    private int _at;
    private long _nextChunk;
    private long _loaded;
    private bool _isChecked;
    private bool _isPart;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The stream only goes forward; the size is in the artifact's entry.");

    public override long Position
    {
        get => throw new NotSupportedException("The stream only goes forward.");
        set => throw new NotSupportedException("The stream only goes forward.");
    }

    public bool TrySkip(long count)
    {
        // Chunks are of one length, but for the last.
        _nextChunk = count / SqliteStore.ChunkLength;
        _loaded = Math.Min(_nextChunk * SqliteStore.ChunkLength, size);
        _isPart = true;
        if (_loaded < count && LoadChunk()) _at = (int)(count % SqliteStore.ChunkLength);
        return _at <= _chunk.Length ? true : throw Altered();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (_at == _chunk.Length && !LoadChunk()) return 0;
        var count = Math.Min(buffer.Length, _chunk.Length - _at);
        _chunk.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Read(buffer.AsSpan(offset, count)));
    }

    public override void Flush()
    {
        // Nothing is ever written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream only goes forward.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream can't be written.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream can't be written.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }

    private bool LoadChunk()
    {
        if (_isChecked) return false;
        if (_loaded >= size || size != artifact.Size)
        {
            Check();
            return false;
        }

        _chunk = readChunk(_nextChunk, _chunk) ?? throw Altered();
        if (_chunk.Length == 0) throw Altered();
        _at = 0;
        _nextChunk++;
        _loaded += _chunk.Length;
        _hash.AppendData(_chunk);
        return true;
    }

    private void Check()
    {
        if (_loaded != artifact.Size || (!_isPart && ContentDigest.FromHash(_hash.GetHashAndReset()) != artifact.Digest)) throw Altered();
        _isChecked = true;
    }

    private LifecycleException Altered() => damaged($"The content of artifact '{artifact.Path}' (SHA-256 {artifact.Digest})");
}
