using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>The most frequent items of a stream, each with a lower and an upper bound of its count.</summary>
/// <remarks>
/// <para>
/// Sources: Misra and Gries, <em>Finding repeated elements</em>, 1982; the purge by the median of Anderson, Bevan, Lang, Liberty, Rhodes
/// and Thaler, <em>A high-performance algorithm for identifying frequent items in data streams</em>, IMC 2017; the merge of Agarwal et
/// al., <em>Mergeable summaries</em>, PODS 2012. Error: every count lies within its bounds, which are <see cref="MaximumError"/> ≤ 2n /
/// capacity apart; every item more frequent than <see cref="MaximumError"/> is present. Exact while there are at most <see
/// cref="Capacity"/> distinct items. No randomness: equal input gives equal output.
/// </para>
/// <para>Amortised O(log capacity) per item at worst, O(1) for repeated ones; memory: capacity items. Not thread-safe.</para>
/// </remarks>
/// <typeparam name="T"><see cref="double"/> (negative zero equals zero), <see cref="long"/> or <see cref="string"/> (ordinal).</typeparam>
public sealed class TopKSketch<T> : ISketch<TopKSketch<T>>
    where T : notnull
{
    /// <summary>The default number of items that are counted at a time.</summary>
    public const int DefaultCapacity = 256;

    private const byte Version = 1;
    private const string Name = "top-k sketch";
    private const int MinimumCapacity = 2;
    private const int MaximumCapacity = 1 << 20;

    private readonly Dictionary<T, long> _counts;
    private long[] _scratch = [];

    /// <summary>An empty sketch.</summary>
    /// <param name="capacity">How many items are counted at a time, from 2 to 1,048,576.</param>
    /// <param name="nanPolicy">What happens to NaN in a sketch of doubles.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity or the policy is out of range.</exception>
    /// <exception cref="NotSupportedException">Items of this type cannot be counted.</exception>
    public TopKSketch(int capacity = DefaultCapacity, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, MinimumCapacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaximumCapacity);
        if (nanPolicy is not (NaNPolicy.Refuse or NaNPolicy.Drop))
        {
            throw new ArgumentOutOfRangeException(nameof(nanPolicy), nanPolicy, "The policy is neither Refuse nor Drop.");
        }
        Capacity = capacity;
        NaNPolicy = nanPolicy;
        _counts = new Dictionary<T, long>(Items.Equality);
    }

    private static TopKItems<T> Items => TopKItems<T>.Instance;

    /// <summary>How many items are counted at a time.</summary>
    public int Capacity { get; }

    /// <summary>What happens to NaN in a sketch of doubles.</summary>
    /// <value>The default is <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; }

    /// <summary>How many NaN were dropped.</summary>
    public long DroppedCount { get; private set; }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>
    /// How far the two bounds of a count are apart; 0 while all counts are exact, at most 2 <see cref="Count"/> / <see cref="Capacity"/>.
    /// </summary>
    public long MaximumError { get; private set; }

    /// <summary>Takes in one item.</summary>
    /// <param name="item">The item.</param>
    /// <exception cref="ArgumentNullException">The item is null.</exception>
    /// <exception cref="ArgumentException">The item is NaN and the policy is <see cref="NaNPolicy.Refuse"/>.</exception>
    public void Update(T item)
    {
        // Not ThrowIfNull, which would box a double where the compiler does not optimise.
        if (!typeof(T).IsValueType && item is null) throw new ArgumentNullException(nameof(item));
        if (Items.IsNaN(item))
        {
            if (NaNPolicy == NaNPolicy.Refuse)
            {
                throw new ArgumentException(
                    "The item is NaN, which the policy of this sketch refuses; NaNPolicy.Drop leaves it out.", nameof(item));
            }
            DroppedCount++;
            return;
        }
        Count++;
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, item, out _)++;
        if (_counts.Count > Capacity) Purge(keepAtMost: Capacity / 2);
    }

    /// <summary>Takes in many items, one after another; those before one that is refused are kept.</summary>
    /// <param name="items">The items.</param>
    /// <exception cref="ArgumentNullException">An item is null.</exception>
    /// <exception cref="ArgumentException">An item is NaN and the policy is <see cref="NaNPolicy.Refuse"/>.</exception>
    public void Update(ReadOnlySpan<T> items)
    {
        foreach (T item in items) Update(item);
    }

    /// <summary>The bounds of one item's count: 0 to <see cref="MaximumError"/> for one that is not present.</summary>
    /// <param name="item">The item.</param>
    /// <exception cref="ArgumentNullException">The item is null.</exception>
    public TopKItem<T> Estimate(T item)
    {
        long lower = _counts.GetValueOrDefault(item);
        return new TopKItem<T>(item, lower, lower + MaximumError);
    }

    /// <summary>
    /// The items of the largest counts, the largest first, equal ones in their natural (ordinal) order. O(capacity log capacity).
    /// </summary>
    /// <param name="k">How many at most; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is negative.</exception>
    public IReadOnlyList<TopKItem<T>> Top(int k)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        return [.. Sorted().Take(k).Select(pair => new TopKItem<T>(pair.Key, pair.Value, pair.Value + MaximumError))];
    }

    /// <inheritdoc/>
    public void Merge(TopKSketch<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Capacity != Capacity)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"A sketch of capacity {other.Capacity} cannot be merged into one of {Capacity}."),
                nameof(other));
        }
        foreach ((T item, long count) in other == this ? new Dictionary<T, long>(_counts) : other._counts)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, item, out _) += count;
        }
        Count += other.Count;
        MaximumError += other.MaximumError;
        DroppedCount += other.DroppedCount;
        if (_counts.Count > Capacity) Purge(keepAtMost: Capacity);
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
        var writer = new SketchWriter(SketchKind.TopK, Version);
        writer.Byte(Items.Tag);
        writer.Byte((byte)NaNPolicy);
        writer.Varint(DroppedCount);
        writer.Varint(Capacity);
        writer.Varint(Count);
        writer.Varint(MaximumError);
        writer.Varint(_counts.Count);
        // Sorted, so that equal sketches have equal bytes.
        foreach ((T item, long count) in Sorted())
        {
            Items.Write(writer, item);
            writer.Varint(count);
        }
        return writer.ToArray();
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1000", Justification = "The static member of the interface that all sketches share.")]
    public static TopKSketch<T> Read(ReadOnlySpan<byte> source)
    {
        var reader = new SketchReader(source, SketchKind.TopK, Version, Name);
        reader.Require(reader.Byte() == Items.Tag, $"they count items of another type than {typeof(T)}");
        NaNPolicy policy = reader.Policy(out long dropped);
        int capacity = (int)reader.Varint("the capacity", MinimumCapacity, MaximumCapacity);
        var sketch = new TopKSketch<T>(capacity, policy) { DroppedCount = dropped };
        sketch.Count = reader.Varint("the count", 0, long.MaxValue);
        sketch.MaximumError = reader.Varint("the error", 0, sketch.Count);
        int items = reader.Size("the number of items", capacity, 2);
        long rest = sketch.Count;
        for (int i = 0; i < items; i++)
        {
            T item = Items.Read(ref reader);
            long count = reader.Varint("the count of an item", 1, rest);
            rest -= count;
            reader.Require(sketch._counts.TryAdd(item, count), "an item occurs twice");
        }
        reader.End();
        return sketch;
    }

    private IOrderedEnumerable<KeyValuePair<T, long>> Sorted() =>
        _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, Items.Order);

    /// <summary>
    /// Subtracts from every count the one that at most <paramref name="keepAtMost"/> counts exceed, and forgets those that reach zero.
    /// At least <paramref name="keepAtMost"/> + 1 counts lose it in full, which is what bounds the error by n / (keepAtMost + 1).
    /// </summary>
    private void Purge(int keepAtMost)
    {
        int n = _counts.Count;
        if (_scratch.Length < n) _scratch = new long[Math.Max(n, Capacity + 1)];
        _counts.Values.CopyTo(_scratch, 0);
        _scratch.AsSpan(0, n).Sort();
        long subtracted = _scratch[n - 1 - keepAtMost];
        MaximumError += subtracted;
        // Removing while enumerating is allowed; so is writing through a reference.
        foreach ((T item, long count) in _counts)
        {
            if (count <= subtracted) _counts.Remove(item);
            else CollectionsMarshal.GetValueRefOrNullRef(_counts, item) = count - subtracted;
        }
    }
}
