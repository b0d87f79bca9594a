using System.Buffers;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Counts of values in fixed bins, exact and mergeable. With edges e[0] &lt; … &lt; e[k], bin i holds e[i] ≤ x &lt; e[i+1]; the last bin
/// also holds x = e[k]. Values outside, infinities included, are counted as below or above, never forced into a bin.
/// </summary>
/// <remarks>
/// Error: none. O(1) per value while the edges are not extremely uneven, else O(log k); memory proportional to k; not thread-safe.
/// </remarks>
public sealed class HistogramSketch : NumericSketch, ISketch<HistogramSketch>
{
    /// <summary>The largest number of bins.</summary>
    public const int MaximumBins = 1 << 20;

    private const byte Version = 1;
    private const string Name = "histogram";

    private readonly double[] _edges;
    private readonly EdgeGrid _grid;

    // One slot below, one per bin, one above: the outcome of a search is a slot without a branch.
    private readonly long[] _slots;

    /// <summary>An empty histogram of the given edges.</summary>
    /// <param name="edges">At least two finite, strictly increasing values.</param>
    /// <param name="nanPolicy">What happens to NaN.</param>
    /// <exception cref="ArgumentException">There are too few or too many edges, or they are not finite and strictly increasing.</exception>
    public HistogramSketch(ReadOnlySpan<double> edges, NaNPolicy nanPolicy = NaNPolicy.Refuse)
        : this(Checked(edges.ToArray(), nameof(edges)), nanPolicy)
    {
    }

    private HistogramSketch(double[] edges, NaNPolicy nanPolicy)
        : base(nanPolicy)
    {
        _edges = edges;
        _slots = new long[edges.Length + 1];
        _grid = new EdgeGrid(edges);
    }

    /// <summary>A histogram of bins of equal width: edge i is low + (high - low) · (i / bins).</summary>
    /// <param name="low">The first edge, finite.</param>
    /// <param name="high">The last edge, finite and above <paramref name="low"/>.</param>
    /// <param name="bins">How many bins, from 1 to <see cref="MaximumBins"/>.</param>
    /// <param name="nanPolicy">What happens to NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is out of range.</exception>
    /// <exception cref="ArgumentException">The range is not finite, is empty, or is too narrow for so many distinct edges.</exception>
    public static HistogramSketch EqualWidth(double low, double high, int bins, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bins, MaximumBins);
        double[] edges = new double[bins + 1];
        double width = high - low;
        for (int i = 0; i < bins; i++)
        {
            double share = (double)i / bins;
            // A width beyond the largest double is avoided by weighting the ends.
            edges[i] = double.IsInfinity(width) ? low * (1 - share) + high * share : low + width * share;
        }
        edges[bins] = high;
        if (Refusal(edges) is { } reason) throw new ArgumentException($"The range cannot be cut into these bins: {reason}", nameof(high));
        return new HistogramSketch(edges, nanPolicy);
    }

    /// <summary>The edges, one more than there are bins.</summary>
    public ReadOnlySpan<double> Edges => _edges;

    /// <summary>The count of each bin.</summary>
    public ReadOnlySpan<long> Counts => _slots.AsSpan(1, _edges.Length - 1);

    /// <summary>How many values lay below the first edge.</summary>
    public long BelowCount => _slots[0];

    /// <summary>How many values lay above the last edge.</summary>
    public long AboveCount => _slots[^1];

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public void Merge(HistogramSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Edges.SequenceEqual(other.Edges)) throw new ArgumentException("The histograms have different edges.", nameof(other));
        for (int i = 0; i < _slots.Length; i++) _slots[i] += other._slots[i];
        Count += other.Count;
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
        var writer = new SketchWriter(SketchKind.Histogram, Version);
        writer.Policy(this);
        writer.Varint(_edges.Length);
        writer.Doubles(_edges);
        foreach (long count in _slots) writer.Varint(count);
        return writer.ToArray();
    }

    /// <inheritdoc/>
    public static HistogramSketch Read(ReadOnlySpan<byte> source)
    {
        var reader = new SketchReader(source, SketchKind.Histogram, Version, Name);
        NaNPolicy policy = reader.Policy(out long dropped);
        double[] edges = new double[reader.Size("the number of edges", MaximumBins + 1, 8)];
        foreach (ref double edge in edges.AsSpan()) edge = reader.Double();
        if (Refusal(edges) is { } reason) reader.Fail(reason);
        var sketch = new HistogramSketch(edges, policy) { DroppedCount = dropped };
        foreach (ref long slot in sketch._slots.AsSpan())
        {
            slot = reader.Varint("a count", 0, long.MaxValue - sketch.Count);
            sketch.Count += slot;
        }
        reader.End();
        return sketch;
    }

    private protected override void Add(double value)
    {
        _slots[_grid.SlotOf(value)]++;
        Count++;
    }

    private protected override void AddRange(ReadOnlySpan<double> values)
    {
        EdgeGrid grid = _grid;
        long[] slots = _slots;
        foreach (double value in values) slots[grid.SlotOf(value)]++;
        Count += values.Length;
    }

    private static double[] Checked(double[] edges, string name) =>
        Refusal(edges) is { } reason ? throw new ArgumentException(reason, name) : edges;

    private static string? Refusal(double[] edges)
    {
        if (edges.Length < 2) return FormattableString.Invariant($"A histogram needs at least two edges, not {edges.Length}.");
        if (edges.Length > MaximumBins + 1)
        {
            return FormattableString.Invariant($"A histogram has at most {MaximumBins} bins, not {edges.Length - 1}.");
        }
        for (int i = 0; i < edges.Length; i++)
        {
            if (!double.IsFinite(edges[i])) return FormattableString.Invariant($"Edge {i} is {edges[i]}; edges are finite.");
            if (i > 0 && edges[i] <= edges[i - 1])
            {
                return FormattableString.Invariant($"Edge {i} ({edges[i]}) does not lie above the one before it.");
            }
        }
        return null;
    }
}
