using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The frame of a saved detector, little-endian: the letters LSDD, one byte of version, the length of the body (4 bytes), the body, and
/// FNV-1a (64 bits) over everything before. The checksum is against damage, not against forgery; readers check what they index with.
/// </summary>
internal static class SavedState
{
    private const byte Version = 1;
    private const int HeaderLength = 9;
    private const int ChecksumLength = 8;

    private static ReadOnlySpan<byte> Magic => "LSDD"u8;

    public static void Seal(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var length = HeaderLength + body.Length + ChecksumLength;
        var target = output.GetSpan(length)[..length];
        Magic.CopyTo(target);
        target[4] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(target[5..], body.Length);
        body.CopyTo(target[HeaderLength..]);
        BinaryPrimitives.WriteUInt64LittleEndian(target[^ChecksumLength..], Checksum(target[..^ChecksumLength]));
        output.Advance(length);
    }

    public static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> saved)
    {
        Require(saved.Length >= HeaderLength + ChecksumLength && saved.StartsWith(Magic), "it does not begin as one");
        Require(saved[4] == Version, $"its version is {saved[4]}, and this library reads version {Version}");
        Require(
            BinaryPrimitives.ReadInt32LittleEndian(saved[5..]) == saved.Length - HeaderLength - ChecksumLength,
            "its length is not the one it states");
        Require(
            BinaryPrimitives.ReadUInt64LittleEndian(saved[^ChecksumLength..]) == Checksum(saved[..^ChecksumLength]),
            "its checksum is wrong");
        return saved[HeaderLength..^ChecksumLength];
    }

    public static void Require([DoesNotReturnIf(false)] bool holds, string otherwise)
    {
        if (!holds) throw Unusable(otherwise, "saved");
    }

    // The parameter is that of the public Restore, which every check here serves.
    private static ArgumentException Unusable(string otherwise, string name) =>
        new($"This is not a usable saved detector: {otherwise}.", name);

    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in bytes) hash = (hash ^ value) * 1099511628211UL;
        return hash;
    }
}
