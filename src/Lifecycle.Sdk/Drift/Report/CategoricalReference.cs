namespace Lifecycle.Sdk.Drift;

/// <summary>A reference column by category, the most frequent ones by name.</summary>
/// <param name="Names">The kept categories.</param>
/// <param name="Counts">How often each occurs.</param>
/// <param name="OtherValues">Values of the categories that were not kept.</param>
/// <param name="OtherCategories">How many categories were not kept.</param>
internal sealed record CategoricalReference(string[] Names, long[] Counts, long OtherValues, long OtherCategories)
{
    /// <summary>A column of identifiers must not turn the reference into a copy of the data.</summary>
    private const int MostKept = 1000;

    public static CategoricalReference Of(Dictionary<string, long> counts)
    {
        KeyValuePair<string, long>[] ordered =
            [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
        return new CategoricalReference(
            [.. ordered.Take(MostKept).Select(pair => pair.Key)],
            [.. ordered.Take(MostKept).Select(pair => pair.Value)],
            ordered.Skip(MostKept).Sum(pair => pair.Value),
            Math.Max(0, ordered.Length - MostKept));
    }

    public bool IsComplete => OtherCategories == 0;

    public long Total => Counts.Sum() + OtherValues;
}
