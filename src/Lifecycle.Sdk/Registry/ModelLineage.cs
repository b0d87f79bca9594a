namespace Lifecycle.Sdk;

/// <summary>What a version was made of: from the run to its data and code. Recorded at registration, so it outlives the run.</summary>
public sealed record ModelLineage
{
    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The run's name.</summary>
    public required string RunName { get; init; }

    /// <summary>The name of the run's experiment; null if it is not known.</summary>
    public string? Experiment { get; init; }

    /// <summary>The commit of the code; null if it was not captured.</summary>
    public string? GitCommit { get; init; }

    /// <summary>Whether the code had changes that are not in the commit; null if it was not captured.</summary>
    public bool? GitDirty { get; init; }

    /// <summary>The repository of the code; null if it was not captured.</summary>
    public string? GitRepository { get; init; }

    /// <summary>The datasets that the run used.</summary>
    public required IReadOnlyList<LineageDataset> Datasets { get; init; }
}

/// <summary>A dataset in a version's lineage.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">What identifies its content.</param>
/// <param name="Context">What it was used for; null if not said.</param>
public sealed record LineageDataset(string Name, string Digest, string? Context);
