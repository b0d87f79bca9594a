using System.Numerics;

namespace Lifecycle.Sdk.Journal;

/// <summary>One file of chunks. Chunks are handed out in order by <see cref="TryTakeChunk"/> from any thread.</summary>
internal abstract class Segment(string path, int chunks) : IDisposable
{
    private int _taken;

    public string Path { get; protected set; } = path;

    /// <summary>The number in the file's name; -1 until it joins a journal.</summary>
    public int Number { get; protected set; } = -1;

    public int Chunks { get; } = chunks;

    public long Length => (long)Chunks * ChunkId.Bytes;

    /// <summary>How many chunks have been handed out.</summary>
    public int Taken => Math.Min(Volatile.Read(ref _taken), Chunks);

    /// <summary>What seeds the checks of a chunk's cells.</summary>
    public static uint SeedOf(uint writerSeed, ChunkId chunk) =>
        BitOperations.Crc32C(BitOperations.Crc32C(writerSeed, (uint)chunk.Segment), (uint)chunk.Index);

    /// <summary>Hands out the next chunk; -1 when there is none left.</summary>
    public int TryTakeChunk()
    {
        // Looked at first, so that callers who try again and again on a full journal do not overflow the counter.
        if (Volatile.Read(ref _taken) >= Chunks) return -1;
        var chunk = Interlocked.Increment(ref _taken) - 1;
        return chunk < Chunks ? chunk : -1;
    }

    /// <summary>Moves the prepared file to its name in the journal.</summary>
    public void Join(string folder, int number)
    {
        var path = JournalFolder.SegmentPath(folder, number);
        File.Move(Path, path);
        Path = path;
        Number = number;
    }

    /// <summary>
    /// The cells of a chunk from <paramref name="from"/> on that may be committed: a view of the mapping, or <paramref name="scratch"/> filled
    /// from the file. A cell may still be uncommitted (head 0).
    /// </summary>
    public abstract ReadOnlySpan<PointCell> Read(int chunk, int from, Span<PointCell> scratch);

    /// <summary>Makes what is committed survive power loss.</summary>
    public abstract void Sync();

    /// <summary>Lets go of mapping and file. No cursor may stand in the segment any more.</summary>
    public abstract void Dispose();

    protected void TakeAll() => _taken = Chunks;
}
