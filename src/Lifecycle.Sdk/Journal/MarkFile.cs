using System.Buffers.Binary;
using System.Numerics;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>The mark of a store that keeps none itself: written after the store has taken a batch, so that a crash in between repeats one batch.</summary>
internal static class MarkFile
{
    private const int Overhead = sizeof(long) + sizeof(uint);

    /// <summary>Replaces the mark as a whole.</summary>
    /// <exception cref="IOException">The disk is full or ill; the old mark stays.</exception>
    public static void Write(string folder, long sequence, ReadOnlySpan<byte> mark)
    {
        var bytes = new byte[Overhead + mark.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, sequence);
        mark.CopyTo(bytes.AsSpan(sizeof(long)));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(^sizeof(uint)..), Check(bytes.AsSpan(..^sizeof(uint))));
        var path = JournalFolder.MarkPath(folder);
        File.WriteAllBytes(path + ".tmp", bytes);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>The mark; null if there is none that can be read.</summary>
    public static WriterMark? Read(string folder)
    {
        var path = JournalFolder.MarkPath(folder);
        if (!File.Exists(path)) return null;
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < Overhead) return null;
        var check = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(^sizeof(uint)..));
        return check == Check(bytes.AsSpan(..^sizeof(uint)))
            ? new WriterMark(BinaryPrimitives.ReadInt64LittleEndian(bytes), bytes.AsMemory(sizeof(long)..^sizeof(uint)))
            : null;
    }

    private static uint Check(ReadOnlySpan<byte> bytes)
    {
        var check = 0u;
        foreach (var b in bytes) check = BitOperations.Crc32C(check, b);
        return ~check;
    }
}
