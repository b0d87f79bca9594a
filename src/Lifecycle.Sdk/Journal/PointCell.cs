using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Journal;

/// <summary>
/// One point in a segment, 32 bytes, little-endian. <see cref="Head"/> is written last: while it is 0 the cell is not committed. It holds the
/// series id plus 1 (so that it is never 0) in its lower half, and in its upper half a CRC32C over series, step, time and value that
/// is seeded with the cell's place, so that torn bytes and bytes of another journal or place are told from a point.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct PointCell
{
    public const int Bytes = 32;

    public ulong Head;
    public long Step;
    public long Time;
    public long Value;

    /// <summary>The id of the series, if the cell is valid.</summary>
    public readonly int Series => (int)((uint)LittleEndian((long)Head) - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HeadOf(uint seed, int series, long step, long time, long value)
    {
        // A CRC is a bijection of its initial state, so that a changed series id is always seen, as is any change of up to 32 neighbouring bits.
        var check = BitOperations.Crc32C(seed ^ (uint)series, (ulong)step);
        check = BitOperations.Crc32C(check, (ulong)time);
        check = BitOperations.Crc32C(check, (ulong)value);
        return ((ulong)check << 32) | ((uint)series + 1);
    }

    /// <summary>Turns a number from the machine's byte order into the file's or back; nothing on all but a few machines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LittleEndian(long value) =>
        BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);

    /// <summary>Writes a point into memory that a reader may be looking at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Commit(ref PointCell cell, uint seed, int series, long step, long time, long value)
    {
        cell.Step = LittleEndian(step);
        cell.Time = LittleEndian(time);
        cell.Value = LittleEndian(value);

        // The release store orders the fields before the head on Arm too, where plain stores would not be.
        Volatile.Write(ref cell.Head, (ulong)LittleEndian((long)HeadOf(seed, series, step, time, value)));
    }
}
