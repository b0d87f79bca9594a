using System.Security.Cryptography;

namespace Lifecycle.Sdk.Server;

/// <summary>A token as it is stored. It is random and long, so that a fast hash without salt is enough.</summary>
internal static class TokenHash
{
    public const string Prefix = "sha256$";

    public static byte[] Of(ReadOnlySpan<byte> token) => SHA256.HashData(token);

    public static bool TryParse(string text, out byte[] hash)
    {
        hash = new byte[SHA256.HashSizeInBytes];
        return text.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64Chars(text.AsSpan(Prefix.Length), hash, out var written) && written == hash.Length;
    }
}
