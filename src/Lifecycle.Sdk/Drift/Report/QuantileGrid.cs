namespace Lifecycle.Sdk.Drift;

/// <summary>
/// What is kept of a large numeric reference: its quantiles at <see cref="BrownianBridges.Levels"/> (percents, finer in the tails;
/// definition 7 of Hyndman and Fan, as in <see cref="BinEdges.Quantiles"/>) and how many of its values lie below each.
/// </summary>
/// <param name="Quantiles">The quantiles, not decreasing.</param>
/// <param name="Below">The number of values strictly below each quantile.</param>
/// <param name="Count">The number of values.</param>
/// <param name="Minimum">The smallest value.</param>
/// <param name="Maximum">The largest value.</param>
/// <param name="Deviation">The population standard deviation; NaN with infinities.</param>
internal sealed record QuantileGrid(
    double[] Quantiles, long[] Below, long Count, double Minimum, double Maximum, double Deviation)
{
    public static QuantileGrid Of(ReadOnlySpan<double> sorted)
    {
        double[] levels = BrownianBridges.Levels, quantiles = new double[levels.Length];
        long[] below = new long[levels.Length];
        for (int i = 0; i < levels.Length; i++)
        {
            quantiles[i] = Quantile(sorted, levels[i]);
            below[i] = SortedRuns.LowerBound(sorted, quantiles[i]);
        }

        bool finite = double.IsFinite(sorted[0]) && double.IsFinite(sorted[^1]);
        double deviation = finite ? PopulationMoments.PopulationDeviation(sorted) : double.NaN;
        return new QuantileGrid(quantiles, below, sorted.Length, sorted[0], sorted[^1], deviation);
    }

    /// <summary>
    /// The stretch of the line that each level stands for, ∫|B(F(x))| dx ≈ Σ width·|B(level)|: trapezoids between neighbouring quantiles,
    /// and towards the ends half the way to the extreme value.
    /// </summary>
    public double[] Widths()
    {
        double[] widths = new double[Quantiles.Length];
        widths[0] = (Quantiles[0] - Minimum) / 2;
        widths[^1] = (Maximum - Quantiles[^1]) / 2;
        for (int i = 1; i < widths.Length; i++)
        {
            double half = (Quantiles[i] - Quantiles[i - 1]) / 2;
            widths[i - 1] += half;
            widths[i] += half;
        }

        return widths;
    }

    /// <summary>The edges that split the reference into tenths, each once, its counts, and whether those are untouched by ties.</summary>
    public (double[] Edges, double[] Reference, bool WithoutTies) Deciles()
    {
        double[] edges = new double[9];
        long[] below = new long[9];
        int kept = 0;
        for (int tenth = 1; tenth < 10; tenth++)
        {
            int level = BrownianBridges.NearestLevel(tenth / 10.0);
            if (kept > 0 && Quantiles[level] <= edges[kept - 1]) continue;
            (edges[kept], below[kept]) = (Quantiles[level], Below[level]);
            kept++;
        }

        double[] reference = new double[kept + 1];
        for (int bin = 0; bin <= kept; bin++) reference[bin] = (bin < kept ? below[bin] : Count) - (bin > 0 ? below[bin - 1] : 0);
        return (edges[..kept], reference, kept == 9 && WithoutTies(reference));
    }

    /// <summary>
    /// The spacings between the values of a reference that each tenth holds: n values cut the line into n + 1, the deciles stand (n-1)/10
    /// values apart, and one open spacing lies beyond either end.
    /// </summary>
    public static double[] DecileSpacings(long count)
    {
        double[] spacings = new double[10];
        Array.Fill(spacings, (count - 1) / 10.0);
        spacings[0]++;
        spacings[^1]++;
        return spacings;
    }

    /// <summary>1 at every level that the distribution function takes, 0 at those that a tie jumps over.</summary>
    public float[] ReachedLevels()
    {
        float[] reached = new float[Quantiles.Length];
        for (int i = 0; i < Below.Length; i++)
        {
            // The lower end of the jump at this quantile; its upper end is the lower one of the next larger quantile.
            if (Below[i] > 0) reached[BrownianBridges.NearestLevel((double)Below[i] / Count)] = 1;
        }

        return reached;
    }

    /// <summary>Whether some percent falls into a jump of the distribution function.</summary>
    public bool HasLargeTies()
    {
        float[] reached = ReachedLevels();
        for (int percent = 1; percent < 100; percent++)
        {
            if (reached[BrownianBridges.NearestLevel(percent / 100.0)] == 0) return true;
        }

        return false;
    }

    /// <summary>In integers wherever the level is a percent, so that deciles are those of <see cref="BinEdges"/>.</summary>
    private static double Quantile(ReadOnlySpan<double> sorted, double level)
    {
        double percent = Math.Round(level * 100);
        int low;
        double share;
        if (Math.Abs((level * 100) - percent) < 1e-9)
        {
            low = (int)Math.DivRem((sorted.Length - 1L) * (long)percent, 100, out long rest);
            share = rest / 100.0;
        }
        else
        {
            double position = (sorted.Length - 1) * level;
            low = (int)position;
            share = position - low;
        }

        if (share == 0 || sorted[low] == sorted[low + 1]) return sorted[low];
        double width = sorted[low + 1] - sorted[low];
        // Halves where the difference overflows; an infinite neighbour has no point between, so the lower one stands.
        if (double.IsFinite(width)) return sorted[low] + (width * share);
        return double.IsFinite(sorted[low]) && double.IsFinite(sorted[low + 1])
            ? (sorted[low] * (1 - share)) + (sorted[low + 1] * share)
            : sorted[low];
    }

    private bool WithoutTies(double[] reference)
    {
        // Quantile bins of distinct values differ from their share by less than one value.
        foreach (double count in reference)
        {
            if (Math.Abs(count - (Count / 10.0)) > 1) return false;
        }

        return true;
    }
}
