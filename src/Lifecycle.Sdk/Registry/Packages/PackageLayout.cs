namespace Lifecycle.Sdk;

/// <summary>The names within a package. Nothing else belongs there.</summary>
internal static class PackageLayout
{
    public const string Manifest = "manifest.json";
    public const string ModelCard = "MODEL_CARD.md";
    public const string Artifacts = "artifacts";

    /// <summary>The most that is read into memory: a manifest, or a model card.</summary>
    public const int MaxDocument = 16 * 1024 * 1024;

    public static string NameOf(string artifact) => $"{Artifacts}/{artifact}";

    public static bool IsZip(string path) => path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why no file of a package has this name; null if one may have it.</summary>
    public static string? FindNameFault(string name)
    {
        if (name is Manifest or ModelCard) return null;
        if (!name.StartsWith(Artifacts + "/", StringComparison.Ordinal)) return $"a package holds '{Manifest}', '{ModelCard}' and files below '{Artifacts}/'.";
        return Storage.NameRules.FindArtifactPathFault(name[(Artifacts.Length + 1)..]);
    }
}
