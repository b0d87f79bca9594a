namespace Lifecycle.Sdk.Journal;

/// <summary>Where a chunk of 128 cells lies: the segment's number and the chunk's index in it. Later chunks are greater.</summary>
internal readonly record struct ChunkId(int Segment, int Index) : IComparable<ChunkId>
{
    /// <summary>How many cells a chunk has: 4 KiB, one page on most machines.</summary>
    public const int Cells = 128;

    public const int Bytes = Cells * PointCell.Bytes;

    public int CompareTo(ChunkId other) =>
        Segment != other.Segment ? Segment.CompareTo(other.Segment) : Index.CompareTo(other.Index);
}
