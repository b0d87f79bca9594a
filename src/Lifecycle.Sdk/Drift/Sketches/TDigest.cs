using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The merging t-digest: quantiles of a stream by centroids that are small at the ends, so the tails are the most accurate part.
/// </summary>
/// <remarks>
/// <para>
/// Source: Dunning and Ertl, <em>Computing extremely accurate quantiles using t-digests</em>, arXiv:1902.04023, with the scale function
/// k1(q) = δ / (2π) · asin(2q - 1). Bound to be expected for δ = <see cref="Compression"/>: |rank(estimate) - q| ≤ 2π/δ · sqrt(q(1-q)) +
/// 1/n; minimum and maximum are exact. Centroids are kept four times as fine as δ asks, so that the bound holds after merging and for
/// heavily tied data too. Unlike that of <see cref="KllSketch"/> this is no guarantee for hostile data (Cormode, Mishra, Ross and Veselý,
/// <em>Theory meets practice at the median</em>, KDD 2021).
/// </para>
/// <para>
/// Infinities are counted apart, exactly. Deterministic. Amortised O(log δ) per value for sorting small blocks; memory about 4δ centroids
/// and a buffer of 20δ values. Queries first take in the buffer. Not thread-safe.
/// </para>
/// </remarks>
public sealed partial class TDigest : NumericSketch, ISketch<TDigest>
{
    /// <summary>The default compression δ.</summary>
    public const double DefaultCompression = 100;

    private const double MinimumCompression = 10;
    private const double MaximumCompression = 10_000;

    private readonly Centroids _centroids;
    private readonly double[] _buffer;
    private int _buffered;
    private long _negativeInfinities;
    private long _positiveInfinities;
    private double _minimum = double.PositiveInfinity;
    private double _maximum = double.NegativeInfinity;

    /// <summary>An empty sketch.</summary>
    /// <param name="compression">δ, from 10 to 10,000: the error falls as 1/δ.</param>
    /// <param name="nanPolicy">What happens to NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException">The compression or the policy is out of range.</exception>
    public TDigest(double compression = DefaultCompression, NaNPolicy nanPolicy = NaNPolicy.Refuse)
        : base(nanPolicy)
    {
        if (!(compression >= MinimumCompression && compression <= MaximumCompression))
        {
            throw new ArgumentOutOfRangeException(nameof(compression), compression, "The compression lies between 10 and 10,000.");
        }
        Compression = compression;
        _centroids = new Centroids(4 * compression);
        _buffer = new double[(int)(20 * compression)];
    }

    /// <summary>The compression δ.</summary>
    public double Compression { get; }

    /// <inheritdoc/>
    public long Count => FiniteCount + _negativeInfinities + _positiveInfinities;

    /// <summary>The smallest value, exact; NaN when empty.</summary>
    public double Minimum => Count == 0 ? double.NaN : _minimum;

    /// <summary>The largest value, exact; NaN when empty.</summary>
    public double Maximum => Count == 0 ? double.NaN : _maximum;

    private long FiniteCount => _centroids.Weight + _buffered;

    /// <summary>
    /// The estimated quantile at a share, interpolated linearly between centroids; 0 and 1 give the exact minimum and maximum. O(δ).
    /// </summary>
    /// <param name="q">The share, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">q is NaN or outside 0 to 1.</exception>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Quantile(double q)
    {
        SketchQuery.ThrowIfNotShare(q);
        SketchQuery.ThrowIfEmpty(Count);
        if (q == 0) return _minimum;
        if (q == 1) return _maximum;
        double position = q * Count - _negativeInfinities;
        if (position < 0 || (FiniteCount == 0 && position <= 0 && _negativeInfinities > 0)) return double.NegativeInfinity;
        if (position > FiniteCount || FiniteCount == 0) return double.PositiveInfinity;
        Flush();
        return _centroids.ValueAt(position);
    }

    /// <summary>The estimated share of values at or below a point, from 0 to 1. O(δ).</summary>
    /// <param name="value">The point.</param>
    /// <exception cref="ArgumentException">The point is NaN.</exception>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Rank(double value)
    {
        SketchQuery.ThrowIfNaN(value);
        SketchQuery.ThrowIfEmpty(Count);
        Flush();
        if (double.IsNegativeInfinity(value)) return (double)_negativeInfinities / Count;
        return double.IsPositiveInfinity(value) ? 1 : (_negativeInfinities + _centroids.WeightAtMost(value)) / Count;
    }

    /// <inheritdoc/>
    public void Merge(TDigest other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Compression != Compression)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"A t-digest of compression {other.Compression} cannot be merged into one of {Compression}."),
                nameof(other));
        }
        // Both flushed, so that the result does not depend on where the buffers happened to stand.
        Flush();
        _centroids.Merge(other._centroids, other._buffer.AsSpan(0, other._buffered));
        _negativeInfinities += other._negativeInfinities;
        _positiveInfinities += other._positiveInfinities;
        _minimum = Math.Min(_minimum, other._minimum);
        _maximum = Math.Max(_maximum, other._maximum);
        DroppedCount += other.DroppedCount;
    }

    private protected override void Add(double value)
    {
        if (value < _minimum) _minimum = value;
        if (value > _maximum) _maximum = value;
        if (double.IsFinite(value))
        {
            _buffer[_buffered++] = value;
            if (_buffered == _buffer.Length) Flush();
        }
        else if (value > 0) _positiveInfinities++;
        else _negativeInfinities++;
    }

    private protected override void AddRange(ReadOnlySpan<double> values)
    {
        foreach (double value in values) Add(value);
    }

    private void Flush()
    {
        if (_buffered == 0) return;
        Span<double> values = _buffer.AsSpan(0, _buffered);
        RadixSort.Sort(values);
        _centroids.Take(values);
        _buffered = 0;
    }
}
