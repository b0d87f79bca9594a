using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace Lifecycle.Sdk.Server;

/// <summary>A secret as it is stored: <c>pbkdf2-sha256$ITERATIONS$SALT$HASH</c>, the last two in base64.</summary>
internal sealed record SecretHash(int Iterations, byte[] Salt, byte[] Hash)
{
    public const int MaxSecretBytes = 1024;
    public const int NewIterations = 600_000;
    private const int MinIterations = 10_000;
    private const int MaxIterations = 10_000_000;
    private const int SaltBytes = 16;
    private const string Algorithm = "pbkdf2-sha256";

    public static SecretHash Create(ReadOnlySpan<byte> secret, int iterations = NewIterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new SecretHash(iterations, salt, Derive(secret, salt, iterations));
    }

    /// <summary>A hash that no secret fits: what an unknown user is checked against.</summary>
    public static SecretHash Decoy(int iterations) => new(iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes));

    public static SecretHash? Parse(string text)
    {
        if (text.Split('$') is not [Algorithm, var count, var salt, var hash]) return null;
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < MinIterations or > MaxIterations) return null;
        if (!Base64.IsValid(salt, out var saltBytes) || saltBytes < SaltBytes || !Base64.IsValid(hash, out var hashBytes) || hashBytes != SHA256.HashSizeInBytes) return null;
        return new SecretHash(iterations, Convert.FromBase64String(salt), Convert.FromBase64String(hash));
    }

    public bool Fits(ReadOnlySpan<byte> secret) => CryptographicOperations.FixedTimeEquals(Derive(secret, Salt, Iterations), Hash);

    /// <summary>Takes as long as a check of so many iterations.</summary>
    public static void Spend(int iterations)
    {
        if (iterations > 0) Derive("x"u8, new byte[SaltBytes], iterations);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Algorithm}${Iterations}${Convert.ToBase64String(Salt)}${Convert.ToBase64String(Hash)}");

    private static byte[] Derive(ReadOnlySpan<byte> secret, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(secret, salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
}
