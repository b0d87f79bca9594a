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

    /// <summary>Replaces each value by its absolute deviation from the centre of its sample; a median sorts the sample.</summary>
    public static void ToDeviations(scoped in SampleSet set, Center center)
    {
        for (var i = 0; i < set.Count; i++)
        {
            var sample = set[i];
            var middle = center == Center.Median ? Median(sample) : Moments.Of(sample).Mean;
            foreach (ref var value in sample)
                value = Math.Abs(value - middle);
        }
    }

    private static double Median(Span<double> values)
    {
        RadixSort.Sort(values);
        var half = values.Length / 2;
        if (values.Length % 2 == 1)
            return values[half];
        double low = values[half - 1], high = values[half];
        return low == high ? low : (low + high) / 2;
    }
}
