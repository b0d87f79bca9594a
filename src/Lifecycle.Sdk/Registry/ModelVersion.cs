namespace Lifecycle.Sdk;

/// <summary>One version of a registered model. A snapshot: it does not change.</summary>
public sealed record ModelVersion
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Its number: 1, 2, 3, …; a number is never given twice.</summary>
    public required int Number { get; init; }

    /// <summary>Where it came from: <c>runs:/RUN/FOLDER</c>, or what was given at registration.</summary>
    public required string Source { get; init; }

    /// <summary>The run that made it; null if none.</summary>
    public RunId? Run { get; init; }

    /// <summary>The folder or file of the run's artifacts that it consists of; null for all of them.</summary>
    public string? ArtifactFolder { get; init; }

    /// <summary>Its artifacts as they were when it was registered, by their paths in the run; frozen.</summary>
    public IReadOnlyList<ModelArtifact> Artifacts { get; init; } = [];

    /// <summary>What it was made of, as it was when it was registered; null without a run.</summary>
    public ModelLineage? Lineage { get; init; }

    /// <summary>Where it came from if it was imported; null if it was registered here.</summary>
    public ModelOrigin? ImportedFrom { get; init; }

    /// <summary>What it is, for people; empty if not said.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its stage.</summary>
    public ModelStage Stage { get; init; }

    /// <summary>Its tags.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>The aliases that point to it, in ordinal order.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The checks that were recorded for it, oldest first; of several with one name the last counts.</summary>
    public IReadOnlyList<ModelCheck> Checks { get; init; } = [];

    /// <summary>Who approved it for what, oldest first.</summary>
    public IReadOnlyList<ModelApproval> Approvals { get; init; } = [];

    /// <summary>Who registered it.</summary>
    public required string User { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset CreationTime { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset LastUpdateTime { get; init; }
}

/// <summary>A frozen artifact of a version.</summary>
/// <param name="Path">Its path in the run.</param>
/// <param name="Digest">The SHA-256 of its content.</param>
/// <param name="Size">Its length in bytes.</param>
public sealed record ModelArtifact(ArtifactPath Path, ContentDigest Digest, long Size);
