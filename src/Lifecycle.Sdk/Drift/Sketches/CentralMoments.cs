using System.Numerics;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>Count, mean and central sums of finite values, with the pairwise merge of Chan et al. and Pébay.</summary>
internal struct CentralMoments
{
    /// <summary>Two passes over a block of this length stay in the first-level cache.</summary>
    public const int BlockLength = 1024;

    // The mean in two parts, since what rounds away in it would cost the variance digits when the mean is large against the deviation.
    private double _mean;
    private double _meanRest;
    private double _sum;
    private double _compensation;

    public static CentralMoments Empty => new() { Minimum = double.PositiveInfinity, Maximum = double.NegativeInfinity };

    public long Count { get; private set; }

    public double Minimum { get; private set; }

    public double Maximum { get; private set; }

    public double M2 { get; private set; }

    public double M3 { get; private set; }

    public double M4 { get; private set; }

    /// <summary>The compensated sum; where an intermediate sum overflowed, the mean knows better.</summary>
    public readonly double Sum
    {
        get
        {
            double sum = _sum + _compensation;
            return double.IsFinite(sum) ? sum : _mean * Count;
        }
    }

    public readonly double ExactMean
    {
        get
        {
            if (Count == 0) return double.NaN;
            if (Minimum == Maximum) return Minimum;
            double sum = _sum + _compensation;
            return double.IsFinite(sum) ? sum / Count : _mean;
        }
    }

    public void Add(double value)
    {
        long before = Count++;
        double n = Count;
        Minimum = Math.Min(Minimum, value);
        Maximum = Math.Max(Maximum, value);
        AddToSum(value);
        double delta = value - _mean - _meanRest;
        if (!double.IsFinite(delta))
        {
            OverflowTo(_mean * (before / n) + value / n);
            return;
        }
        double shift = delta / n;
        double shiftSquared = shift * shift;
        double term = delta * shift * before;
        AddToMean(shift);
        M4 += term * shiftSquared * (n * n - 3 * n + 3) + 6 * shiftSquared * M2 - 4 * shift * M3;
        M3 += term * shift * (n - 2) - 3 * shift * M2;
        M2 += term;
    }

    public void Merge(in CentralMoments other)
    {
        if (other.Count == 0) return;
        if (Count == 0)
        {
            this = other;
            return;
        }
        // A copy first: a sketch may be merged into itself.
        CentralMoments b = other;
        double na = Count, nb = b.Count, n = na + nb;
        Count += b.Count;
        Minimum = Math.Min(Minimum, b.Minimum);
        Maximum = Math.Max(Maximum, b.Maximum);
        AddToSum(b._sum);
        _compensation += b._compensation;
        double delta = b._mean - _mean + (b._meanRest - _meanRest);
        if (!double.IsFinite(delta))
        {
            OverflowTo(_mean * (na / n) + b._mean * (nb / n));
            return;
        }
        double fa = na / n, fb = nb / n, squared = delta * delta;
        M4 += b.M4 + squared * squared * na * fb * (fa * fa - fa * fb + fb * fb)
            + 6 * squared * (fa * fa * b.M2 + fb * fb * M2) + 4 * delta * (fa * b.M3 - fb * M3);
        M3 += b.M3 + squared * delta * na * fb * (fa - fb) + 3 * delta * (fa * b.M2 - fb * M2);
        M2 += b.M2 + squared * na * fb;
        AddToMean(delta * fb);
    }

    /// <summary>The moments of a block by two vectorised passes; false when a value or the block's sum is not finite.</summary>
    public static bool TryOfBlock(ReadOnlySpan<double> values, out CentralMoments moments)
    {
        moments = Empty;
        double sum = Summary(values, out double minimum, out double maximum);
        if (!double.IsFinite(sum) || !double.IsFinite(maximum - minimum)) return false;
        int n = values.Length;
        double mean = sum / n;
        CentralSums(values, mean, out double d1, out double d2, out double d3, out double d4);
        // The rounded mean is off by e; shifting the sums by it makes them central again.
        double e = d1 / n;
        moments.Count = n;
        moments.Minimum = minimum;
        moments.Maximum = maximum;
        moments._sum = sum;
        moments._mean = mean;
        moments._meanRest = e;
        moments.M2 = Math.Max(0, d2 - n * e * e);
        moments.M3 = d3 - 3 * e * d2 + 2 * n * e * e * e;
        moments.M4 = d4 - 4 * e * d3 + 6 * e * e * d2 - 3 * n * e * e * e * e;
        return true;
    }

