using System.Globalization;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// A numeric reference column: its distinct values and their counts where there are at most <see cref="MostDistinct"/> (so nothing is
/// lost), else a grid of quantiles.
/// </summary>
/// <param name="Values">The distinct values, increasing; null with a grid.</param>
/// <param name="Counts">How often each occurs; null with a grid.</param>
/// <param name="Grid">The quantiles; null with values.</param>
/// <param name="Edges">The interior edges of the displayed histogram.</param>
/// <param name="Histogram">The reference's counts in it.</param>
internal sealed record NumericReference(double[]? Values, long[]? Counts, QuantileGrid? Grid, double[] Edges, long[] Histogram)
{
    /// <summary>Every sample up to this size is kept whole.</summary>
    public const int MostDistinct = 1000;

    /// <summary>Up to this many distinct values a column is compared as categories.</summary>
    public const int MostDiscrete = 20;

    private const int Bins = 24;

    public bool IsDiscrete => Values is { Length: <= MostDiscrete };

    /// <summary>The summary of sorted values, at least one.</summary>
    public static NumericReference Of(ReadOnlySpan<double> sorted)
    {
        double[] edges = HistogramEdges(sorted);
        long[] histogram = CountSorted(sorted, edges);
        return SortedRuns.TryFind(sorted, MostDistinct, out double[] values, out long[] counts)
            ? new NumericReference(values, counts, null, edges, histogram)
            : new NumericReference(null, null, QuantileGrid.Of(sorted), edges, histogram);
    }

    /// <summary>The counts of sorted values between edges: bin i holds those from edge i-1, included, to edge i.</summary>
    public static long[] CountSorted(ReadOnlySpan<double> sorted, double[] edges)
    {
        long[] counts = new long[edges.Length + 1];
        int start = 0;
        for (int bin = 0; bin < counts.Length; bin++)
        {
            int end = bin < edges.Length ? SortedRuns.LowerBound(sorted, edges[bin]) : sorted.Length;
            counts[bin] = end - start;
            start = end;
        }

        return counts;
    }

    /// <summary>The category of a number that is compared as one.</summary>
    public static string NameOf(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The reference as categories, when it has few values.</summary>
    public CategoricalReference ToCategories() => new([.. Values!.Select(NameOf)], Counts!, 0, 0);

    public IReadOnlyList<DriftBin> Bin(ReadOnlySpan<double> current)
    {
        long[] counts = CountSorted(current, Edges);
        var bins = new DriftBin[counts.Length];
        for (int i = 0; i < bins.Length; i++) bins[i] = new DriftBin(Label(i), Histogram[i], counts[i]);
        return bins;
    }

    private string Label(int bin)
    {
        if (Edges.Length == 0) return "all";
        if (bin == 0) return Short(Edges[0], "below ");
        return bin == Edges.Length ? Short(Edges[^1], "from ") : Short(Edges[bin - 1]) + " to " + Short(Edges[bin]);
    }

    private static string Short(double edge, string before = "") => before + edge.ToString("G4", CultureInfo.InvariantCulture);

    // Equal bins between the outer half percents, so that one outlier does not squeeze everything into one bar.
    private static double[] HistogramEdges(ReadOnlySpan<double> sorted)
    {
        int cut = sorted.Length / 200;
        double low = Math.Clamp(sorted[cut], -1e300, 1e300), high = Math.Clamp(sorted[^(cut + 1)], -1e300, 1e300);
        if (low == high)
        {
            low = Math.Clamp(sorted[0], -1e300, 1e300);
            high = Math.Clamp(sorted[^1], -1e300, 1e300);
        }

        return BinEdges.EqualWidth(low, high, Bins).Interior.ToArray();
    }
}
