namespace Lifecycle.Sdk.Evaluation;

/// <summary>Names for the groups of a fairness report.</summary>
public static class SensitiveGroups
{
    /// <summary>
    /// The intersections of several attributes, such as sex and class: one name per row, the values joined by <c> &amp; </c>.
    /// A model can be fair to each attribute alone and unfair to their intersection. O(rows · attributes).
    /// </summary>
    /// <remarks>Source: Kearns et al., "Preventing fairness gerrymandering", ICML 2018.</remarks>
    /// <param name="attributes">One array per attribute, all equally long.</param>
    /// <exception cref="ArgumentException">There is no attribute, one is null or shorter than another, or a value is null.</exception>
    public static string[] Intersect(params IReadOnlyList<string>[] attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        if (attributes.Length == 0)
            throw new ArgumentException("There is no attribute to intersect.", nameof(attributes));
        for (var a = 0; a < attributes.Length; a++)
        {
            if (attributes[a] is null || attributes[a].Count != attributes[0].Count || attributes[a].Any(value => value is null))
                throw new ArgumentException($"Attribute {a} is null, holds null, or is not as long as the first.", nameof(attributes));
        }

        var names = new string[attributes[0].Count];
        for (var row = 0; row < names.Length; row++)
            names[row] = string.Join(" & ", attributes.Select(attribute => attribute[row]));
        return names;
    }
}
