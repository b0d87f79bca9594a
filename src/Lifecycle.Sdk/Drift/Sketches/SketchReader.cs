using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Reads what <see cref="SketchWriter"/> wrote and trusts none of it: a checksum catches damage, range checks catch forgery.
/// </summary>
internal ref struct SketchReader
{
    private readonly string _name;
    private ReadOnlySpan<byte> _rest;

    public SketchReader(ReadOnlySpan<byte> source, SketchKind kind, byte version, string name)
    {
        _name = name;
        if (source.Length < SketchWriter.HeaderLength + SketchWriter.ChecksumLength || !source.StartsWith("LSK"u8))
        {
            Fail("they do not start with the header of a sketch");
        }
        if (source[3] != (byte)kind) Fail(FormattableString.Invariant($"they hold another sketch (kind {source[3]})"));
        if (source[4] != version) Fail(FormattableString.Invariant($"their version is {source[4]} and only {version} can be read"));
        long expected = (long)SketchWriter.HeaderLength + BinaryPrimitives.ReadUInt32LittleEndian(source[5..])
            + SketchWriter.ChecksumLength;
        if (expected != source.Length)
        {
            Fail(FormattableString.Invariant($"the header promises {expected} bytes and {source.Length} are there"));
        }
        ReadOnlySpan<byte> summed = source[..^SketchWriter.ChecksumLength];
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[summed.Length..]) != SketchWriter.Checksum(summed))
        {
            Fail("the checksum is wrong");
        }
        _rest = source[SketchWriter.HeaderLength..^SketchWriter.ChecksumLength];
    }

    public byte Byte() => Take(1)[0];

    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double Double() => BitConverter.UInt64BitsToDouble(Fixed64());

    public double NumberDouble(string what)
    {
        double value = Double();
        if (double.IsNaN(value)) Fail($"{what} is NaN");
        return value;
    }

    public long Varint(string what, long minimum, long maximum)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = Byte();
            if (shift == 63 && b > 1) Fail($"{what} is not a number of 64 bits");
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) break;
        }
        long signed = (long)value;
        if (signed < minimum || signed > maximum)
        {
            Fail(FormattableString.Invariant($"{what} is {signed}, outside {minimum} to {maximum}"));
        }
        return signed;
    }

    /// <summary>A number of elements that the remaining bytes can really hold, so that a forged size cannot ask for memory.</summary>
    public int Size(string what, int maximum, int bytesEach)
    {
        long size = Varint(what, 0, maximum);
        if (size * bytesEach > _rest.Length) Fail(FormattableString.Invariant($"{what} is {size}, more than the bytes can hold"));
        return (int)size;
    }

    public NaNPolicy Policy(out long dropped)
    {
        byte policy = Byte();
        if (policy > (byte)NaNPolicy.Drop) Fail(FormattableString.Invariant($"the NaN policy is {policy}"));
        dropped = Varint("the number of dropped values", 0, long.MaxValue);
        return (NaNPolicy)policy;
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) Fail("they end too early");
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public readonly void End()
    {
        if (!_rest.IsEmpty) Fail(FormattableString.Invariant($"{_rest.Length} bytes are left over"));
    }

    public readonly void Require(bool holds, string otherwise)
    {
        if (!holds) Fail(otherwise);
    }

    [DoesNotReturn]
    public readonly void Fail(string reason) => throw new InvalidDataException($"The bytes are not a usable {_name}: {reason}.");
}