    public readonly void Write(SketchWriter writer)
    {
        writer.Varint(Count);
        if (Count > 0) writer.Doubles([Minimum, Maximum, _sum, _compensation, _mean, _meanRest, M2, M3, M4]);
    }

    public static CentralMoments Read(ref SketchReader reader)
    {
        CentralMoments moments = Empty;
        moments.Count = reader.Varint("the count", 0, long.MaxValue / 4);
        if (moments.Count == 0) return moments;
        moments.Minimum = reader.Double();
        moments.Maximum = reader.Double();
        bool isRange = double.IsFinite(moments.Maximum) && double.IsFinite(moments.Minimum) && moments.Minimum <= moments.Maximum;
        reader.Require(isRange, "the range is not one");
        moments._sum = reader.Double();
        moments._compensation = reader.Double();
        moments._mean = reader.Double();
        moments._meanRest = reader.Double();
        moments.M2 = reader.Double();
        moments.M3 = reader.Double();
        moments.M4 = reader.Double();
        reader.Require(moments.M2 >= 0 && double.IsFinite(moments._mean + moments._meanRest), "the moments are not finite or not possible");
        return moments;
    }

    private static double Summary(ReadOnlySpan<double> values, out double minimum, out double maximum)
    {
        double sum = 0;
        minimum = double.PositiveInfinity;
        maximum = double.NegativeInfinity;
        ReadOnlySpan<Vector<double>> vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        Vector<double> sums = default, low = new(minimum), high = new(maximum);
        foreach (Vector<double> vector in vectors)
        {
            sums += vector;
            low = Vector.Min(low, vector);
            high = Vector.Max(high, vector);
        }
        for (int i = 0; i < Vector<double>.Count; i++)
        {
            sum += sums[i];
            minimum = Math.Min(minimum, low[i]);
            maximum = Math.Max(maximum, high[i]);
        }
        foreach (double value in values[(vectors.Length * Vector<double>.Count)..])
        {
            sum += value;
            minimum = Math.Min(minimum, value);
            maximum = Math.Max(maximum, value);
        }
        return sum;
    }

    private static void CentralSums(ReadOnlySpan<double> values, double mean, out double d1, out double d2, out double d3, out double d4)
    {
        ReadOnlySpan<Vector<double>> vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        Vector<double> center = new(mean), s1 = default, s2 = default, s3 = default, s4 = default;
        foreach (Vector<double> vector in vectors)
        {
            Vector<double> d = vector - center, squared = d * d;
            s1 += d;
            s2 += squared;
            s3 += squared * d;
            s4 += squared * squared;
        }
        (d1, d2, d3, d4) = (Vector.Sum(s1), Vector.Sum(s2), Vector.Sum(s3), Vector.Sum(s4));
        foreach (double value in values[(vectors.Length * Vector<double>.Count)..])
        {
            double d = value - mean, squared = d * d;
            d1 += d;
            d2 += squared;
            d3 += squared * d;
            d4 += squared * squared;
        }
    }

    private void AddToMean(double shift)
    {
        double rest = _meanRest + shift;
        double mean = _mean + rest;
        _meanRest = rest - (mean - _mean);
        _mean = mean;
    }

    private void AddToSum(double value)
    {
        double sum = _sum + value;
        _compensation += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }

    /// <summary>The squared difference has overflowed: the variance is beyond the range of doubles, the mean is not.</summary>
    private void OverflowTo(double mean)
    {
        _mean = mean;
        _meanRest = 0;
        M2 = M4 = double.PositiveInfinity;
        M3 = double.NaN;
    }
}
