namespace Lifecycle.Sdk;

/// <summary>A dataset that a run used.</summary>
public sealed record DatasetInput
{
    /// <summary>The dataset's name, 1 to 500 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What identifies the content, usually a hash; 1 to 100 characters. Same name and digest: the same dataset.</summary>
    public required string Digest { get; init; }

    /// <summary>Where it came from: a path, address or query; null if not known.</summary>
    public string? Source { get; init; }

    /// <summary>The kind of source, such as <c>file</c>, <c>http</c>, <c>sql</c>; null if not known.</summary>
    public string? SourceType { get; init; }

    /// <summary>The columns and their types, free text or JSON, at most 1,048,576 characters; null if not known.</summary>
    public string? Schema { get; init; }

    /// <summary>How many rows; null if not known.</summary>
    public long? RowCount { get; init; }

    /// <summary>What it was used for, such as <c>training</c> or <c>validation</c>; null if not said.</summary>
    public string? Context { get; init; }
}
