namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The DDSketch of quantiles with relative error: an estimate is within a share alpha of the true lower quantile, at every share, for
/// data over many orders of magnitude.
/// </summary>
/// <remarks>
/// <para>
/// Source: Masson, Rim and Lee, <em>DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees</em>, VLDB 2019.
/// The logarithm of the bucket is interpolated cubically between powers of two (A = 6/35, B = -3/5, C = 10/7, the published optimum of
/// the DataDog sketch libraries), which costs 1 % more buckets and no call of a logarithm.
/// </para>
/// <para>
/// Error: |estimate - x[floor(q(n-1))]| ≤ alpha |x[floor(q(n-1))]|, always, unless <see cref="HasCollapsed"/>: beyond the maximum number
/// of buckets of one sign, the values of smallest magnitude share a bucket and only they lose the guarantee. With alpha = 0.01 and 4096
/// buckets that takes values 10^35 apart. Subnormal values are rounded to a whole multiple of 2^-1074. Merging is exact: any order of
/// updates and merges gives the same state.
/// </para>
/// <para>Zero and infinities are counted exactly. O(1) per value; memory: 8 bytes per bucket of the range seen. Not thread-safe.</para>
/// </remarks>
public sealed partial class DDSketch : NumericSketch, ISketch<DDSketch>
{
    /// <summary>The default relative error.</summary>
    public const double DefaultRelativeError = 0.01;

    /// <summary>The default of the largest number of buckets of each sign.</summary>
    public const int DefaultMaximumBuckets = 4096;

    private readonly LogMapping _mapping;
    private readonly BucketStore _positive;
    private readonly BucketStore _negative;
    private long _zeros;
    private long _negativeInfinities;
    private long _positiveInfinities;
    private double _minimum = double.PositiveInfinity;
    private double _maximum = double.NegativeInfinity;

    /// <summary>An empty sketch.</summary>
    /// <param name="relativeError">alpha, from 0.0001 to 0.5.</param>
    /// <param name="maximumBuckets">The largest number of buckets of each sign, from 16 to 65,536.</param>
    /// <param name="nanPolicy">What happens to NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range.</exception>
    public DDSketch(
        double relativeError = DefaultRelativeError, int maximumBuckets = DefaultMaximumBuckets, NaNPolicy nanPolicy = NaNPolicy.Refuse)
        : base(nanPolicy)
    {
        if (!(relativeError >= LogMapping.SmallestError && relativeError <= LogMapping.LargestError))
        {
            throw new ArgumentOutOfRangeException(nameof(relativeError), relativeError, "The relative error lies between 0.0001 and 0.5.");
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumBuckets, BucketStore.SmallestLimit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumBuckets, BucketStore.LargestLimit);
        RelativeError = relativeError;
        MaximumBuckets = maximumBuckets;
        _mapping = new LogMapping(relativeError);
        _positive = new BucketStore(maximumBuckets);
        _negative = new BucketStore(maximumBuckets);
    }

    /// <summary>alpha, the bound of the relative error of a quantile.</summary>
    public double RelativeError { get; }

    /// <summary>The largest number of buckets of each sign.</summary>
    public int MaximumBuckets { get; }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>The smallest value, exact; NaN when empty.</summary>
    public double Minimum => Count == 0 ? double.NaN : _minimum;

    /// <summary>The largest value, exact; NaN when empty.</summary>
    public double Maximum => Count == 0 ? double.NaN : _maximum;

    /// <summary>Whether values of small magnitude had to share a bucket, so that quantiles among them have lost the guarantee.</summary>
    public bool HasCollapsed => _positive.HasCollapsed || _negative.HasCollapsed;

    /// <summary>
    /// The estimated lower quantile, that of position floor(q (n - 1)) of the sorted stream, within <see cref="RelativeError"/> of it.
    /// The smallest and largest (q of 0 and 1) are exact. O(buckets).
    /// </summary>
    /// <param name="q">The share, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">q is NaN or outside 0 to 1.</exception>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Quantile(double q)
    {
        SketchQuery.ThrowIfNotShare(q);
        SketchQuery.ThrowIfEmpty(Count);
        long position = SketchQuery.LowerPosition(q, Count);
        return position == 0 ? _minimum : position == Count - 1 ? _maximum : Math.Clamp(Estimate(position), _minimum, _maximum);
    }

    /// <inheritdoc/>
    public void Merge(DDSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.RelativeError != RelativeError || other.MaximumBuckets != MaximumBuckets)
        {
            throw new ArgumentException("The sketches differ in relative error or in the largest number of buckets.", nameof(other));
        }
        _positive.Merge(other._positive);
        _negative.Merge(other._negative);
        _zeros += other._zeros;
        _negativeInfinities += other._negativeInfinities;
        _positiveInfinities += other._positiveInfinities;
        _minimum = Math.Min(_minimum, other._minimum);
        _maximum = Math.Max(_maximum, other._maximum);
        Count += other.Count;
        DroppedCount += other.DroppedCount;
    }

    private double Estimate(long position)
    {
        if (position < _negativeInfinities) return double.NegativeInfinity;
        position -= _negativeInfinities;
        if (position < _negative.Count) return -_mapping.Estimate(_negative.IndexAt(_negative.Count - 1 - position));
        position -= _negative.Count;
        if (position < _zeros) return 0;
        position -= _zeros;
        return position < _positive.Count ? _mapping.Estimate(_positive.IndexAt(position)) : double.PositiveInfinity;
    }

    private protected override void Add(double value)
    {
        if (value < _minimum) _minimum = value;
        if (value > _maximum) _maximum = value;
        Count++;
        double magnitude = Math.Abs(value);
        if (magnitude >= LogMapping.SmallestNormal && magnitude <= double.MaxValue)
        {
            (value > 0 ? _positive : _negative).Add(_mapping.IndexOfNormal(magnitude));
        }
        else AddUnusual(value, magnitude);
    }

    private protected override void AddRange(ReadOnlySpan<double> values)
    {
        foreach (double value in values) Add(value);
    }

    private void AddUnusual(double value, double magnitude)
    {
        if (value == 0) _zeros++;
        else if (double.IsInfinity(value))
        {
            if (value > 0) _positiveInfinities++;
            else _negativeInfinities++;
        }
        else (value > 0 ? _positive : _negative).Add(_mapping.IndexOfSubnormal(magnitude));
    }
}
