using System.Security.Cryptography;

namespace Lifecycle.Sdk;

/// <summary>The SHA-256 of a content, written as 64 lower-case hexadecimal digits. Equal content is stored once under its digest.</summary>
public readonly record struct ContentDigest
{
    private readonly string? _hex;

    private ContentDigest(string hex) => _hex = hex;

    /// <summary>Reads a digest.</summary>
    /// <param name="hex">64 hexadecimal digits.</param>
    /// <returns>The digest.</returns>
    /// <exception cref="FormatException">The text is not a digest.</exception>
    public static ContentDigest Parse(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        return hex.Length == 64 && hex.All(char.IsAsciiHexDigit)
            ? new ContentDigest(hex.ToLowerInvariant())
            : throw new FormatException($"'{hex}' is not a SHA-256: 64 hexadecimal digits.");
    }

    /// <summary>The digest of bytes in memory.</summary>
    /// <param name="content">The bytes.</param>
    /// <returns>Their digest.</returns>
    public static ContentDigest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    /// <summary>Wraps a computed hash.</summary>
    /// <param name="sha256">32 bytes.</param>
    /// <returns>The digest.</returns>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public static ContentDigest FromHash(ReadOnlySpan<byte> sha256) =>
        sha256.Length == 32
            ? new ContentDigest(Convert.ToHexStringLower(sha256))
            : throw new ArgumentException($"A SHA-256 has 32 bytes, not {sha256.Length}.", nameof(sha256));

    /// <summary>The digest as 64 lower-case hexadecimal digits.</summary>
    /// <returns>The digits.</returns>
    public override string ToString() => _hex ?? "";
}
