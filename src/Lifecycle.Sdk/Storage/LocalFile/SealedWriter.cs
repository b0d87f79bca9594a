using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>Writes a sealed file: the frames with facts as they were but without points, then the points series by series in large blocks.</summary>
internal sealed class SealedWriter : IDisposable
{
    private readonly StoreFiles _files;
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly FrameBuilder _builder = new();
    private readonly long[] _steps = new long[PointCodec.MaxCount];
    private readonly long[] _timestamps = new long[PointCodec.MaxCount];
    private readonly double[] _values = new double[PointCodec.MaxCount];
    private byte[] _block = [];
    private long _length;
    private int _pending;

    public SealedWriter(StoreFiles files, string path)
    {
        _files = files;
        _path = path;
        files.BeforeChange?.Invoke("write", path);
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
    }

    /// <summary>Writes it all and makes it durable.</summary>
    /// <returns>False if a block can't be read; the file is then to be deleted.</returns>
    public bool TryWrite(List<(Frame Frame, SafeFileHandle File)> frames, WriterLog log, int frameLength)
    {
        foreach (var (frame, _) in frames.Where(f => f.Frame.Facts.Count > 0))
        {
            _builder.Clear();
            Write(frame.Header, FactJson.Write(frame.Facts), default);
        }

        var header = new FrameHeader { Sequence = log.LastSequence, Previous = frames[0].Frame.Header.Previous, Time = frames.Max(f => f.Frame.Header.Time) };
        _builder.Clear();
        foreach (var attempt in frames.GroupBy(f => f.Frame.Header.Attempt))
        {
            header = header with { Attempt = attempt.Key };
            foreach (var series in attempt.SelectMany(f => f.Frame.Blocks.Select(b => (Block: b, f.File))).GroupBy(b => b.Block.Key, StringComparer.Ordinal))
            {
                foreach (var (block, file) in series)
                {
                    if (!TryRead(block, file)) return false;
                }

                FlushPoints(series.Key);
                if (_builder.BlocksLength < frameLength) continue;
                Write(header, default, log.LastMark.Span);
                _builder.Clear();
            }

            if (_builder.BlocksLength > 0) Write(header, default, log.LastMark.Span);
            _builder.Clear();
        }

        Write(header with { Order = FrameHeader.EndOfFile }, default, log.LastMark.Span);

        _files.BeforeChange?.Invoke("sync", _path);
        RandomAccess.FlushToDisk(_file);
        return true;
    }

    public void Dispose() => _file.Dispose();

    private bool TryRead(BlockEntry block, SafeFileHandle file)
    {
        if (_pending + block.Count > PointCodec.MaxCount) FlushPoints(block.Key);
        if (_block.Length < block.Length) _block = new byte[Math.Max(block.Length, 64 * 1024)];
        var bytes = _block.AsSpan(0, StoreFiles.ReadFully(file, _block.AsSpan(0, block.Length), block.Offset));
        try
        {
            _pending += PointCodec.Decode(bytes, _steps.AsSpan(_pending), _timestamps.AsSpan(_pending), _values.AsSpan(_pending));
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private void FlushPoints(string key)
    {
        if (_pending == 0) return;
        _builder.Add(key, _steps.AsSpan(0, _pending), _timestamps.AsSpan(0, _pending), _values.AsSpan(0, _pending));
        _pending = 0;
    }

    private void Write(FrameHeader header, ReadOnlySpan<byte> facts, ReadOnlySpan<byte> mark)
    {
        var bytes = _builder.Build(header, facts, mark);
        RandomAccess.Write(_file, bytes.Span, _length);
        _length += bytes.Length;
    }
}
