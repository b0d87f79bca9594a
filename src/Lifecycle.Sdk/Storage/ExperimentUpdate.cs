namespace Lifecycle.Sdk.Storage;

/// <summary>A change of an experiment; what is null stays as it is.</summary>
public sealed record ExperimentUpdate
{
    /// <summary>The new name.</summary>
    public string? Name { get; init; }

    /// <summary>The new stage. Deleting also deletes the active runs; restoring brings all its runs back.</summary>
    public LifecycleStage? Stage { get; init; }

    /// <summary>Tags to set; a null value removes the tag.</summary>
    public IReadOnlyDictionary<string, string?> Tags { get; init; } = new Dictionary<string, string?>();
}
