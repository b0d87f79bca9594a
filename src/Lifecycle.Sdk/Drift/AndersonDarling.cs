using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The Anderson-Darling test of k samples: a squared distance of the distribution functions that gives weight to the tails. Thread-safe.
/// </summary>
/// <remarks>
/// The statistic is (A² - (k - 1))/σ with A² of Scholz and Stephens (J. Am. Stat. Assoc. 82, 1987), equation 7 (midranks, the default) or
/// 6 (right-continuous distribution functions), and σ its exact standard deviation. The p-value is read from their table 2 by a quadratic
/// fit of its logarithm, as SciPy does, so it lies in [0.001, 0.25]: 0.25 means "0.25 or more" and 0.001 "0.001 or less". The effect size
/// is A²/N.
/// </remarks>
public static class AndersonDarling
{
    private static ReadOnlySpan<double> Significance => [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];

    /// <summary>Tests whether two samples come from the same distribution.</summary>
    /// <param name="reference">The reference sample, in any order; infinities are ordinary values.</param>
    /// <param name="current">The sample to compare with it.</param>
    /// <param name="midranks">Whether ties take the middle of the distribution function's step; on by default.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(n) time by radix sort.</returns>
    /// <exception cref="ArgumentException">
    /// A sample is empty or holds NaN under <see cref="NaNPolicy.Refuse"/>, all values are equal, or there are fewer than four.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, bool midranks = true, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ColumnInput.SortedPair(reference, nameof(reference), current, nameof(current), nanPolicy, out var first, out var second);
        using (first)
        using (second)
            return CompareOrdered(first.Values, second.Values, midranks, [first.Dropped, second.Dropped]);
    }

    /// <summary>The same for samples that are already in ascending order: no copy is made.</summary>
    /// <param name="reference">The reference sample, ascending, without NaN.</param>
    /// <param name="current">The sample to compare with it, ascending, without NaN.</param>
    /// <param name="midranks">Whether ties take the middle of the distribution function's step; on by default.</param>
    /// <returns>The result. O(m + n).</returns>
    /// <exception cref="ArgumentException">
    /// A sample is empty, not ascending or holds NaN, all values are equal, or there are fewer than four.
    /// </exception>
    public static HypothesisTestResult CompareSorted(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, bool midranks = true)
    {
        ColumnInput.RequireSorted(reference, nameof(reference));
        ColumnInput.RequireSorted(current, nameof(current));
        return CompareOrdered(reference, current, midranks, [0, 0]);
    }

    /// <summary>Tests whether two or more samples come from the same distribution.</summary>
    /// <param name="samples">The samples, each in any order.</param>
    /// <param name="midranks">Whether ties take the middle of the distribution function's step; on by default.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(kN) time by radix sort.</returns>
    /// <exception cref="ArgumentException">
    /// Fewer than two samples, an empty one, NaN under <see cref="NaNPolicy.Refuse"/>, all values equal, or fewer than four values in
    /// all.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<ReadOnlyMemory<double>> samples, bool midranks = true, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        using var set = SampleSet.Of(samples, nanPolicy, nameof(samples));
        using var ranks = new PooledRanks(set);
        var sizes = set.Sizes;
        Span<long> below = new long[set.Count];
        Span<long> inside = new long[set.Count];
        var sum = new TermSum(midranks, set.Total);
        var distinct = 0;
        for (int start = 0, end; start < set.Total; start = end)
        {
            end = ranks.EndOfTies(start);
            distinct++;
            inside.Clear();
            for (var i = start; i < end; i++)
                inside[ranks.SampleAt(i)]++;
            for (var s = 0; s < sizes.Length; s++)
            {
                sum.Add(sizes[s], below[s], inside[s], start, end - start);
                below[s] += inside[s];
            }
        }

        return Result(sum.Value, distinct, sizes, set.Dropped, midranks);
    }

    /// <summary>
    /// The critical values of the statistic at the significance levels 0.25, 0.1, 0.05, 0.025, 0.01, 0.005 and 0.001 (Scholz and
    /// Stephens, table 2).
    /// </summary>
    /// <param name="sampleCount">The number of samples, at least two.</param>
    /// <returns>Seven ascending values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two samples.</exception>
    public static double[] CriticalValues(int sampleCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleCount, 2);
        ReadOnlySpan<double> b0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085];
        ReadOnlySpan<double> b1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615];
        ReadOnlySpan<double> b2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154];
        double m = sampleCount - 1;
        var values = new double[b0.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = b0[i] + (b1[i] / Math.Sqrt(m)) + (b2[i] / m);
        return values;
    }

    internal static HypothesisTestResult CompareOrdered(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, bool midranks, long[] dropped)
    {
        long[] sizes = [reference.Length, current.Length];
        var sum = new TermSum(midranks, (double)reference.Length + current.Length);
        var distinct = 0;
        var groups = new TieGroups(reference, current);
        while (groups.Next())
        {
            distinct++;
            long start = (long)groups.FirstBelow + groups.SecondBelow, count = (long)groups.FirstCount + groups.SecondCount;
            sum.Add(sizes[0], groups.FirstBelow, groups.FirstCount, start, count);
            sum.Add(sizes[1], groups.SecondBelow, groups.SecondCount, start, count);
        }

        return Result(sum.Value, distinct, sizes, dropped, midranks);
    }

    private static HypothesisTestResult Result(double a2, int distinct, long[] sizes, long[] dropped, bool midranks)
    {
        var total = sizes.Sum();
        if (distinct < 2)
            throw new ArgumentException("All values are equal; the Anderson-Darling test needs at least two distinct ones.");
        if (total < 4)
            throw new ArgumentException($"There are {total} values in all; the Anderson-Darling test needs at least four.");
        var statistic = (a2 - (sizes.Length - 1)) / Math.Sqrt(Variance(sizes, total));
        return new HypothesisTestResult
        {
            Test = "Anderson-Darling",
            Statistic = statistic,
            PValue = PValue(statistic, sizes.Length),
            EffectSize = a2 / total,
            EffectSizeName = "A²/N",
            Method = (midranks ? "midranks" : "right-continuous") + "; p-value interpolated and clipped to [0.001, 0.25]",
            SampleSizes = sizes,
            Dropped = dropped,
        };
    }

    // Scholz and Stephens, equation 4.
    private static double Variance(long[] sizes, long total)
    {
        double n = total, k = sizes.Length, harmonic = 0, h = 0, g = 0;
        foreach (var size in sizes)
            harmonic += 1.0 / size;
        for (var i = total - 1; i > 1; i--)
        {
            h += 1.0 / i;
            g += h / (total - i + 1);
        }

        h += 1;
        var a = (((4 * g) - 6) * (k - 1)) + ((10 - (6 * g)) * harmonic);
        var b = (((2 * g) - 4) * k * k) + (8 * h * k) + (((2 * g) - (14 * h) - 4) * harmonic) - (8 * h) + (4 * g) - 6;
        var c = (((6 * h) + (2 * g) - 2) * k * k) + (((4 * h) - (4 * g) + 6) * k) + (((2 * h) - 6) * harmonic) + (4 * h);
        var d = (((2 * h) + 6) * k * k) - (4 * h * k);
        return ((a * n * n * n) + (b * n * n) + (c * n) + d) / ((n - 1) * (n - 2) * (n - 3));
    }

    private static double PValue(double statistic, int sampleCount)
    {
        var critical = CriticalValues(sampleCount);
        if (statistic < critical[0])
            return Significance[0];
        if (statistic > critical[^1])
            return Significance[^1];
        Span<double> logs = stackalloc double[Significance.Length];
        for (var i = 0; i < logs.Length; i++)
            logs[i] = Math.Log(Significance[i]);
        return Math.Exp(QuadraticFit.At(statistic, critical, logs));
    }

    // The sum over samples and distinct values, each term added as it comes.
    private ref struct TermSum(bool midranks, double total)
    {
        public double Value { get; private set; }

        public void Add(long size, long below, long inside, long pooledBelow, long pooledInside)
        {
            double pooled, own, denominator;
            if (midranks)
            {
                pooled = pooledBelow + (pooledInside / 2.0);
                own = below + (inside / 2.0);
                denominator = (pooled * (total - pooled)) - (total * pooledInside / 4);
            }
            else
            {
                pooled = pooledBelow + pooledInside;
                own = below + inside;
                denominator = pooled * (total - pooled);
                if (denominator == 0)
                    return; // The largest value: all distribution functions are one.
            }

            var distance = (total * own) - (pooled * size);
            var term = pooledInside / total * distance * distance / denominator / size;
            Value += midranks ? term * (total - 1) / total : term;
        }
    }
}
