namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Accumulates points, blocks and other summaries of one series into a <see cref="MetricSummary"/>. The order they come in does not matter:
/// points are compared by a total order (NaN below any number, then by bits), and the sum is kept in two doubles (Knuth, TAOCP 2, section 4.2.2, theorem B), about 106 bits.
/// </summary>
internal sealed class MetricSummaryBuilder
{
    private MetricPoint _first, _last, _min, _max;

    /// <summary>How many points, NaN included.</summary>
    public long Count { get; private set; }

    /// <summary>How many of them are NaN.</summary>
    public long NaNCount { get; private set; }

    /// <summary>The smallest (step, timestamp, value) point; meaningless while <see cref="Count"/> is 0.</summary>
    public MetricPoint First => _first;

    /// <summary>The greatest (step, timestamp, value) point; meaningless while <see cref="Count"/> is 0.</summary>
    public MetricPoint Last => _last;

    /// <summary>The point with the smallest value; null when there is no number.</summary>
    public MetricPoint? Min => HasNumber ? _min : null;

    /// <summary>The point with the largest value; null when there is no number.</summary>
    public MetricPoint? Max => HasNumber ? _max : null;

    /// <summary>The sum of all that are not NaN, rounded.</summary>
    public double Sum { get; private set; }

    /// <summary>What rounding took from <see cref="Sum"/>; stores keep it so that summaries merge in any order to the same sum.</summary>
    public double SumLow { get; private set; }

    private bool HasNumber => Count > NaNCount;

    /// <summary>Goes on from what a store has kept.</summary>
    public static MetricSummaryBuilder Restore(
        long count, long nanCount, MetricPoint first, MetricPoint last, MetricPoint? min, MetricPoint? max, double sum, double sumLow) => new()
        {
            Count = count,
            NaNCount = nanCount,
            _first = first,
            _last = last,
            _min = min ?? default,
            _max = max ?? default,
            Sum = sum,
            SumLow = sumLow,
        };

    /// <summary>Adds one point.</summary>
    public void Add(MetricPoint point)
    {
        AddExtremes(point, point, Count == 0);
        if (double.IsNaN(point.Value))
        {
            NaNCount++;
        }
        else
        {
            AddRange(point, point, !HasNumber);
            AddSum(point.Value, 0);
        }

        Count++;
    }

    /// <summary>Adds columns of equal length.</summary>
    public void Add(ReadOnlySpan<long> steps, ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values)
    {
        double high = 0, low = 0, min = double.PositiveInfinity, max = double.NegativeInfinity;
        var nans = 0;
        foreach (var value in values)
        {
            if (double.IsNaN(value))
            {
                nans++;
                continue;
            }

            if (value < min) min = value;
            if (value > max) max = value;
            var sum = high + value;
            var part = sum - high;
            low += (high - (sum - part)) + (value - part);
            high = sum;
        }

        // Infinities spoil the remainder; they are rare enough for the careful way.
        if (!double.IsFinite(high))
        {
            for (var i = 0; i < steps.Length; i++) Add(new MetricPoint(steps[i], timestamps[i], values[i]));
            return;
        }

        AddExtremesOf(steps, timestamps, values, min, max);
        AddSum(high, low);
        Count += steps.Length;
        NaNCount += nans;
    }

    /// <summary>Adds all that another has.</summary>
    public void Add(MetricSummaryBuilder other)
    {
        if (other.Count == 0) return;
        AddExtremes(other._first, other._last, Count == 0);
        if (other.HasNumber)
        {
            AddRange(other._min, other._max, !HasNumber);
            AddSum(other.Sum, other.SumLow);
        }

        Count += other.Count;
        NaNCount += other.NaNCount;
    }

    /// <summary>The summary so far.</summary>
    /// <exception cref="InvalidOperationException">There is no point.</exception>
    public MetricSummary Build(string key) => Count == 0
        ? throw new InvalidOperationException($"The series '{key}' has no points to summarise.")
        : new MetricSummary { Key = key, Count = Count, NaNCount = NaNCount, First = First, Last = Last, Min = Min, Max = Max, Sum = Sum };

    /// <summary>The order of points within a series: step, timestamp, value; NaN is below any number.</summary>
    internal static int Compare(in MetricPoint a, in MetricPoint b)
    {
        if (a.Step != b.Step) return a.Step < b.Step ? -1 : 1;
        if (a.UnixTimeMilliseconds != b.UnixTimeMilliseconds) return a.UnixTimeMilliseconds < b.UnixTimeMilliseconds ? -1 : 1;
        var byValue = a.Value.CompareTo(b.Value);
        return byValue != 0 ? byValue : BitConverter.DoubleToInt64Bits(a.Value).CompareTo(BitConverter.DoubleToInt64Bits(b.Value));
    }

    /// <summary>Compares only the points that can be extreme: those at the smallest and greatest step, and those with the smallest and greatest value.</summary>
    private void AddExtremesOf(ReadOnlySpan<long> steps, ReadOnlySpan<long> timestamps, ReadOnlySpan<double> values, double min, double max)
    {
        long minStep = long.MaxValue, maxStep = long.MinValue;
        foreach (var step in steps)
        {
            minStep = Math.Min(minStep, step);
            maxStep = Math.Max(maxStep, step);
        }

        var (noPoint, noNumber) = (Count == 0, !HasNumber);
        for (var i = 0; i < steps.Length; i++)
        {
            var (step, value) = (steps[i], values[i]);
            if (step != minStep && step != maxStep && value != min && value != max) continue;
            var point = new MetricPoint(step, timestamps[i], value);
            AddExtremes(point, point, noPoint);
            noPoint = false;
            if (double.IsNaN(value)) continue;
            AddRange(point, point, noNumber);
            noNumber = false;
        }
    }

    private void AddExtremes(in MetricPoint first, in MetricPoint last, bool isFirst)
    {
        if (isFirst || Compare(first, _first) < 0) _first = first;
        if (isFirst || Compare(last, _last) > 0) _last = last;
    }

    private void AddRange(in MetricPoint min, in MetricPoint max, bool isFirst)
    {
        if (isFirst || min.Value < _min.Value || (min.Value == _min.Value && Compare(min, _min) < 0)) _min = min;
        if (isFirst || max.Value > _max.Value || (max.Value == _max.Value && Compare(max, _max) < 0)) _max = max;
    }

    private void AddSum(double high, double low)
    {
        var sum = Sum + high;
        if (!double.IsFinite(sum))
        {
            (Sum, SumLow) = (sum, 0);
            return;
        }

        // Two-sum: what the addition rounded away, exactly; then both halves are brought back to non-overlapping form.
        var part = sum - Sum;
        var lost = (Sum - (sum - part)) + (high - part) + SumLow + low;
        Sum = sum + lost;
        SumLow = double.IsFinite(Sum) ? lost - (Sum - sum) : 0;
    }
}
