namespace Lifecycle.Sdk.Storage;

/// <summary>Filters come from outside, so everything about them is bounded, in the same way for every provider.</summary>
internal static class SearchLimits
{
    /// <summary>Characters of a filter or ordering in text.</summary>
    public const int TextLength = 100_000;

    /// <summary>Nested parentheses and NOTs in text, nodes above a leaf in a tree.</summary>
    public const int Depth = 200;

    /// <summary>Comparisons in one filter.</summary>
    public const int Conditions = 1_000;

    /// <summary>Literals in one filter, members of IN lists included.</summary>
    public const int Literals = 10_000;

    /// <summary>Terms of an ordering.</summary>
    public const int OrderTerms = 20;

    /// <summary>Characters between two <c>%</c> of a LIKE pattern, if <c>_</c> is among them; bounds the work per character of
    /// text.</summary>
    public const int LikeSegmentLength = 64;

    /// <summary>The largest page.</summary>
    public const int PageSize = 50_000;

    /// <summary>The largest page of registered models or versions.</summary>
    public const int RegistryPageSize = 200_000;
}
