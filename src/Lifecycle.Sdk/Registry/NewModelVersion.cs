using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>What becomes a version: artifacts of a run, or something that is kept elsewhere.</summary>
public sealed record NewModelVersion
{
    /// <summary>The run that made it; null if it was made elsewhere, which needs a <see cref="Source"/>.</summary>
    public RunId? Run { get; init; }

    /// <summary>The folder or file of the run's artifacts that it consists of; null for all of them.</summary>
    public string? ArtifactFolder { get; init; }

    /// <summary>Where it is kept if not among the run's artifacts: an address, up to 1,024 characters. Nothing is frozen then, unless a folder is named too.</summary>
    public string? Source { get; init; }

    /// <summary>What it is, for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    internal const int MaxSource = 1_024;

    /// <summary>The rules that hold in every registry. Gives the artifact folder as a path, null for all.</summary>
    internal ArtifactPath? Check()
    {
        NameRules.RequireValue(Description, "description");
        if (Source is not null) NameRules.RequireLine(Source, "source", MaxSource);
        ArtifactPath? folder = ArtifactFolder is null ? null : ArtifactPath.Parse(ArtifactFolder);
        if (Run is null && (Source is null || folder is not null))
            throw new ArgumentException("A version needs a run, or a source without an artifact folder.", "version");
        return folder;
    }
}
