using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>A dead writer's segment, read with plain reads: whatever happens to the file meanwhile is an error to catch, not a signal.</summary>
internal sealed class OrphanSegment : Segment
{
    private readonly SafeFileHandle _file;

    private OrphanSegment(string path, SafeFileHandle file, int number, int chunks) : base(path, chunks)
    {
        _file = file;
        Number = number;
        TakeAll();
    }

    public static OrphanSegment Open(string path, int number)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);

        // A last chunk that is cut off is read as far as it goes. No segment is that long, so a file that is holds nothing beyond.
        var chunks = Math.Min((length + ChunkId.Bytes - 1) / ChunkId.Bytes, SegmentFile.MaxLength / ChunkId.Bytes);
        return new OrphanSegment(path, file, number, (int)chunks);
    }

    public override ReadOnlySpan<PointCell> Read(int chunk, int from, Span<PointCell> scratch)
    {
        var position = (long)chunk * ChunkId.Bytes + (long)from * PointCell.Bytes;
        return scratch[..SegmentFile.Fill(_file, position, scratch[..(ChunkId.Cells - from)])];
    }

    public override void Sync() { }

    public override void Dispose() => _file.Dispose();
}
