using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Writes the common binary form: <c>"LSK"</c>, kind (1 byte), version (1), payload length (4, little endian), payload, CRC-32C of all
/// before it (4). Numbers are little endian; counts and sizes are LEB128 varints.
/// </summary>
internal sealed class SketchWriter(SketchKind kind, byte version)
{
    internal const int HeaderLength = 9;
    internal const int ChecksumLength = 4;

    private readonly ArrayBufferWriter<byte> _payload = new();

    public void Byte(byte value)
    {
        _payload.GetSpan(1)[0] = value;
        _payload.Advance(1);
    }

    public void Varint(long value)
    {
        ulong rest = (ulong)value;
        Span<byte> span = _payload.GetSpan(10);
        int length = 0;
        for (; rest >= 0x80; rest >>= 7) span[length++] = (byte)(rest | 0x80);
        span[length++] = (byte)rest;
        _payload.Advance(length);
    }

    public void Fixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_payload.GetSpan(8), value);
        _payload.Advance(8);
    }

    public void Double(double value) => Fixed64(BitConverter.DoubleToUInt64Bits(value));

    public void Doubles(ReadOnlySpan<double> values)
    {
        foreach (double value in values) Double(value);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => _payload.Write(bytes);

    public void Policy(NumericSketch sketch)
    {
        Byte((byte)sketch.NaNPolicy);
        Varint(sketch.DroppedCount);
    }

    public byte[] ToArray()
    {
        ReadOnlySpan<byte> payload = _payload.WrittenSpan;
        byte[] bytes = new byte[HeaderLength + payload.Length + ChecksumLength];
        "LSK"u8.CopyTo(bytes);
        bytes[3] = (byte)kind;
        bytes[4] = version;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(5), payload.Length);
        payload.CopyTo(bytes.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(^ChecksumLength..), Checksum(bytes.AsSpan(..^ChecksumLength)));
        return bytes;
    }

    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
