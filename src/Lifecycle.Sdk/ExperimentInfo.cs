using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>What a store knows of an experiment. A snapshot: it does not change.</summary>
public sealed record ExperimentInfo
{
    /// <summary>The id in this store: decimal digits; <c>0</c> is the experiment named <c>Default</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The name, unique in the store among active and deleted experiments, case-sensitive.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is in use or softly deleted.</summary>
    public LifecycleStage Stage { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreationTime { get; init; }

    /// <summary>When its name, tags or stage last changed.</summary>
    public required DateTimeOffset LastUpdateTime { get; init; }

    /// <summary>The tags by name; enumerated in ordinal order of the names.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init => field = NameOrder.Sort(value); }
}
