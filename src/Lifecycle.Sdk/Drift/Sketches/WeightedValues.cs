namespace Lifecycle.Sdk.Drift;

/// <summary>The values of a quantile sketch, sorted, with the running weight up to and including each: what all queries search.</summary>
internal sealed class WeightedValues
{
    private readonly double[] _values;
    private readonly long[] _cumulative;

    private WeightedValues(double[] values, long[] weights)
    {
        Array.Sort(values, weights);
        long sum = 0;
        foreach (ref long weight in weights.AsSpan()) weight = sum += weight;
        _values = values;
        _cumulative = weights;
    }

    public static WeightedValues Of(List<KllLevel> levels)
    {
        int count = levels.Sum(level => level.Length), at = 0;
        double[] values = new double[count];
        long[] weights = new long[count];
        for (int i = 0; i < levels.Count; i++)
        {
            levels[i].Values.CopyTo(values.AsSpan(at));
            weights.AsSpan(at, levels[i].Length).Fill(1L << i);
            at += levels[i].Length;
        }
        return new WeightedValues(values, weights);
    }

    public long CountAtMost(double value) => WeightBefore(FirstIndex(value, orEqual: false));

    public long CountBelow(double value) => WeightBefore(FirstIndex(value, orEqual: true));

    /// <summary>The value that covers a 0-based position of the sorted stream.</summary>
    public double AtPosition(long position)
    {
        int low = 0, high = _cumulative.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_cumulative[middle] > position) high = middle;
            else low = middle + 1;
        }
        return _values[low];
    }

    /// <summary>The smallest retained finite value, or NaN.</summary>
    public double SmallestFinite()
    {
        int index = FirstIndex(double.NegativeInfinity, orEqual: false);
        return index < _values.Length && double.IsFinite(_values[index]) ? _values[index] : double.NaN;
    }

    /// <summary>The largest retained finite value, or NaN.</summary>
    public double LargestFinite()
    {
        int index = FirstIndex(double.PositiveInfinity, orEqual: true) - 1;
        return index >= 0 && double.IsFinite(_values[index]) ? _values[index] : double.NaN;
    }

    private long WeightBefore(int index) => index == 0 ? 0 : _cumulative[index - 1];

    private int FirstIndex(double value, bool orEqual)
    {
        int low = 0, high = _values.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_values[middle] > value || (orEqual && _values[middle] == value)) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
