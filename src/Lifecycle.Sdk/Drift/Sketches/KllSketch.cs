using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The KLL quantile sketch: ranks and quantiles of a stream within an additive rank error, whatever the distribution and the order.
/// </summary>
/// <remarks>
/// <para>
/// Source: Karnin, Lang and Liberty, <em>Optimal quantile approximation in streams</em>, FOCS 2016 (compactors whose capacities shrink by
/// 2/3 per level). Error: with probability 0.99 an estimated rank is within <see cref="NormalizedRankError"/> · n of the true one, 1.33 %
/// for the default k of 200; the sketch is exact while n &lt; 2k. Merging keeps the bound. The coin flips come from a generator with a
/// seed, so equal input gives equal output.
/// </para>
/// <para>
/// Infinities are ordinary values. Memory: at most about 8k + 8 log2(n/k) values. Amortised O(log k) per value for sorting small blocks.
/// Not thread-safe.
/// </para>
/// </remarks>
public sealed partial class KllSketch : NumericSketch, ISketch<KllSketch>
{
    /// <summary>The default of k.</summary>
    public const int DefaultK = 200;

    /// <summary>The smallest k.</summary>
    public const int MinimumK = 8;

    /// <summary>The largest k.</summary>
    public const int MaximumK = 65535;

    private const int SmallestCapacity = 8;

    // Level i holds values of weight 2^i; all but level 0 are sorted.
    private readonly List<KllLevel> _levels = [];
    private readonly int _baseCapacity;
    private SplitMix64 _random;
    private double _minimum = double.PositiveInfinity;
    private double _maximum = double.NegativeInfinity;
    private WeightedValues? _sorted;

