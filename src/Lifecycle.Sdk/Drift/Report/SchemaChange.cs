namespace Lifecycle.Sdk.Drift;

/// <summary>A difference in the columns themselves.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="Kind">What happened to it.</param>
/// <param name="ReferenceType">Its type in the reference, null for an added column.</param>
/// <param name="CurrentType">Its type now, null for a removed column.</param>
public sealed record SchemaChange(string Column, SchemaChangeKind Kind, string? ReferenceType, string? CurrentType);

/// <summary>What happened to a column.</summary>
public enum SchemaChangeKind
{
    /// <summary>The reference does not have it.</summary>
    Added = 0,

    /// <summary>Only the reference has it.</summary>
    Removed = 1,

    /// <summary>Its kind differs. Numbers and integers are still compared, other kinds are not.</summary>
    Retyped = 2,
}
