using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>Kendall's τ-b: discordant pairs are the inversions of y after sorting by x, counted by merge sort.</summary>
internal static class KendallTau
{
    private const int LargestExact = 33;

    internal static (double Tau, double PValue) Compute(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var n = x.Length;
        var order = SortByXThenY(x, y);
        double[] sortedX = new double[n], sortedY = new double[n];
        for (var i = 0; i < n; i++)
            (sortedX[i], sortedY[i]) = (x[order[i]], y[order[i]]);

        var both = Ties.Count(n, i => sortedX[i] == sortedX[i - 1] && sortedY[i] == sortedY[i - 1]);
        var inX = Ties.Count(n, i => sortedX[i] == sortedX[i - 1]);
        var discordant = Inversions(sortedY, new double[n], 0, n);
        var inY = Ties.Count(n, i => sortedY[i] == sortedY[i - 1]);

        var pairs = (long)n * (n - 1) / 2;
        if (inX.Pairs == pairs || inY.Pairs == pairs)
            return (double.NaN, double.NaN);
        var excess = pairs - inX.Pairs - inY.Pairs + both.Pairs - (2 * discordant);
        var tau = Math.Clamp(excess / Math.Sqrt(pairs - inX.Pairs) / Math.Sqrt(pairs - inY.Pairs), -1, 1);
        var fewer = Math.Min(discordant, pairs - discordant);
        var p = inX.Pairs == 0 && inY.Pairs == 0 && (n <= LargestExact || fewer <= 1)
            ? ExactPValue(n, fewer, pairs)
            : NormalPValue(n, excess, inX, inY);
        return (tau, p);
    }

    private static int[] SortByXThenY(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        // Two stable sorts, the less significant key first.
        var order = ScoreOrder.Ascending(y);
        var keys = new double[x.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = x[order[i]];
        RadixSort.Sort(keys, order);
        return order;
    }

    /// <summary>Sorts the range and returns how many pairs stood in falling order.</summary>
    private static long Inversions(double[] values, double[] scratch, int start, int end)
    {
        if (end - start < 2)
            return 0;
        var middle = (start + end) >>> 1;
        var inversions = Inversions(values, scratch, start, middle) + Inversions(values, scratch, middle, end);
        int left = start, right = middle;
        for (var i = start; i < end; i++)
        {
            if (right == end || (left < middle && values[left] <= values[right]))
            {
                scratch[i] = values[left++];
            }
            else
            {
                inversions += middle - left;
                scratch[i] = values[right++];
            }
        }

        scratch.AsSpan(start, end - start).CopyTo(values.AsSpan(start));
        return inversions;
    }

    /// <summary>
    /// Twice the share of permutations with at most so many inversions, at most 1. Shares are built one element at a time: the j-th adds
    /// 0 to j - 1 inversions with equal chance.
    /// </summary>
    private static double ExactPValue(int n, long inversions, long pairs)
    {
        if (2 * inversions == pairs)
            return 1;
        var share = new double[inversions + 1];
        share[0] = 1;
        for (var j = 2; j <= n; j++)
        {
            for (var i = 1; i < share.Length; i++)
                share[i] += share[i - 1];
            for (var i = share.Length - 1; i >= j; i--)
                share[i] -= share[i - j];
            for (var i = 0; i < share.Length; i++)
                share[i] /= j;
        }

        return Math.Min(1, 2 * share.Sum());
    }

    private static double NormalPValue(int n, double excess, Ties inX, Ties inY)
    {
        var m = (double)n * (n - 1);
        var variance = (((m * ((2.0 * n) + 5)) - inX.Quadratic - inY.Quadratic) / 18)
            + (2.0 * inX.Pairs * inY.Pairs / m)
            + (n > 2 ? inX.Cubic * inY.Cubic / (9 * m * (n - 2)) : 0);
        return Normal.Erfc(Math.Abs(excess) / Math.Sqrt(variance) / Math.Sqrt(2));
    }

    /// <summary>Over runs of t equal values: Σ t(t - 1)/2, Σ t(t - 1)(t - 2) and Σ t(t - 1)(2t + 5).</summary>
    private readonly record struct Ties(long Pairs, double Cubic, double Quadratic)
    {
        internal static Ties Count(int n, Func<int, bool> sameAsBefore)
        {
            var ties = default(Ties);
            var run = 1L;
            for (var i = 1; i <= n; i++)
            {
                if (i < n && sameAsBefore(i))
                {
                    run++;
                    continue;
                }

                double t = run;
                ties = new Ties(
                    ties.Pairs + (run * (run - 1) / 2),
                    ties.Cubic + (t * (t - 1) * (t - 2)),
                    ties.Quadratic + (t * (t - 1) * ((2 * t) + 5)));
                run = 1;
            }

            return ties;
        }
    }
}
