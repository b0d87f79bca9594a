using System.Buffers.Binary;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>The fixed part of a frame; see FORMAT.md.</summary>
/// <param name="MetaLength">The length of facts, mark and directory together.</param>
/// <param name="BlocksLength">The length of all blocks.</param>
/// <param name="MetaChecksum">CRC-32C of facts, mark and directory.</param>
/// <param name="Sequence">The batch's number.</param>
/// <param name="Previous">The number of the writer's batch before it; 0 if there is none.</param>
/// <param name="Order">Where the facts stand among all facts of the run, whoever wrote them; 0 without facts.</param>
/// <param name="Attempt">The attempt that the points belong to.</param>
/// <param name="Time">When the batch was cut, in UTC ticks.</param>
/// <param name="FactsLength">The length of the facts.</param>
/// <param name="MarkLength">The length of the mark.</param>
internal readonly record struct FrameHeader(
    int MetaLength, int BlocksLength, uint MetaChecksum, long Sequence, long Previous, long Order, long Attempt, long Time, int FactsLength, int MarkLength)
{
    public const int Length = 72;

    /// <summary>The <see cref="Order"/> of the last frame of a sealed file, so that a file that was cut is known to be.</summary>
    public const long EndOfFile = -1;

    private const byte Version = 1;

    /// <summary>Seven bytes that begin every frame, also of later versions; a reader that lost its place looks for them.</summary>
    public static ReadOnlySpan<byte> Magic => [0x9E, (byte)'L', (byte)'C', (byte)'F', (byte)'R', 0x0D, 0x0A];

    public long TotalLength => Length + (long)MetaLength + BlocksLength;

    public void Write(Span<byte> target)
    {
        Magic.CopyTo(target);
        target[7] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], MetaLength);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], BlocksLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], MetaChecksum);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], Previous);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], Order);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], Attempt);
        BinaryPrimitives.WriteInt64LittleEndian(target[56..], Time);
        BinaryPrimitives.WriteInt32LittleEndian(target[64..], FactsLength);
        BinaryPrimitives.WriteInt32LittleEndian(target[68..], MarkLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Checksum(target));
    }

    /// <summary>Reads a header if the bytes are an undamaged one.</summary>
    /// <exception cref="LifecycleException">The frame was written by a later version of the library.</exception>
    public static bool TryRead(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        header = default;
        if (source.Length < Length || !source.StartsWith(Magic)) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != Checksum(source)) return false;
        if (source[7] != Version)
            throw new LifecycleException($"A batch was written in frame version {source[7]}, and this library reads version {Version}: use a newer Lifecycle.Sdk.");
        header = new FrameHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[56..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[64..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[68..]));
        return header.IsPlausible;
    }

    private bool IsPlausible =>
        MetaLength >= 4 && BlocksLength >= 0 && FactsLength >= 0 && MarkLength >= 0 && (long)FactsLength + MarkLength + 4 <= MetaLength
        && Time >= 0 && Time <= DateTime.MaxValue.Ticks;

    /// <summary>All of the header but the checksum itself.</summary>
    private static uint Checksum(ReadOnlySpan<byte> header) => Crc32C.Append(Crc32C.Compute(header[..8]), header[12..Length]);
}

/// <summary>Where a block stands and which steps it holds, known without reading it.</summary>
/// <param name="Key">The series.</param>
/// <param name="Offset">Where the block begins in its file.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Count">How many points.</param>
/// <param name="MinStep">The smallest step.</param>
/// <param name="MaxStep">The greatest step.</param>
internal readonly record struct BlockEntry(string Key, long Offset, int Length, int Count, long MinStep, long MaxStep);

/// <summary>One frame as found in a file, all but its blocks' bytes.</summary>
/// <param name="Offset">Where the frame begins.</param>
/// <param name="Header">The fixed part.</param>
/// <param name="Facts">The facts, in order.</param>
/// <param name="Mark">The mark.</param>
/// <param name="Blocks">The blocks.</param>
internal sealed record Frame(long Offset, FrameHeader Header, IReadOnlyList<FactRecord> Facts, ReadOnlyMemory<byte> Mark, IReadOnlyList<BlockEntry> Blocks)
{
    public long End => Offset + Header.TotalLength;

    public DateTimeOffset Time => new(Header.Time, TimeSpan.Zero);
}
