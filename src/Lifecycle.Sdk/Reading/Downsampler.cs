namespace Lifecycle.Sdk;

/// <summary>A series reduced to fewer points for drawing, and what the reduction did.</summary>
/// <param name="Points">The points kept, each of them one that was logged, sorted by (step, timestamp).</param>
/// <param name="OriginalCount">How many points there were.</param>
/// <param name="NaNCount">How many of them were NaN.</param>
/// <param name="KeptNaNCount">How many of the points kept are NaN.</param>
public sealed record DownsampledSeries(IReadOnlyList<MetricPoint> Points, long OriginalCount, long NaNCount, long KeptNaNCount)
{
    /// <summary>Whether any point was left out. If not, the points are exact and complete.</summary>
    public bool IsReduced => OriginalCount > Points.Count;

    /// <summary>Says in words what was done.</summary>
    /// <returns>For example <c>1000 of 250000 points: first, last, and the minimum and maximum of each part</c>.</returns>
    public override string ToString() => IsReduced
        ? FormattableString.Invariant($"{Points.Count} of {OriginalCount} points: first, last, and the minimum and maximum of each part")
        : FormattableString.Invariant($"all {OriginalCount} points");
}

/// <summary>
/// Reduces a series to at most n points without hiding anything that a chart would show: the range of steps is cut into equal parts, and
/// each part keeps its smallest and its largest value; the first and the last point of the series are always kept. So a spike of a single
/// point survives, which averaging or taking every k-th point would lose. A part that holds nothing but NaN keeps one of them, so that a
/// gap is seen.
/// <para>Streaming: time O(m) for m points, memory O(n). Points may come in any order. Not thread-safe.</para>
/// <para>The first and last extremes per part are the M4 aggregation of Jugel et al. (VLDB 2014), with the range's two ends instead of
/// each part's.</para>
/// </summary>
internal sealed class Downsampler
{
    private readonly Bucket[] _buckets;
    private readonly List<MetricPoint> _all = [];
    private readonly int _maxPoints;
    private readonly long _minStep;
    private readonly UInt128 _width;
    private MetricPoint _first, _last;
    private long _count, _nanCount;

    /// <summary>A downsampler for steps of a known range, as a <see cref="MetricSummary"/> tells it.</summary>
    /// <param name="maxPoints">At most how many points to keep, 4 or more.</param>
    /// <param name="minStep">The smallest step of the series. Smaller ones count to the first part.</param>
    /// <param name="maxStep">The greatest step of the series. Greater ones count to the last part.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxPoints"/> is less than 4, or the steps are not in
    /// order.</exception>
    public Downsampler(int maxPoints, long minStep, long maxStep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxStep, minStep);
        _maxPoints = maxPoints;
        _minStep = minStep;
        // Two points a part, and the two ends.
        _buckets = new Bucket[(maxPoints - 2) / 2];
        _width = (UInt128)((Int128)maxStep - minStep) + 1;
    }

    /// <summary>Adds a point.</summary>
    /// <param name="point">The point.</param>
    public void Add(MetricPoint point)
    {
        if (_count == 0 || Compare(point, _first) < 0) _first = point;
        if (_count == 0 || Compare(point, _last) > 0) _last = point;
        _count++;
        if (double.IsNaN(point.Value)) _nanCount++;
        // As long as they fit, all are kept: a short series is not touched.
        if (_count <= _maxPoints) _all.Add(point);
        _buckets[IndexOf(point.Step)].Add(point);
    }

    /// <summary>Adds the points of a block.</summary>
    /// <param name="block">The block.</param>
    public void Add(Storage.PointBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        for (var i = 0; i < block.Count; i++) Add(block[i]);
    }

    /// <summary>What was kept of the points so far.</summary>
    /// <returns>The series; more points may be added afterwards for another.</returns>
    public DownsampledSeries Build()
    {
        var kept = _count <= _maxPoints ? [.. _all] : Reduce();
        kept.Sort(Compare);
        return new DownsampledSeries(kept, _count, _nanCount, kept.Count(point => double.IsNaN(point.Value)));
    }

    private List<MetricPoint> Reduce()
    {
        var kept = new List<MetricPoint>(_maxPoints) { _first, _last };
        foreach (var bucket in _buckets)
        {
            if (bucket.Count == 0) continue;
            if (!IsEnd(bucket.Min)) kept.Add(bucket.Min);
            if (!Same(bucket.Min, bucket.Max) && !IsEnd(bucket.Max)) kept.Add(bucket.Max);
        }

        return kept;
    }

    private bool IsEnd(in MetricPoint point) => Same(point, _first) || Same(point, _last);

    private int IndexOf(long step)
    {
        if (step <= _minStep) return 0;
        var offset = (UInt128)((Int128)step - _minStep);
        return (int)UInt128.Min(offset * (uint)_buckets.Length / _width, (uint)_buckets.Length - 1);
    }

    // Record equality would take -0.0 and 0.0 for the same, and every NaN.
    private static bool Same(in MetricPoint a, in MetricPoint b) => Compare(a, b) == 0;

    private static int Compare(MetricPoint a, MetricPoint b)
    {
        if (a.Step != b.Step) return a.Step < b.Step ? -1 : 1;
        if (a.UnixTimeMilliseconds != b.UnixTimeMilliseconds) return a.UnixTimeMilliseconds < b.UnixTimeMilliseconds ? -1 : 1;
        var order = a.Value.CompareTo(b.Value);
        return order != 0 ? order : BitConverter.DoubleToInt64Bits(a.Value).CompareTo(BitConverter.DoubleToInt64Bits(b.Value));
    }

    private struct Bucket
    {
        public MetricPoint Min, Max;
        public long Count;

        public void Add(in MetricPoint point)
        {
            // A NaN stands only until the first number comes.
            var isNaN = double.IsNaN(point.Value);
            if (Count++ == 0 || (double.IsNaN(Min.Value) && !isNaN)) (Min, Max) = (point, point);
            else if (!isNaN && point.Value < Min.Value) Min = point;
            else if (!isNaN && point.Value > Max.Value) Max = point;
        }
    }
}
