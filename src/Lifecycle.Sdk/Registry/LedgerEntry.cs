namespace Lifecycle.Sdk;

/// <summary>Who did what to the registry, when and why.</summary>
public sealed record LedgerEntry
{
    /// <summary>Its number: 1, 2, 3, …</summary>
    public required long Sequence { get; init; }

    /// <summary>When, to the millisecond; never before the entry before.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who.</summary>
    public required string Actor { get; init; }

    /// <summary>What was done.</summary>
    public required LedgerAction Action { get; init; }

    /// <summary>The model's name at that time.</summary>
    public required string Model { get; init; }

    /// <summary>The version; null when the model as a whole is concerned.</summary>
    public int? Version { get; init; }

    /// <summary>What belongs to the action, as JSON; null if nothing.</summary>
    public string? Details { get; init; }

    /// <summary>Why; null if not said.</summary>
    public string? Reason { get; init; }

    /// <summary>The hash of the entry before; 64 zeros for the first.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>The SHA-256 of the entry's stored bytes before their last property <c>hash</c>, 64 lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }
}

/// <summary>What can be done to the registry.</summary>
public enum LedgerAction
{
    /// <summary>A model was registered.</summary>
    ModelCreated = 0,

    /// <summary>A model's description or tags were changed.</summary>
    ModelUpdated = 1,

    /// <summary>A model was renamed.</summary>
    ModelRenamed = 2,

    /// <summary>A model was deleted with all of its versions.</summary>
    ModelDeleted = 3,

    /// <summary>A version was registered.</summary>
    VersionCreated = 4,

    /// <summary>A version's description or tags were changed.</summary>
    VersionUpdated = 5,

    /// <summary>A version was deleted.</summary>
    VersionDeleted = 6,

    /// <summary>An alias was pointed to a version.</summary>
    AliasSet = 7,

    /// <summary>An alias was removed.</summary>
    AliasDeleted = 8,

    /// <summary>An alias was pointed back to the version that had it before.</summary>
    AliasRolledBack = 9,

    /// <summary>A version got another stage.</summary>
    StageChanged = 10,

    /// <summary>A stage was given back to the version that had it before.</summary>
    StageRolledBack = 11,

    /// <summary>The result of a check was recorded.</summary>
    CheckRecorded = 12,

    /// <summary>A version was approved for an alias or stage.</summary>
    VersionApproved = 13,

    /// <summary>The gate of an alias or stage was set or removed.</summary>
    GateSet = 14,
}
