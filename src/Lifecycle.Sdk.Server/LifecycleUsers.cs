using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Lifecycle.Sdk.Server;

namespace Lifecycle.Sdk;

/// <summary>Makes what stands in the file of users: hashes, from which no secret can be had back.</summary>
public static class LifecycleUsers
{
    private const int TokenBytes = 32;

    /// <summary>A secret as the field <c>secret</c> of a user: salted PBKDF2 with SHA-256. Takes about 100 ms, as each guess at it does.</summary>
    /// <exception cref="ArgumentException">The secret is empty, longer than 1,024 bytes or has control characters, such as a line's end.</exception>
    public static string HashSecret(string secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        if (secret.Any(char.IsControl)) throw new ArgumentException("The secret has control characters, which clients can't send.", nameof(secret));
        if (Encoding.UTF8.GetByteCount(secret) > SecretHash.MaxSecretBytes)
            throw new ArgumentException(FormattableString.Invariant($"The secret is longer than {SecretHash.MaxSecretBytes} bytes."), nameof(secret));
        return SecretHash.Create(Encoding.UTF8.GetBytes(secret)).ToString();
    }

    /// <summary>A new random token of 256 bits, which a client sends as <c>Authorization: Bearer …</c>. The prefix lets scanners for leaked secrets find it.</summary>
    public static string CreateToken() => "lct_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>A token as an entry of the field <c>tokens</c> of a user. Only for tokens of <see cref="CreateToken"/>: what a person thought up needs <see cref="HashSecret"/>.</summary>
    /// <exception cref="ArgumentException">The token is not one of <see cref="CreateToken"/>.</exception>
    public static string HashToken(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (!token.StartsWith("lct_", StringComparison.Ordinal) || !Base64Url.IsValid(token.AsSpan(4), out var bytes) || bytes != TokenBytes)
            throw new ArgumentException("The token is not one that CreateToken made: a plain hash protects random ones alone.", nameof(token));
        return TokenHash.Prefix + Convert.ToBase64String(TokenHash.Of(Encoding.UTF8.GetBytes(token)));
    }
}
