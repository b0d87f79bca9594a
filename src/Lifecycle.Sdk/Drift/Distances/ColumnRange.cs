using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>Smallest and largest value of a column and its number of NaN, found in one vectorised pass.</summary>
/// <param name="Min">The smallest value; positive infinity when there is none.</param>
/// <param name="Max">The largest value; negative infinity when there is none.</param>
/// <param name="Missing">Number of NaN, which take no part in the other two.</param>
internal readonly record struct ColumnRange(double Min, double Max, long Missing)
{
    // Optimised from the first call on, as the other kernels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ColumnRange Of(ReadOnlySpan<double> values)
    {
        var lows = new Vector<double>(double.PositiveInfinity);
        var highs = new Vector<double>(double.NegativeInfinity);
        Vector<long> ordered = default;
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        foreach (var v in vectors)
        {
            // Comparisons with NaN are false, so a NaN is never selected.
            lows = Vector.ConditionalSelect(Vector.LessThan(v, lows), v, lows);
            highs = Vector.ConditionalSelect(Vector.GreaterThan(v, highs), v, highs);
            ordered -= Vector.Equals(v, v);
        }

        var vectorised = vectors.Length * Vector<double>.Count;
        var missing = vectorised - Vector.Sum(ordered);
        double min = double.PositiveInfinity, max = double.NegativeInfinity;
        for (var lane = 0; lane < Vector<double>.Count; lane++)
        {
            min = Math.Min(min, lows[lane]);
            max = Math.Max(max, highs[lane]);
        }

        foreach (var value in values[vectorised..])
        {
            if (double.IsNaN(value)) missing++;
            else (min, max) = (Math.Min(min, value), Math.Max(max, value));
        }

        return new ColumnRange(min, max, missing);
    }

    /// <summary>The range of two columns together.</summary>
    public ColumnRange Union(ColumnRange other) =>
        new(Math.Min(Min, other.Min), Math.Max(Max, other.Max), Missing + other.Missing);
}
