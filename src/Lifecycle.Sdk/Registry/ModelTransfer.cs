namespace Lifecycle.Sdk;

/// <summary>A version as it was written to a package by <see cref="ModelRegistry.ExportAsync"/>.</summary>
public sealed record ModelExport
{
    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The folder or zip file, as a full path.</summary>
    public required string Path { get; init; }

    /// <summary>The SHA-256 of the package's manifest, which names the digests of everything else: who knows it can tell whether the package is still the same.</summary>
    public required ContentDigest Manifest { get; init; }

    /// <summary>The length of all artifacts together.</summary>
    public required long Bytes { get; init; }
}

/// <summary>A version that came out of a package by <see cref="ModelRegistry.ImportAsync"/>.</summary>
public sealed record ModelImport
{
    /// <summary>The version, under the next number of the model here.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The SHA-256 of the package's manifest, to be compared with <see cref="ModelExport.Manifest"/>.</summary>
    public required ContentDigest Manifest { get; init; }
}

/// <summary>Where an imported version came from, as its package says.</summary>
public sealed record ModelOrigin
{
    /// <summary>The model's name there.</summary>
    public required string Model { get; init; }

    /// <summary>The version's number there.</summary>
    public required int Version { get; init; }

    /// <summary>The run that made it there; null if none.</summary>
    public string? Run { get; init; }

    /// <summary>The address of the store that it was exported from.</summary>
    public required string Store { get; init; }

    /// <summary>Who exported it.</summary>
    public required string Actor { get; init; }

    /// <summary>When it was exported.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The SHA-256 of the package's manifest, 64 lower-case hexadecimal digits.</summary>
    public required string Manifest { get; init; }
}
