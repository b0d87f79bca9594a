using System.Numerics;
using System.Runtime.InteropServices;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Draws of |B(u)|, B a Brownian bridge, at fixed levels u. √(nm/(n+m))·(F - G) tends to B(F) when two samples have one distribution, so a
/// null law of any functional of F - G is these draws under that functional: one product of the table with the column's weights, where a
/// permutation test would pass over the column thousands of times. The draws do not depend on the data and are made once per process.
/// </summary>
internal static class BrownianBridges
{
    /// <summary>So many that the alarm rate at 5 % is right to 0.24 points (one standard error).</summary>
    private const int Draws = 8191;

    private const int TailLevels = 10;
    private const ulong Seed = 0x5EED_B41D6E;

    private static readonly Lazy<float[]> Table = new(Simulate);

    /// <summary>The levels: percents, and towards either end 10 halvings from 0.5 %, since far tails weigh in distances.</summary>
    public static double[] Levels { get; } = MakeLevels();

    /// <summary>The law of (Σ weight·|B|)², the weights being widths in the unit of the column.</summary>
    public static SimulatedLaw SquaredIntegral(ReadOnlySpan<double> weights)
    {
        Span<float> factors = stackalloc float[weights.Length];
        // Scaled to 1 at most: a column may live beyond the range of a float.
        double largest = 0;
        foreach (double weight in weights) largest = Math.Max(largest, weight);
        for (int i = 0; i < factors.Length; i++) factors[i] = (float)(weights[i] / largest);
        double[] draws = new double[Draws];
        for (int draw = 0; draw < Draws; draw++)
        {
            double integral = largest * Dot(Row(draw), factors);
            draws[draw] = integral * integral;
        }

        return new SimulatedLaw(draws);
    }

    /// <summary>The law of max |B|² over those levels that a column with ties reaches.</summary>
    public static SimulatedLaw SquaredMaximum(ReadOnlySpan<float> reached)
    {
        double[] draws = new double[Draws];
        for (int draw = 0; draw < Draws; draw++)
        {
            ReadOnlySpan<float> row = Row(draw);
            float maximum = 0;
            for (int i = 0; i < row.Length; i++) maximum = Math.Max(maximum, row[i] * reached[i]);
            draws[draw] = (double)maximum * maximum;
        }

        return new SimulatedLaw(draws);
    }

    /// <summary>The position of the level nearest to a cumulative share.</summary>
    public static int NearestLevel(double share)
    {
        int at = Array.BinarySearch(Levels, share);
        if (at >= 0) return at;
        at = Math.Clamp(~at, 1, Levels.Length - 1);
        return share - Levels[at - 1] < Levels[at] - share ? at - 1 : at;
    }

    private static ReadOnlySpan<float> Row(int draw) => Table.Value.AsSpan(draw * Levels.Length, Levels.Length);

    private static float Dot(ReadOnlySpan<float> row, ReadOnlySpan<float> factors)
    {
        Vector<float> sums = default;
        ReadOnlySpan<Vector<float>> left = MemoryMarshal.Cast<float, Vector<float>>(row);
        ReadOnlySpan<Vector<float>> right = MemoryMarshal.Cast<float, Vector<float>>(factors);
        for (int i = 0; i < left.Length; i++) sums += left[i] * right[i];
        float sum = Vector.Sum(sums);
        for (int i = left.Length * Vector<float>.Count; i < row.Length; i++) sum += row[i] * factors[i];
        return sum;
    }

    private static double[] MakeLevels()
    {
        var levels = new List<double>();
        for (int i = TailLevels - 1; i >= 0; i--) levels.Add(Math.ScaleB(0.005, -i));
        for (int i = 1; i < 100; i++) levels.Add(i / 100.0);
        for (int i = 0; i < TailLevels; i++) levels.Add(1 - Math.ScaleB(0.005, -i));
        return [.. levels];
    }

    private static float[] Simulate()
    {
        double[] levels = Levels;
        float[] table = new float[Draws * levels.Length];
        Parallel.For(0, Draws, draw =>
        {
            // From the left, each value given the one before and the fixed end: mean shrinks with the time left.
            var random = new SplitMix64(Seed + ((ulong)draw << 32));
            double at = 0, value = 0;
            for (int i = 0; i < levels.Length; i++)
            {
                double left = 1 - at, next = 1 - levels[i];
                value = (value * next / left) + (Math.Sqrt((levels[i] - at) * next / left) * NextNormal(ref random));
                at = levels[i];
                table[(draw * levels.Length) + i] = (float)Math.Abs(value);
            }
        });
        return table;
    }

    private static double NextNormal(ref SplitMix64 random) => Normal.Quantile(random.NextDouble() + Math.ScaleB(1, -54));
}