    /// <summary>An empty sketch.</summary>
    /// <param name="k">The size parameter, from <see cref="MinimumK"/> to <see cref="MaximumK"/>; the error falls almost as 1/k.</param>
    /// <param name="seed">The seed of the coin flips.</param>
    /// <param name="nanPolicy">What happens to NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException">k or the policy is out of range.</exception>
    public KllSketch(int k = DefaultK, ulong seed = 0, NaNPolicy nanPolicy = NaNPolicy.Refuse)
        : base(nanPolicy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, MinimumK);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, MaximumK);
        K = k;
        _random = new SplitMix64(seed);
        // Level 0 is a buffer that costs little and is sorted at once: the larger it is, the less is compacted.
        _baseCapacity = 2 * k;
        _levels.Add(new KllLevel(_baseCapacity));
    }

    /// <summary>The size parameter.</summary>
    public int K { get; }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>The smallest value, exact; NaN when empty.</summary>
    public double Minimum => Count == 0 ? double.NaN : _minimum;

    /// <summary>The largest value, exact; NaN when empty.</summary>
    public double Maximum => Count == 0 ? double.NaN : _maximum;

    /// <summary>How many values the sketch holds at the moment.</summary>
    public int RetainedCount => _levels.Sum(level => level.Length);

    /// <summary>
    /// The bound of the error of one rank as a share of n, at 99 % confidence: 2.296 / k^0.9723 (the constants that the Apache
    /// DataSketches project fitted for this family), 0 while nothing has been compacted.
    /// </summary>
    public double NormalizedRankError => _levels.Count == 1 ? 0 : 2.296 / Math.Pow(K, 0.9723);

    /// <summary>The estimated share of values at or below a point, from 0 to 1. O(k).</summary>
    /// <param name="value">The point.</param>
    /// <exception cref="ArgumentException">The point is NaN.</exception>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Rank(double value) => (double)CountAtMost(value) / Count;

    /// <summary>The estimated number of values at or below a point. O(k).</summary>
    /// <param name="value">The point.</param>
    /// <exception cref="ArgumentException">The point is NaN.</exception>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public long CountAtMost(double value)
    {
        RefuseQuery(value);
        return Sorted.CountAtMost(value);
    }

    /// <summary>The estimated number of values below a point. O(k).</summary>
    /// <param name="value">The point.</param>
    /// <exception cref="ArgumentException">The point is NaN.</exception>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public long CountBelow(double value)
    {
        RefuseQuery(value);
        return Sorted.CountBelow(value);
    }

    /// <summary>
    /// The estimated lower quantile, the value at position floor(q (n - 1)) of the sorted stream: a value that occurred.
    /// The smallest and largest (q of 0 and 1) are exact. O(k log k) after an update, then O(log k).
    /// </summary>
    /// <param name="q">The share, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">q is NaN or outside 0 to 1.</exception>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public double Quantile(double q)
    {
        SketchQuery.ThrowIfNotShare(q);
        SketchQuery.ThrowIfEmpty(Count);
        return q == 0 ? _minimum : q == 1 ? _maximum : Sorted.AtPosition(SketchQuery.LowerPosition(q, Count));
    }

    /// <summary>The exact minimum when it is finite, else the smallest finite value that is retained; NaN when there is none.</summary>
    internal double SmallestFinite() => double.IsFinite(_minimum) ? _minimum : Sorted.SmallestFinite();

    /// <summary>The exact maximum when it is finite, else the largest finite value that is retained; NaN when there is none.</summary>
    internal double LargestFinite() => double.IsFinite(_maximum) ? _maximum : Sorted.LargestFinite();

    /// <inheritdoc/>
    public void Merge(KllSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.K != K)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"A sketch of k = {other.K} cannot be merged into one of k = {K}."), nameof(other));
        }
        _sorted = null;
        DroppedCount += other.DroppedCount;
        if (other.Count == 0) return;
        // Lengths first: the other sketch may be this one, and levels must not be read while they grow.
        KllLevel[] levels = [.. other._levels.Select(level => level.Clone())];
        _random = new SplitMix64(_random.State + other._random.State);
        _minimum = Math.Min(_minimum, other._minimum);
        _maximum = Math.Max(_maximum, other._maximum);
        Count += other.Count;
        while (_levels.Count < levels.Length) _levels.Add(new KllLevel(SmallestCapacity));
        for (int i = 0; i < levels.Length; i++)
        {
            if (i == 0) _levels[0].Append(levels[0].Values);
            else _levels[i].MergeSorted(levels[i].Values);
        }
        Compress();
    }

    private protected override void Add(double value)
    {
        _sorted = null;
        Count++;
        if (value < _minimum) _minimum = value;
        if (value > _maximum) _maximum = value;
        KllLevel input = _levels[0];
        input.Append(value);
        if (input.Length == _baseCapacity) Compress();
    }

    private protected override void AddRange(ReadOnlySpan<double> values)
    {
        _sorted = null;
        Count += values.Length;
        while (!values.IsEmpty)
        {
            KllLevel input = _levels[0];
            int taken = Math.Min(values.Length, _baseCapacity - input.Length);
            ReadOnlySpan<double> part = values[..taken];
            foreach (double value in part)
            {
                // Comparisons, not Math.Min: no NaN gets here, and the branches are almost never taken.
                if (value < _minimum) _minimum = value;
                if (value > _maximum) _maximum = value;
            }
            input.Append(part);
            values = values[taken..];
            if (input.Length == _baseCapacity) Compress();
        }
    }

    private int CapacityOf(int level) =>
        level == 0 ? _baseCapacity : Math.Max(SmallestCapacity, (int)Math.Ceiling(K * Math.Pow(2.0 / 3, _levels.Count - 1 - level)));

    /// <summary>Compacts every level that has reached its capacity, from the bottom up; new levels appear on top.</summary>
    private void Compress()
    {
        for (int level = 0; level < _levels.Count; level++)
        {
            if (_levels[level].Length < CapacityOf(level)) continue;
            if (level == _levels.Count - 1) _levels.Add(new KllLevel(2 * K));
            if (level == 0) _levels[0].Sort();
            _levels[level].CompactInto(_levels[level + 1], offset: (int)(_random.Next() >> 63));
        }
    }

    private WeightedValues Sorted => _sorted ??= WeightedValues.Of(_levels);

    private void RefuseQuery(double value)
    {
        SketchQuery.ThrowIfNaN(value);
        SketchQuery.ThrowIfEmpty(Count);
    }
}
