namespace Lifecycle.Sdk.Drift;

/// <summary>Checks and normalises the counts or shares that the divergences take.</summary>
internal static class Shares
{
    /// <summary>
    /// The sum of the counts, after a check that each is finite and not negative and that the sum is positive and finite.
    /// </summary>
    public static double CheckedTotal(ReadOnlySpan<double> counts, string name)
    {
        var total = 0.0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (!double.IsFinite(counts[i]) || counts[i] < 0)
                throw new ArgumentException(
                    $"Counts must be finite and not negative, but '{name}' is {Text(counts[i])} at position {i}.", name);
            total += counts[i];
        }

        if (total == 0) throw new ArgumentException($"'{name}' holds no count above 0, so its shares are undefined.", name);
        if (double.IsInfinity(total)) throw new ArgumentException($"The sum of '{name}' exceeds the range of a double.", name);
        return total;
    }

    public static void RequireSameLength(int reference, int current, string name)
    {
        if (reference != current)
            throw new ArgumentException(
                $"Both sides need the same bins, but the reference has {reference} and the current side {current}.", name);
    }

    public static double[] ToDoubles(ReadOnlySpan<long> counts)
    {
        var result = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++) result[i] = counts[i];
        return result;
    }

    private static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
