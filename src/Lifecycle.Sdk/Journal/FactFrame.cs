using System.Buffers.Binary;
using System.Numerics;

namespace Lifecycle.Sdk.Journal;

/// <summary>The frame of a fact record: 24 bytes of header, then the payload.</summary>
/// <param name="Kind">What the payload holds.</param>
/// <param name="Time">When it was appended, in milliseconds since 1970.</param>
/// <param name="Payload">Where the payload lies in the bytes that were parsed.</param>
internal readonly record struct FactFrame(FactKind Kind, long Time, Range Payload)
{
    public const int HeaderLength = 24;

    /// <summary>Greater than any fact that keeps the rules for names and texts.</summary>
    public const int MaxPayload = 16 << 20;

    // "LCF1": where reading goes on after damage.
    private const uint Sync = 0x3146434C;

    /// <summary>Frames a payload.</summary>
    /// <exception cref="ArgumentException">It is too long.</exception>
    public static byte[] Frame(uint seed, FactKind kind, long time, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaxPayload)
            throw new ArgumentException($"A fact of {payload.Length} bytes is refused: at most {MaxPayload}. Log it as an artifact instead.", nameof(payload));
        var record = new byte[HeaderLength + payload.Length];
        var span = record.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(span, Sync);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(span[12..], (uint)kind);
        BinaryPrimitives.WriteInt64LittleEndian(span[16..], time);
        payload.CopyTo(span[HeaderLength..]);
        BinaryPrimitives.WriteUInt32LittleEndian(span[8..], Check(seed, span));
        return record;
    }

    /// <summary>Reads the record at the start of some bytes.</summary>
    /// <returns>Its whole length if it is valid; 0 if it is none; the negative length that is needed to tell.</returns>
    public static int TryParse(uint seed, ReadOnlySpan<byte> bytes, out FactFrame record)
    {
        record = default;
        if (bytes.Length < HeaderLength) return -HeaderLength;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Sync) return 0;
        var payload = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (payload is < 0 or > MaxPayload) return 0;
        var length = HeaderLength + payload;
        if (bytes.Length < length) return -length;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Check(seed, bytes[..length])) return 0;
        var kind = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        record = new FactFrame((FactKind)(byte)kind, BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), HeaderLength..length);
        return length;
    }

    // Over everything but the sync word and the check itself.
    private static uint Check(uint seed, ReadOnlySpan<byte> record)
    {
        var check = BitOperations.Crc32C(seed, BinaryPrimitives.ReadUInt32LittleEndian(record[4..]));
        check = BitOperations.Crc32C(check, BinaryPrimitives.ReadUInt32LittleEndian(record[12..]));
        var rest = record[16..];
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
            check = BitOperations.Crc32C(check, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        foreach (var b in rest) check = BitOperations.Crc32C(check, b);
        return check;
    }
}
