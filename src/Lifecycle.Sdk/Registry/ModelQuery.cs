using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>Which registered models or versions to find, in which order.</summary>
public sealed record ModelQuery
{
    /// <summary>
    /// The condition; null finds all. Models have the attributes <c>name, creation_timestamp, last_updated_timestamp</c>; versions <c>name, version_number,
    /// run_id, source_path, stage, user_id, creation_timestamp, last_updated_timestamp</c>; both have tags.
    /// </summary>
    public SearchExpression? Filter { get; init; }

    /// <summary>The order; models by name if empty, versions by last update (newest first), then name, then number (greatest first).</summary>
    public IReadOnlyList<SearchOrder> OrderBy { get; init; } = [];

    /// <summary>The page size, 1 to 200,000; 1,000 by default.</summary>
    public int MaxResults { get; init; } = 1_000;

    /// <summary>Where to continue: the token of the page before; null begins.</summary>
    public string? PageToken { get; init; }
}
