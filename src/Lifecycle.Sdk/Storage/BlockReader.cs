using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Storage;

/// <summary>Reads the columns of a block; see <see cref="PointCodec"/>. Never reads past the source, whatever the bytes are.</summary>
internal ref struct BlockReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;

    public readonly bool AtEnd => _at == _source.Length;

    public void ReadIntegers(Span<long> column)
    {
        var previous = UnZigZag(ReadVarint());
        column[0] = previous;
        for (var rest = column[1..]; rest.Length > 0;)
        {
            var group = rest[..Math.Min(rest.Length, PointCodec.GroupLength)];
            var width = ReadWidth(ReadByte());
            var min = UnZigZag(ReadVarint());
            if (width == 0)
            {
                for (var i = 0; i < group.Length; i++) group[i] = previous = unchecked(previous + min);
            }
            else
            {
                Unpack(MemoryMarshal.Cast<long, ulong>(group), width);
                for (var i = 0; i < group.Length; i++) group[i] = previous = unchecked(previous + min + group[i]);
            }

            rest = rest[group.Length..];
        }
    }

    public void ReadDoubles(Span<double> column)
    {
        for (var rest = MemoryMarshal.Cast<double, ulong>(column); rest.Length > 0;)
        {
            var group = rest[..Math.Min(rest.Length, PointCodec.GroupLength)];
            var head = ReadByte();
            var form = ReadByte();
            var width = ReadWidth((byte)(head & ~BlockWriter.DeltaFlag));
            if ((head & BlockWriter.DeltaFlag) != 0) ReadDeltas(group, width);
            else ReadNumbers(group, width);
            ToBits(group, form & 0x3F, (form & BlockWriter.SignFlag) != 0);
            rest = rest[group.Length..];
        }
    }

    private static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private static void ToBits(Span<ulong> numbers, int shift, bool signs)
    {
        if (signs)
        {
            for (var i = 0; i < numbers.Length; i++) numbers[i] = (numbers[i] >> 1 << shift) | (numbers[i] << 63);
        }
        else if (shift != 0)
        {
            for (var i = 0; i < numbers.Length; i++) numbers[i] <<= shift;
        }
    }

    private void ReadNumbers(Span<ulong> group, int width)
    {
        var min = ReadVarint();
        if (width == 0)
        {
            group.Fill(min);
            return;
        }

        Unpack(group, width);
        for (var i = 0; i < group.Length; i++) group[i] = unchecked(group[i] + min);
    }

    private void ReadDeltas(Span<ulong> group, int width)
    {
        var number = ReadVarint();
        var min = (ulong)UnZigZag(ReadVarint());
        group[0] = number;
        var rest = group[1..];
        if (width == 0) rest.Clear();
        else Unpack(rest, width);
        for (var i = 0; i < rest.Length; i++) rest[i] = number = unchecked(number + min + rest[i]);
    }

    private void Unpack(Span<ulong> numbers, int width)
    {
        var length = ((numbers.Length * width) + 7) / 8;
        if (length > _source.Length - _at) PointCodec.ThrowDamaged("its columns are cut off");
        var packed = _source.Slice(_at, length);
        _at += length;
        if (width == 64)
        {
            for (var i = 0; i < numbers.Length; i++) numbers[i] = BinaryPrimitives.ReadUInt64LittleEndian(packed[(8 * i)..]);
            return;
        }

        // Numbers are read as 8 bytes at the byte they begin in; near the end of the block those 8 bytes come from a copy.
        if (_source.Length - _at >= sizeof(ulong))
        {
            Unpack(_source.Slice(_at - length, length + sizeof(ulong)), numbers, width);
            return;
        }

        Span<byte> copy = stackalloc byte[(PointCodec.GroupLength * BlockWriter.MaxPackedWidth / 8) + sizeof(ulong)];
        copy.Clear();
        packed.CopyTo(copy);
        Unpack(copy, numbers, width);
    }

    private static void Unpack(ReadOnlySpan<byte> packed, Span<ulong> numbers, int width)
    {
        var mask = (1UL << width) - 1;
        for (int i = 0, bit = 0; i < numbers.Length; i++, bit += width)
            numbers[i] = (BinaryPrimitives.ReadUInt64LittleEndian(packed[(bit >> 3)..]) >> (bit & 7)) & mask;
    }

    private static int ReadWidth(byte width)
    {
        if (width > BlockWriter.MaxPackedWidth && width != 64) PointCodec.ThrowDamaged($"a group has the width {width}");
        return width;
    }

    private byte ReadByte()
    {
        if (_at >= _source.Length) PointCodec.ThrowDamaged("its columns are cut off");
        return _source[_at++];
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = ReadByte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        PointCodec.ThrowDamaged("a number has more than 64 bits");
        return 0;
    }
}
