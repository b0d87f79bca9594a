using System.Numerics;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Numerics;

/// <summary>Count, mean and sum of squared deviations from it of finite values, in two passes.</summary>
/// <param name="Count">How many values.</param>
/// <param name="Mean">The mean as a double.</param>
/// <param name="MeanRest">
/// What rounding took from the mean. Where values are far from zero and close together, such as times, it decides on the difference of
/// two means.
/// </param>
/// <param name="SumOfSquares">Of the deviations from the unrounded mean; exactly 0 for equal values.</param>
internal readonly record struct Moments(int Count, double Mean, double MeanRest, double SumOfSquares)
{
    /// <summary>The unbiased variance; needs two values.</summary>
    public double Variance => SumOfSquares / (Count - 1);

    /// <summary>Moments of the values times 2^<paramref name="shift"/>.</summary>
    public static Moments Of(ReadOnlySpan<double> values, int shift = 0)
    {
        // The rounded mean of equal values may differ from them.
        if (values.IndexOfAnyExcept(values[0]) < 0)
            return new Moments(values.Length, shift == 0 ? values[0] : Math.ScaleB(values[0], shift), 0, 0);
        var mean = shift == 0 ? Sum(values) / values.Length : ShiftedMean(values, shift);
        var (deviations, squares) = shift == 0 ? Deviations(values, mean) : ShiftedDeviations(values, shift, mean);
        // The corrected two-pass algorithm (Chan, Golub and LeVeque, The American Statistician 37, 1983): near the mean, subtraction is
        // exact, so the deviations know the mean better than its double does.
        var rest = deviations / values.Length;
        return new Moments(values.Length, mean, rest, Math.Max(0, squares - (deviations * rest)));
    }

    /// <summary>The moments about the mean as a double, as if rounding had taken nothing: what NumPy computes.</summary>
    public Moments AboutRoundedMean() => new(Count, Mean, 0, SumOfSquares + (Count * MeanRest * MeanRest));

    /// <summary>The mean of these values minus the mean of others, without the rounding of either mean.</summary>
    public double MeanAbove(Moments other) => Mean - other.Mean + (MeanRest - other.MeanRest);

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

    private static (double Sum, double Squares) ShiftedDeviations(ReadOnlySpan<double> values, int shift, double mean)
    {
        double sum = 0, squares = 0;
        foreach (var value in values)
        {
            var deviation = Math.ScaleB(value, shift) - mean;
            sum += deviation;
            squares += deviation * deviation;
        }

        return (sum, squares);
    }

    private static (double Sum, double Squares) Deviations(ReadOnlySpan<double> values, double mean)
    {
        Vector<double> sums = default, squares = default;
        var center = new Vector<double>(mean);
        var blocks = MemoryMarshal.Cast<double, Vector<double>>(values);
        foreach (var block in blocks)
        {
            var deviation = block - center;
            sums += deviation;
            squares += deviation * deviation;
        }

        double sum = Vector.Sum(sums), square = Vector.Sum(squares);
        foreach (var value in values[(blocks.Length * Vector<double>.Count)..])
        {
            sum += value - mean;
            square += (value - mean) * (value - mean);
        }

        return (sum, square);
    }
}
