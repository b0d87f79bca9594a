namespace Lifecycle.Sdk;

/// <summary>A name under which versions are registered. A snapshot: it does not change.</summary>
public sealed record RegisteredModel
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, for people; empty if not said.</summary>
    public string Description { get; init; } = "";

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset CreationTime { get; init; }

    /// <summary>When it or one of its aliases was last changed, or a version was added or deleted.</summary>
    public required DateTimeOffset LastUpdateTime { get; init; }

    /// <summary>Its tags.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>The version that each alias points to.</summary>
    public required IReadOnlyDictionary<string, int> Aliases { get; init; }

    /// <summary>The newest version of each stage that has one, in the order of the stages.</summary>
    public IReadOnlyList<ModelVersion> LatestVersions { get; init; } = [];

    /// <summary>What has to be fulfilled before a version may get an alias or stage.</summary>
    public required IReadOnlyDictionary<PromotionTarget, PromotionGate> Gates { get; init; }
}
