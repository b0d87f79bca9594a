namespace Lifecycle.Sdk;

/// <summary>What to change of a registered model or version.</summary>
public sealed record ModelUpdate
{
    /// <summary>The new description; null keeps it, empty removes it.</summary>
    public string? Description { get; init; }

    /// <summary>The tags to set; a null value removes the tag, and removing one that is not there is no error.</summary>
    public IReadOnlyDictionary<string, string?> Tags { get; init; } = new Dictionary<string, string?>();
}
