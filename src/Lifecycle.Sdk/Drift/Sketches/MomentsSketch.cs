using System.Buffers;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Count, sum, mean, variance, skewness, kurtosis, minimum and maximum of a stream, exact up to rounding, mergeable.
/// </summary>
/// <remarks>
/// <para>
/// Central sums M2, M3, M4 are taken in blocks about each block's own mean and combined by the pairwise formulas of Chan, Golub and LeVeque
/// (<em>Updating formulae and a pairwise algorithm for computing sample variances</em>, 1979) extended by Pébay (<em>Formulas for robust,
/// one-pass parallel computation of covariances and arbitrary-order statistical moments</em>, SAND2008-6212), so a large common offset
/// costs no digits. The sum is compensated (Neumaier 1974). Error: the sum is within 1e-15 of the sum of magnitudes, relatively; the
/// variance is within 1e-12 of the true one, relatively, whatever the order and however it is split and merged, while |mean| is below
/// about 10^6 standard deviations.
/// </para>
/// <para>
/// Infinities are counted apart: the mean is then the infinity (NaN with both signs), moments above it are NaN, minimum and maximum stay
/// right. Finite values so large that squares overflow make the variance infinite; squares of values below 1e-154 underflow. Constant
/// memory; O(1) per value; not thread-safe.
/// </para>
/// </remarks>
public sealed class MomentsSketch : NumericSketch, ISketch<MomentsSketch>
{
    private const byte Version = 1;
    private const string Name = "moments sketch";

    private CentralMoments _finite;
    private long _negativeInfinities;
    private long _positiveInfinities;

    /// <summary>An empty sketch.</summary>
    /// <param name="nanPolicy">What happens to NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException">The policy is not one of its values.</exception>
    public MomentsSketch(NaNPolicy nanPolicy = NaNPolicy.Refuse)
        : base(nanPolicy) => _finite = CentralMoments.Empty;

    /// <inheritdoc/>
    public long Count => _finite.Count + _negativeInfinities + _positiveInfinities;

    /// <summary>The sum; 0 when empty, NaN when infinities of both signs were seen.</summary>
    public double Sum => HasInfinities ? InfiniteSum : _finite.Sum;

    /// <summary>The arithmetic mean; NaN when empty or when infinities of both signs were seen.</summary>
    public double Mean => HasInfinities ? InfiniteSum : _finite.ExactMean;

    /// <summary>The smallest value; NaN when empty.</summary>
    public double Minimum => Count == 0 ? double.NaN
        : _negativeInfinities > 0 ? double.NegativeInfinity
        : _finite.Count == 0 ? double.PositiveInfinity : _finite.Minimum;

    /// <summary>The largest value; NaN when empty.</summary>
    public double Maximum => Count == 0 ? double.NaN
        : _positiveInfinities > 0 ? double.PositiveInfinity
        : _finite.Count == 0 ? double.NegativeInfinity : _finite.Maximum;

    /// <summary>The sample variance, M2 / (n - 1); NaN below two values or with infinities.</summary>
    public double Variance => HasInfinities || _finite.Count < 2 ? double.NaN : M2 / (_finite.Count - 1);

    /// <summary>The population variance, M2 / n; NaN when empty or with infinities.</summary>
    public double PopulationVariance => HasInfinities || _finite.Count == 0 ? double.NaN : M2 / _finite.Count;

    /// <summary>The square root of <see cref="Variance"/>.</summary>
    public double StandardDeviation => Math.Sqrt(Variance);

    /// <summary>The square root of <see cref="PopulationVariance"/>.</summary>
    public double PopulationStandardDeviation => Math.Sqrt(PopulationVariance);

    /// <summary>The population skewness g1 = (M3/n) / (M2/n)^1.5; NaN when the variance is 0, not finite or undefined.</summary>
    public double Skewness
    {
        get
        {
            double variance = PopulationVariance;
            return IsUsable(variance) ? _finite.M3 / _finite.Count / (variance * Math.Sqrt(variance)) : double.NaN;
        }
    }

