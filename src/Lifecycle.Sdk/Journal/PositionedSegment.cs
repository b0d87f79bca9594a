using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>A segment written with one positioned write a point, for file systems where a mapping may lie or kill the process.</summary>
internal sealed class PositionedSegment(string path, SafeFileHandle file, int chunks) : Segment(path, chunks)
{
    // A read may see half of a write under way, so readers go by this count: written cells per chunk, published after the write.
    private readonly byte[] _written = new byte[chunks];

    /// <summary>Writes the next cell of a chunk. Called by the one thread that holds the chunk.</summary>
    /// <exception cref="IOException">The disk is full or ill; the cell is not written.</exception>
    public void Write(int chunk, int index, uint seed, int series, long step, long time, long value)
    {
        var cell = default(PointCell);
        PointCell.Commit(ref cell, seed, series, step, time, value);
        RandomAccess.Write(file, MemoryMarshal.AsBytes(new ReadOnlySpan<PointCell>(in cell)), PositionOf(chunk, index));
        Volatile.Write(ref _written[chunk], (byte)(index + 1));
    }

    public override ReadOnlySpan<PointCell> Read(int chunk, int from, Span<PointCell> scratch)
    {
        var count = Volatile.Read(ref _written[chunk]) - from;
        return count <= 0 ? [] : scratch[..SegmentFile.Fill(file, PositionOf(chunk, from), scratch[..count])];
    }

    public override void Sync() => RandomAccess.FlushToDisk(file);

    public override void Dispose() => file.Dispose();

    private static long PositionOf(int chunk, int index) => (long)chunk * ChunkId.Bytes + (long)index * PointCell.Bytes;
}
