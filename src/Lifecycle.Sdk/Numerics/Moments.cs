using System.Numerics;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Numerics;

/// <summary>Count, mean and sum of squared deviations from it of finite values, in two passes.</summary>
internal readonly record struct Moments(int Count, double Mean, double SumOfSquares)
{
    /// <summary>The unbiased variance; needs two values.</summary>
    public double Variance => SumOfSquares / (Count - 1);

    /// <summary>Moments of the values times 2^<paramref name="shift"/>.</summary>
    public static Moments Of(ReadOnlySpan<double> values, int shift = 0)
    {
        var mean = shift == 0 ? Sum(values) / values.Length : ShiftedMean(values, shift);
        var squares = 0.0;
        if (shift == 0)
        {
            squares = SquaredDeviations(values, mean);
        }
        else
        {
            foreach (var value in values)
                squares += (Math.ScaleB(value, shift) - mean) * (Math.ScaleB(value, shift) - mean);
        }

        return new Moments(values.Length, mean, squares);
    }

    /// <summary>Sum with one running total per lane, which also keeps the rounding error small.</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        Vector<double> a = default, b = default;
        var blocks = MemoryMarshal.Cast<double, Vector<double>>(values);
        var i = 0;
        for (; i + 1 < blocks.Length; i += 2)
        {
            a += blocks[i];
            b += blocks[i + 1];
        }

        if (i < blocks.Length)
            a += blocks[i];
        var sum = Vector.Sum(a + b);
        foreach (var value in values[(blocks.Length * Vector<double>.Count)..])
            sum += value;
        return sum;
    }

    public static double LargestMagnitude(ReadOnlySpan<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    /// <summary>The power of two that brings the largest magnitude near one, or 0 where squares are safe as they are.</summary>
    public static int ShiftFor(double largestMagnitude) =>
        largestMagnitude is 0 or (> 1e-120 and < 1e120) || !double.IsFinite(largestMagnitude) ? 0 : -Math.ILogB(largestMagnitude);

    private static double ShiftedMean(ReadOnlySpan<double> values, int shift)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += Math.ScaleB(value, shift);
        return sum / values.Length;
    }

    private static double SquaredDeviations(ReadOnlySpan<double> values, double mean)
    {
        Vector<double> squares = default;
        var center = new Vector<double>(mean);
        var blocks = MemoryMarshal.Cast<double, Vector<double>>(values);
        foreach (var block in blocks)
        {
            var deviation = block - center;
            squares += deviation * deviation;
        }

        var sum = Vector.Sum(squares);
        foreach (var value in values[(blocks.Length * Vector<double>.Count)..])
            sum += (value - mean) * (value - mean);
        return sum;
    }
}
