using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Lifecycle.Sdk.Journal;

/// <summary>A chunk that may still get points.</summary>
/// <param name="Id">Which.</param>
/// <param name="Count">How many of its cells have been delivered.</param>
internal readonly record struct OpenChunk(ChunkId Id, int Count);

/// <summary>How far a journal has been delivered. Its encoding is the mark that a store keeps with the points.</summary>
/// <param name="Facts">Fact records before this offset are delivered.</param>
/// <param name="Top">Chunks before this one are delivered, all but the open ones; none from it on is.</param>
/// <param name="Open">Chunks before <paramref name="Top"/> that may still get points, in order.</param>
/// <param name="Ended">Whether the end of the writer has been delivered: nothing can follow.</param>
internal sealed record DrainPosition(long Facts, ChunkId Top, IReadOnlyList<OpenChunk> Open, bool Ended)
{
    /// <summary>More open chunks than this are not put into one mark, which has to stay below 64 KiB.</summary>
    public const int MaxOpen = 4096;

    private const byte Version = 1;

    public static DrainPosition Start { get; } = new(0, default, [], false);

    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        writer.Write(Ended);
        writer.Write7BitEncodedInt64(Facts);
        writer.Write7BitEncodedInt(Top.Segment);
        writer.Write7BitEncodedInt(Top.Index);
        writer.Write7BitEncodedInt(Open.Count);
        var last = default(ChunkId);
        foreach (var (id, count) in Open)
        {
            // Differences, as the chunks are in order: about three bytes each.
            writer.Write7BitEncodedInt(id.Segment - last.Segment);
            writer.Write7BitEncodedInt(id.Segment == last.Segment ? id.Index - last.Index : id.Index);
            writer.Write((byte)count);
            last = id;
        }

        writer.Flush();
        writer.Write(Check(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads a mark; false for bytes that are none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> mark, [NotNullWhen(true)] out DrainPosition? position)
    {
        position = null;
        if (mark.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(mark[^sizeof(uint)..]) != Check(mark[..^sizeof(uint)])) return false;
        using var reader = new BinaryReader(new MemoryStream(mark[..^sizeof(uint)].ToArray()));
        try
        {
            position = Decode(reader);
            return position is not null;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException)
        {
            return false;
        }
    }

    private static DrainPosition? Decode(BinaryReader reader)
    {
        if (reader.ReadByte() != Version) return null;
        var ended = reader.ReadBoolean();
        var facts = reader.Read7BitEncodedInt64();
        var top = new ChunkId(reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
        var count = reader.Read7BitEncodedInt();
        var open = new List<OpenChunk>();
        var last = default(ChunkId);
        for (var i = 0; i < count; i++)
        {
            var segment = last.Segment + reader.Read7BitEncodedInt();
            var index = reader.Read7BitEncodedInt() + (segment == last.Segment ? last.Index : 0);
            last = new ChunkId(segment, index);
            open.Add(new OpenChunk(last, Math.Min((int)reader.ReadByte(), ChunkId.Cells)));
        }

        return new DrainPosition(facts, top, open, ended);
    }

    private static uint Check(ReadOnlySpan<byte> bytes)
    {
        var check = 0x4C434D31u;
        foreach (var b in bytes) check = BitOperations.Crc32C(check, b);
        return check;
    }
}
