namespace Lifecycle.Sdk.Drift;

/// <summary>The centroids of a t-digest, sorted by mean, and the merge that keeps each within one unit of the scale function k1.</summary>
internal sealed class Centroids(double compression)
{
    private readonly double[] _means = new double[LargestCount(compression)];
    private readonly long[] _weights = new long[LargestCount(compression)];
    private double[] _inputMeans = [];
    private long[] _inputWeights = [];
    private double _minimum = double.PositiveInfinity;
    private double _maximum = double.NegativeInfinity;

    public int Count { get; private set; }

    public long Weight { get; private set; }

    /// <summary>
    /// Two neighbours always span more than one unit of k1, whose whole range is compression / 2; the rest is slack for rounding.
    /// </summary>
    public static int LargestCount(double compression) => (int)Math.Ceiling(compression) + 16;

    public void Take(ReadOnlySpan<double> sorted)
    {
        EnsureInput(Count + sorted.Length);
        int from = 0;
        for (int to = 0, own = 0; own < Count || from < sorted.Length; to++)
        {
            bool takeOwn = from == sorted.Length || (own < Count && _means[own] <= sorted[from]);
            _inputMeans[to] = takeOwn ? _means[own] : sorted[from];
            _inputWeights[to] = takeOwn ? _weights[own] : 1;
            if (takeOwn) own++;
            else from++;
        }
        if (sorted.Length > 0)
        {
            _minimum = Math.Min(_minimum, sorted[0]);
            _maximum = Math.Max(_maximum, sorted[^1]);
        }
        Weight += sorted.Length;
        Compress(Count + sorted.Length);
    }

    public void Merge(Centroids other, ReadOnlySpan<double> unsorted)
    {
        int length = Count + other.Count + unsorted.Length;
        if (length == Count) return;
        double[] means = [.. _means.AsSpan(0, Count), .. other._means.AsSpan(0, other.Count), .. unsorted];
        long[] weights = new long[length];
        _weights.AsSpan(0, Count).CopyTo(weights);
        other._weights.AsSpan(0, other.Count).CopyTo(weights.AsSpan(Count));
        weights.AsSpan(Count + other.Count).Fill(1);
        Array.Sort(means, weights);
        (_inputMeans, _inputWeights) = (means, weights);
        _minimum = Math.Min(_minimum, other._minimum);
        _maximum = Math.Max(_maximum, other._maximum);
        foreach (double value in unsorted)
        {
            _minimum = Math.Min(_minimum, value);
            _maximum = Math.Max(_maximum, value);
        }
        Weight += other.Weight + unsorted.Length;
        Compress(length);
    }

    /// <summary>
    /// The value at a position from 0 to the weight, by straight lines through (0, minimum), the centroids' middles and (weight,
    /// maximum).
    /// </summary>
    public double ValueAt(double position)
    {
        double before = 0, left = 0, leftValue = _minimum;
        for (int i = 0; i < Count; i++)
        {
            double middle = before + _weights[i] / 2.0;
            if (position <= middle) return Interpolate(left, leftValue, middle, _means[i], position);
            before += _weights[i];
            left = middle;
            leftValue = _means[i];
        }
        return Interpolate(left, leftValue, Weight, _maximum, position);
    }

    /// <summary>The inverse of <see cref="ValueAt"/>: the largest position whose value is at most the given one.</summary>
    public double WeightAtMost(double value)
    {
        if (Count == 0 || value < _minimum) return 0;
        if (value >= _maximum) return Weight;
        double before = 0, left = 0, leftValue = _minimum;
        for (int i = 0; i < Count; i++)
        {
            double middle = before + _weights[i] / 2.0;
            if (value < _means[i]) return Interpolate(leftValue, left, _means[i], middle, value);
            before += _weights[i];
            left = middle;
            leftValue = _means[i];
        }
        return Interpolate(leftValue, left, _maximum, Weight, value);
    }

    public void Write(SketchWriter writer)
    {
        writer.Varint(Count);
        if (Count == 0) return;
        writer.Double(_minimum);
        writer.Double(_maximum);
        writer.Doubles(_means.AsSpan(0, Count));
        for (int i = 0; i < Count; i++) writer.Varint(_weights[i]);
    }

    public void Read(ref SketchReader reader)
    {
        Count = reader.Size("the number of centroids", _means.Length, 9);
        if (Count == 0) return;
        _minimum = reader.Double();
        _maximum = reader.Double();
        reader.Require(double.IsFinite(_minimum) && double.IsFinite(_maximum), "the range is not finite");
        double previous = _minimum;
        for (int i = 0; i < Count; i++)
        {
            double mean = _means[i] = reader.Double();
            reader.Require(mean >= previous && mean <= _maximum, "the centroids are not in order");
            previous = mean;
        }
        for (int i = 0; i < Count; i++)
        {
            _weights[i] = reader.Varint("a weight", 1, long.MaxValue / 4 - Weight);
            Weight += _weights[i];
        }
    }

    private void Compress(int length)
    {
        long total = Weight, before = 0;
        Count = 0;
        double limit = total * LargestShare(0);
        double mean = _inputMeans[0];
        long weight = _inputWeights[0];
        for (int i = 1; i < length; i++)
        {
            if (before + weight + _inputWeights[i] <= limit)
            {
                weight += _inputWeights[i];
                mean = Towards(mean, _inputMeans[i], (double)_inputWeights[i] / weight);
                continue;
            }
            Keep(mean, weight);
            before += weight;
            limit = total * LargestShare((double)before / total);
            mean = _inputMeans[i];
            weight = _inputWeights[i];
        }
        Keep(mean, weight);
    }

    private void Keep(double mean, long weight)
    {
        _means[Count] = Math.Clamp(mean, _minimum, _maximum);
        _weights[Count++] = weight;
    }

    /// <summary>k1 inverted: the share up to which a centroid that starts at q may reach.</summary>
    private double LargestShare(double q)
    {
        double angle = Math.Asin(2 * q - 1) + 2 * Math.PI / compression;
        return angle >= Math.PI / 2 ? 1 : (Math.Sin(angle) + 1) / 2;
    }

    private static double Towards(double mean, double value, double share)
    {
        double moved = mean + (value - mean) * share;
        // The difference of two huge values of opposite sign overflows; the weighted sum does not.
        return double.IsFinite(moved) ? moved : mean * (1 - share) + value * share;
    }

    private static double Interpolate(double x0, double y0, double x1, double y1, double x)
    {
        if (x1 <= x0) return y1;
        // Halved first: the difference of two huge values of opposite sign overflows.
        double share = (x / 2 - x0 / 2) / (x1 / 2 - x0 / 2);
        return Math.Clamp(Towards(y0, y1, share), Math.Min(y0, y1), Math.Max(y0, y1));
    }

    private void EnsureInput(int length)
    {
        if (_inputMeans.Length >= length) return;
        // The largest that is ever needed by updates, at once, so that a steady stream allocates nothing.
        int capacity = Math.Max(length, _means.Length + (int)(5 * compression));
        (_inputMeans, _inputWeights) = (new double[capacity], new long[capacity]);
    }
}
