using System.Collections.Immutable;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>Counts of two categorical samples over the union of their categories, in ordinal order.</summary>
/// <param name="Categories">The categories; they are compared ordinally.</param>
/// <param name="Reference">How often the reference has each category.</param>
/// <param name="Current">How often the current sample has each category.</param>
/// <param name="ReferenceDropped">Null entries of the reference that were left out.</param>
/// <param name="CurrentDropped">Null entries of the current sample that were left out.</param>
public sealed record CategoryCounts(
    ImmutableArray<string> Categories,
    ImmutableArray<long> Reference,
    ImmutableArray<long> Current,
    long ReferenceDropped,
    long CurrentDropped)
{
    /// <summary>Counts two samples. O(n) hashing; memory grows with the number of categories only.</summary>
    /// <param name="reference">The reference sample, not empty.</param>
    /// <param name="current">The current sample, not empty.</param>
    /// <param name="missing">What to do with null entries: refuse them, or drop and count them. The default refuses.</param>
    /// <exception cref="ArgumentException">A sample holds no category, or a null that is refused.</exception>
    public static CategoryCounts Of(ReadOnlySpan<string?> reference, ReadOnlySpan<string?> current, NaNPolicy missing = NaNPolicy.Refuse)
    {
        var referenceCounter = CategoryCounter.Count(reference, missing, nameof(reference));
        var currentCounter = CategoryCounter.Count(current, missing, nameof(current));
        var counts = new SortedDictionary<string, (long Reference, long Current)>(StringComparer.Ordinal);
        foreach (var (category, count) in referenceCounter.Counts) counts[category] = (count, 0);
        foreach (var (category, count) in currentCounter.Counts) counts[category] = (counts.GetValueOrDefault(category).Reference, count);
        return new CategoryCounts(
            [.. counts.Keys],
            [.. counts.Values.Select(pair => pair.Reference)],
            [.. counts.Values.Select(pair => pair.Current)],
            referenceCounter.Missing,
            currentCounter.Missing);
    }

    /// <summary>Jensen-Shannon distance between the two sides; see <see cref="Divergences.JensenShannonDistance"/>.</summary>
    /// <param name="logBase">Base of the logarithm. Default e.</param>
    public double JensenShannonDistance(double logBase = Math.E) =>
        Divergences.JensenShannonDistance(Shares.ToDoubles(Reference.AsSpan()), Shares.ToDoubles(Current.AsSpan()), logBase);

    /// <summary>Hellinger distance between the two sides; see <see cref="Divergences.Hellinger"/>.</summary>
    public double Hellinger() => Divergences.Hellinger(Shares.ToDoubles(Reference.AsSpan()), Shares.ToDoubles(Current.AsSpan()));

    /// <summary>Total variation distance between the two sides; see <see cref="Divergences.TotalVariation"/>.</summary>
    public double TotalVariation() => Divergences.TotalVariation(Shares.ToDoubles(Reference.AsSpan()), Shares.ToDoubles(Current.AsSpan()));
}
