using System.Security.Cryptography;
using System.Text;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Names as a stock server takes them: MLflow's alphabet, and paths in normal form.</summary>
internal static class WireKeys
{
    private const int HashDigits = 10;

    /// <summary>A file store has a file for each key, and a folder for each of its other parts.</summary>
    private const int MaxPartBytes = 255;

    /// <summary>
    /// Whether a stock server takes a key as it is. Stricter than the newest ones are: a colon is refused by early servers and on Windows.
    /// </summary>
    public static bool IsLegal(string key)
    {
        if (key.Length is 0 or > WireLimits.Key || key.StartsWith("..", StringComparison.Ordinal)) return false;
        foreach (var c in key)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('_' or '-' or '.' or ' ' or '/')) return false;
        }

        foreach (var part in key.Split('/'))
        {
            if (part is "" or "." or ".." || Encoding.UTF8.GetByteCount(part) > MaxPartBytes) return false;
        }

        return true;
    }

    /// <summary>
    /// The key that a person would recognise: <c>loss{fold=3,subset=train}</c> is <c>loss.fold.3.subset.train</c>. It need not be legal. No slash: a server with a
    /// file store could have nothing below the series <c>loss</c>.
    /// </summary>
    public static string Readable(string key)
    {
        var brace = key.IndexOf('{', StringComparison.Ordinal);
        if (brace < 0 || key[^1] != '}') return key;
        return $"{key[..brace]}.{key[(brace + 1)..^1].Replace('=', '.').Replace(',', '.')}";
    }

    /// <summary>The key for a name of ours: the readable one if it is legal, else one with a hash, which is the same wherever it is made.</summary>
    public static string Of(string name) => Readable(name) is var key && IsLegal(key) ? key : Hashed(name);

    /// <summary>The usual key of a name if it is nobody else's and can be kept beside those in use; else one with a hash.</summary>
    /// <param name="name">The name.</param>
    /// <param name="usual">Its usual key.</param>
    /// <param name="used">The keys in use.</param>
    /// <param name="isTaken">Whether the usual key is known to be another name's.</param>
    public static string Free(string name, string usual, ArtifactNames used, bool isTaken) =>
        isTaken || (usual != name && used.Contains(usual)) || used.FindConflict(usual) is not null ? Hashed(name) : usual;

    /// <summary>A legal key that no other name has.</summary>
    public static string Hashed(string name)
    {
        var text = new StringBuilder();
        var room = WireLimits.Key - HashDigits - 1;
        foreach (var c in Readable(name))
        {
            var safe = char.IsLetterOrDigit(c) || c is '_' or '-' ? c : '_';
            room -= Encoding.UTF8.GetByteCount([safe]);
            if (room < 0) break;
            text.Append(safe);
        }

        return text.Append('-').Append(Hash(name)).ToString();
    }

    /// <summary>The first digits of a text's SHA-256.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashDigits];
}
