using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Numerics;

/// <summary>Absolute deviations from a centre, which Levene's and Fligner's tests then compare.</summary>
internal static class Spread
{
    private const double TrimmedShare = 0.05;

    /// <summary>The samples without the values that the trimmed mean cuts, or null where nothing is cut.</summary>
    public static ReadOnlyMemory<double>[]? Trim(scoped in SampleSet set, Center center)
    {
        if (center is < Center.Median or > Center.TrimmedMean)
            throw new ArgumentOutOfRangeException(nameof(center), center, "The centre is Median, Mean or TrimmedMean.");
        if (center != Center.TrimmedMean)
            return null;
        var kept = new ReadOnlyMemory<double>[set.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            var sample = set[i];
            RadixSort.Sort(sample);
            var cut = (int)(TrimmedShare * sample.Length);
            kept[i] = sample[cut..^cut].ToArray();
        }

        return kept;
    }

    /// <summary>
    /// Replaces each value by its absolute deviation from the centre of its sample; a median sorts the sample. With
    /// <paramref name="refined"/> the centre keeps what rounding to a double would take from it. Tests on ranks do without: the midpoint of
    /// two values is equally far from both or not, depending on its rounding, and they have to see the ties that other libraries see.
    /// </summary>
    public static void ToDeviations(scoped in SampleSet set, Center center, bool refined)
    {
        for (var i = 0; i < set.Count; i++)
        {
            var sample = set[i];
            var (middle, rest) = center == Center.Median ? Median(sample, refined) : Mean(sample, refined);
            foreach (ref var value in sample)
                value = Math.Abs(value - middle - rest);
        }
    }

    private static (double Value, double Lost) Mean(ReadOnlySpan<double> values, bool refined)
    {
        var moments = Moments.Of(values);
        return (moments.Mean, refined ? moments.MeanRest : 0);
    }

    private static (double Value, double Lost) Median(Span<double> values, bool refined)
    {
        RadixSort.Sort(values);
        var half = values.Length / 2;
        if (values.Length % 2 == 1)
            return (values[half], 0);
        double low = values[half - 1], high = values[half];
        if (low == high)
            return (low, 0);
        return refined ? (low, (high - low) / 2) : ((low + high) / 2, 0);
    }
}
