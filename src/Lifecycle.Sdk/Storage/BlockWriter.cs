using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Storage;

/// <summary>Writes the columns of a block; see <see cref="PointCodec"/>. The target has room for <see cref="PointCodec.MaxLength"/>.</summary>
internal ref struct BlockWriter(Span<byte> target)
{
    public const byte DeltaFlag = 0x80;
    public const byte SignFlag = 0x80;

    /// <summary>Wider groups are stored as whole words, so that a reader finds every packed number within 8 bytes.</summary>
    public const int MaxPackedWidth = 56;

    private readonly Span<byte> _target = target;

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>The first number, then the differences in groups: width, smallest difference, packed excess over it.</summary>
    public void WriteIntegers(ReadOnlySpan<long> column)
    {
        WriteVarint(ZigZag(column[0]));
        Span<ulong> packed = stackalloc ulong[PointCodec.GroupLength];
        var previous = column[0];
        for (var rest = column[1..]; rest.Length > 0;)
        {
            var group = rest[..Math.Min(rest.Length, PointCodec.GroupLength)];
            long min = long.MaxValue, max = long.MinValue;
            for (var i = 0; i < group.Length; i++)
            {
                var delta = unchecked(group[i] - previous);
                previous = group[i];
                packed[i] = (ulong)delta;
                min = Math.Min(min, delta);
                max = Math.Max(max, delta);
            }

            var width = Width(unchecked((ulong)max - (ulong)min));
            _target[Length++] = (byte)width;
            WriteVarint(ZigZag(min));
            Pack(packed[..group.Length], (ulong)min, width);
            rest = rest[group.Length..];
        }
    }

    /// <summary>Groups: width and order, shift and sign, smallest number (and first, for differences), packed excess over it.</summary>
    public void WriteDoubles(ReadOnlySpan<double> column)
    {
        Span<ulong> numbers = stackalloc ulong[PointCodec.GroupLength];
        Span<ulong> deltas = stackalloc ulong[PointCodec.GroupLength];
        for (var rest = MemoryMarshal.Cast<double, ulong>(column); rest.Length > 0;)
        {
            var group = rest[..Math.Min(rest.Length, PointCodec.GroupLength)];
            var (shift, signs) = ToNumbers(group, numbers);
            ulong min = ulong.MaxValue, max = 0;
            long minDelta = long.MaxValue, maxDelta = long.MinValue;
            var previous = numbers[0];
            for (var i = 0; i < group.Length; i++)
            {
                var number = numbers[i];
                min = Math.Min(min, number);
                max = Math.Max(max, number);
                if (i == 0) continue;
                var delta = unchecked((long)(number - previous));
                previous = number;
                deltas[i] = (ulong)delta;
                minDelta = Math.Min(minDelta, delta);
                maxDelta = Math.Max(maxDelta, delta);
            }

            var width = Width(max - min);
            var deltaWidth = group.Length == 1 ? width : Width(unchecked((ulong)maxDelta - (ulong)minDelta));
            var asDeltas = deltaWidth < width;
            _target[Length++] = (byte)(asDeltas ? deltaWidth | DeltaFlag : width);
            _target[Length++] = (byte)(signs ? shift | SignFlag : shift);
            if (asDeltas)
            {
                WriteVarint(numbers[0]);
                WriteVarint(ZigZag(minDelta));
                Pack(deltas[1..group.Length], (ulong)minDelta, deltaWidth);
            }
            else
            {
                WriteVarint(min);
                Pack(numbers[..group.Length], min, width);
            }

            rest = rest[group.Length..];
        }
    }

    /// <summary>Magnitudes without the zero bits that all have at the end; with the sign as the last bit if any is negative.</summary>
    private static (int Shift, bool Signs) ToNumbers(ReadOnlySpan<ulong> bits, Span<ulong> numbers)
    {
        ulong any = 0;
        foreach (var b in bits) any |= b;
        const ulong Magnitude = ~0UL >> 1;
        var signs = any > Magnitude;
        var shift = (any & Magnitude) == 0 ? 0 : BitOperations.TrailingZeroCount(any);
        if (signs)
        {
            for (var i = 0; i < bits.Length; i++) numbers[i] = ((bits[i] & Magnitude) >> shift << 1) | (bits[i] >> 63);
        }
        else
        {
            for (var i = 0; i < bits.Length; i++) numbers[i] = bits[i] >> shift;
        }

        return (shift, signs);
    }

    private static int Width(ulong range)
    {
        var width = 64 - BitOperations.LeadingZeroCount(range);
        return width > MaxPackedWidth ? 64 : width;
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _target[Length++] = (byte)(value | 0x80);
        _target[Length++] = (byte)value;
    }

    /// <summary>The numbers less <paramref name="min"/>, the first in the lowest bits, padded to whole bytes.</summary>
    private void Pack(scoped ReadOnlySpan<ulong> numbers, ulong min, int width)
    {
        if (width == 0) return;
        var target = _target[Length..];
        ulong word = 0;
        var filled = 0;
        var at = 0;
        foreach (var number in numbers)
        {
            var excess = unchecked(number - min);
            word |= excess << filled;
            filled += width;
            if (filled < 64) continue;
            BinaryPrimitives.WriteUInt64LittleEndian(target[at..], word);
            at += sizeof(ulong);
            filled -= 64;
            word = filled == 0 ? 0 : excess >> (width - filled);
        }

        for (; filled > 0; filled -= 8, word >>= 8) target[at++] = (byte)word;
        Length += at;
    }
}
