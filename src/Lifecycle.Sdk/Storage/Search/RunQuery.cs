namespace Lifecycle.Sdk.Storage;

/// <summary>Which runs to find, in which order.</summary>
public sealed record RunQuery
{
    /// <summary>The experiments to look in; null looks in all, empty finds nothing.</summary>
    public IReadOnlyList<string>? ExperimentIds { get; init; }

    /// <summary>The condition; null finds all.</summary>
    public SearchExpression? Filter { get; init; }

    /// <summary>The order; followed by start time descending (unless it is a term) and then run id ascending, so that it is always
    /// total.</summary>
    public IReadOnlyList<SearchOrder> OrderBy { get; init; } = [];

    /// <summary>Whether deleted runs are looked at.</summary>
    public StageView View { get; init; }

    /// <summary>The page size, 1 to 50,000; 1,000 by default.</summary>
    public int MaxResults { get; init; } = 1_000;

    /// <summary>Where to continue: the token of the page before; null begins.</summary>
    public string? PageToken { get; init; }
}

/// <summary>Which experiments to find, in which order.</summary>
public sealed record ExperimentQuery
{
    /// <summary>The condition over attributes and tags; null finds all.</summary>
    public SearchExpression? Filter { get; init; }

    /// <summary>The order; creation time descending, then id ascending, if empty.</summary>
    public IReadOnlyList<SearchOrder> OrderBy { get; init; } = [];

    /// <summary>Whether deleted experiments are looked at.</summary>
    public StageView View { get; init; }

    /// <summary>The page size, 1 to 50,000; 1,000 by default.</summary>
    public int MaxResults { get; init; } = 1_000;

    /// <summary>Where to continue: the token of the page before; null begins.</summary>
    public string? PageToken { get; init; }
}

/// <summary>One page of results.</summary>
/// <typeparam name="T">What was searched.</typeparam>
/// <param name="Items">The results in order.</param>
/// <param name="NextPageToken">The token that continues; null when there is no more.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextPageToken);