    /// <summary>
    /// The sample skewness G1 = g1 sqrt(n(n-1)) / (n-2) (Joanes and Gill 1998), unbiased for normal data; NaN below three values or where
    /// <see cref="Skewness"/> is.
    /// </summary>
    public double SampleSkewness
    {
        get
        {
            double n = _finite.Count;
            return n < 3 ? double.NaN : Skewness * Math.Sqrt(n * (n - 1)) / (n - 2);
        }
    }

    /// <summary>The population excess kurtosis g2 = (M4/n) / (M2/n)² - 3; NaN when the variance is 0, not finite or undefined.</summary>
    public double Kurtosis
    {
        get
        {
            double variance = PopulationVariance;
            return IsUsable(variance) && double.IsFinite(_finite.M4) ? _finite.M4 / _finite.Count / variance / variance - 3 : double.NaN;
        }
    }

    /// <summary>
    /// The sample excess kurtosis G2 = (n-1)/((n-2)(n-3)) ((n+1) g2 + 6) (Joanes and Gill 1998), unbiased for normal data; NaN below four
    /// values or where <see cref="Kurtosis"/> is.
    /// </summary>
    public double SampleKurtosis
    {
        get
        {
            double n = _finite.Count;
            return n < 4 ? double.NaN : (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * Kurtosis + 6);
        }
    }

    private bool HasInfinities => (_negativeInfinities | _positiveInfinities) != 0;

    private double InfiniteSum => _negativeInfinities > 0 && _positiveInfinities > 0 ? double.NaN
        : _negativeInfinities > 0 ? double.NegativeInfinity : double.PositiveInfinity;

    // A constant has variance 0 exactly, whatever rounding left in M2.
    private double M2 => _finite.Minimum == _finite.Maximum ? 0 : _finite.M2;

    /// <inheritdoc/>
    public void Merge(MomentsSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _finite.Merge(other._finite);
        _negativeInfinities += other._negativeInfinities;
        _positiveInfinities += other._positiveInfinities;
        DroppedCount += other.DroppedCount;
    }

    /// <inheritdoc/>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(ToArray());
    }

    /// <inheritdoc/>
    public byte[] ToArray()
    {
        var writer = new SketchWriter(SketchKind.Moments, Version);
        writer.Policy(this);
        writer.Varint(_negativeInfinities);
        writer.Varint(_positiveInfinities);
        _finite.Write(writer);
        return writer.ToArray();
    }

    /// <inheritdoc/>
    public static MomentsSketch Read(ReadOnlySpan<byte> source)
    {
        var reader = new SketchReader(source, SketchKind.Moments, Version, Name);
        var sketch = new MomentsSketch(reader.Policy(out long dropped)) { DroppedCount = dropped };
        // A quarter of the range each, so that the sum of the three counts cannot overflow.
        sketch._negativeInfinities = reader.Varint("the number of negative infinities", 0, long.MaxValue / 4);
        sketch._positiveInfinities = reader.Varint("the number of positive infinities", 0, long.MaxValue / 4);
        sketch._finite = CentralMoments.Read(ref reader);
        reader.End();
        return sketch;
    }

    private protected override void Add(double value)
    {
        if (double.IsFinite(value)) _finite.Add(value);
        else if (value > 0) _positiveInfinities++;
        else _negativeInfinities++;
    }

    private protected override void AddRange(ReadOnlySpan<double> values)
    {
        for (; !values.IsEmpty; values = values[Math.Min(values.Length, CentralMoments.BlockLength)..])
        {
            ReadOnlySpan<double> block = values[..Math.Min(values.Length, CentralMoments.BlockLength)];
            if (CentralMoments.TryOfBlock(block, out CentralMoments moments)) _finite.Merge(moments);
            else foreach (double value in block) Add(value);
        }
    }

    private static bool IsUsable(double variance) => variance > 0 && double.IsFinite(variance);
}
