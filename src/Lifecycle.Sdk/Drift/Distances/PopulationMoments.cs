namespace Lifecycle.Sdk.Drift;

/// <summary>Mean and population standard deviation of finite values, by the two-pass method.</summary>
internal static class PopulationMoments
{
    public static double PopulationDeviation(ReadOnlySpan<double> values)
    {
        // A power of two keeps squares of huge or tiny values in range and changes no digit.
        var range = ColumnRange.Of(values);
        if (range.Min == range.Max) return 0;
        var scale = ScaleOf(range);
        var mean = ScaledMean(values, scale);
        double total = 0, partial = 0, deviations = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var deviation = (values[i] * scale) - mean;
            deviations += deviation;
            partial += deviation * deviation;
            if ((i & 1023) == 1023) (total, partial) = (total + partial, 0);
        }

        // Far from zero the mean as a double is off; the deviations from it say by how much.
        var rest = deviations / values.Length;
        return Math.Sqrt(Math.Max(0, ((total + partial) / values.Length) - (rest * rest))) / scale;
    }

    public static double Mean(ReadOnlySpan<double> values)
    {
        var range = ColumnRange.Of(values);
        if (range.Min == range.Max) return range.Min;
        var scale = ScaleOf(range);
        return ScaledMean(values, scale) / scale;
    }

    private static double ScaleOf(ColumnRange range) =>
        Math.ScaleB(1, -Math.Clamp(Math.ILogB(Math.Max(Math.Abs(range.Min), Math.Abs(range.Max))), -1000, 1000));

    private static double ScaledMean(ReadOnlySpan<double> values, double scale)
    {
        double total = 0, partial = 0;
        for (var i = 0; i < values.Length; i++)
        {
            partial += values[i] * scale;
            if ((i & 1023) == 1023) (total, partial) = (total + partial, 0);
        }

        return (total + partial) / values.Length;
    }
}
