using System.Text;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Artifact paths as a stock server takes them and gives them back.</summary>
internal static class WirePaths
{
    /// <summary>An ending that is longer is part of the name.</summary>
    private const int MaxEnding = 32;

    /// <summary>
    /// Servers decode paths once more than they should, refuse <c>#</c>, lose a <c>;</c> at the end, and early ones break downloads of file names beyond Latin-1:
    /// such paths get a name with a hash.
    /// </summary>
    public static string Of(string path)
    {
        if (path.AsSpan().IndexOfAny('%', '#', ';') < 0 && !path.Any(c => c > 'ÿ')) return path;
        var slash = path.LastIndexOf('/') + 1;
        var dot = path.LastIndexOf('.');
        if (dot <= slash || path.Length - dot > MaxEnding) dot = path.Length;
        var (folder, name, ending) = (Safe(path[..slash]), Safe(path[slash..dot]), $"-{WireKeys.Hash(path)}{Safe(path[dot..])}");
        // With the hash it may not be longer than a file's name can be.
        while (Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(ending) > NameRules.MaxPathPartBytes) name = name[..^1];
        return folder + name + ending;
    }

    private static string Safe(string text) => string.Concat(text.Select(c => c is '%' or '#' or ';' || c > 'ÿ' ? '_' : c));
}
