namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Counts of consecutive buckets, at most a limit of them. When the range outgrows the limit, the lowest buckets are counted in the
/// lowest one kept, which is always (highest - limit + 1): so the state depends on what was added, not on the order.
/// </summary>
internal sealed class BucketStore(int limit)
{
    public const int SmallestLimit = 16;
    public const int LargestLimit = 65536;

    // Far outside what any double maps to, and far enough from the ends of an int for differences.
    private const int LargestIndex = 1 << 29;

    private long[] _counts = [];
    private int _first;

    public long Count { get; private set; }

    public bool HasCollapsed { get; private set; }

    public void Add(int index)
    {
        Count++;
        uint slot = (uint)(index - _first);
        long[] counts = _counts;
        if (slot < (uint)counts.Length) counts[slot]++;
        else AddOutside(index, 1);
    }

    /// <summary>The bucket that covers a 0-based position, counting from the lowest.</summary>
    public int IndexAt(long position)
    {
        int slot = 0;
        for (; position >= _counts[slot]; slot++) position -= _counts[slot];
        return _first + slot;
    }

    public void Merge(BucketStore other)
    {
        // The highest first: then everything collapses at most once. A copy, since the other may be this one.
        long[] counts = other == this ? (long[])_counts.Clone() : other._counts;
        int first = other._first;
        Count += other.Count;
        for (int slot = counts.Length - 1; slot >= 0; slot--)
        {
            if (counts[slot] != 0) AddOutside(first + slot, counts[slot]);
        }
        HasCollapsed |= other.HasCollapsed;
    }

    public void Write(SketchWriter writer)
    {
        writer.Byte(HasCollapsed ? (byte)1 : (byte)0);
        writer.Varint(_counts.Count(count => count != 0));
        int previous = 0;
        bool isFirst = true;
        for (int slot = 0; slot < _counts.Length; slot++)
        {
            if (_counts[slot] == 0) continue;
            int index = _first + slot;
            writer.Varint(isFirst ? ((long)index << 1) ^ (index >> 31) : index - previous);
            writer.Varint(_counts[slot]);
            previous = index;
            isFirst = false;
        }
    }

    public void Read(ref SketchReader reader)
    {
        byte collapsed = reader.Byte();
        reader.Require(collapsed <= 1, "a flag is neither 0 nor 1");
        int buckets = reader.Size("the number of buckets", limit, 2);
        var read = new (int Index, long Count)[buckets];
        for (int i = 0; i < buckets; i++)
        {
            long step = reader.Varint("a bucket", i == 0 ? 0 : 1, 2L * LargestIndex);
            long index = i == 0 ? (step >>> 1) ^ -(step & 1) : read[i - 1].Index + step;
            reader.Require(Math.Abs(index) <= LargestIndex && index - (i == 0 ? index : read[0].Index) < limit, "a bucket is out of range");
            read[i] = ((int)index, reader.Varint("a count", 1, long.MaxValue / 8 - Count));
            Count += read[i].Count;
        }
        bool full = buckets > 0 && read[^1].Index - read[0].Index == limit - 1;
        reader.Require(collapsed == 0 || full, "buckets were collapsed below the limit");
        for (int i = buckets - 1; i >= 0; i--) AddOutside(read[i].Index, read[i].Count);
        HasCollapsed = collapsed == 1;
    }

    private void AddOutside(int index, long count)
    {
        if ((uint)(index - _first) >= (uint)_counts.Length && !(HasCollapsed && index < _first)) MakeRoomFor(index);
        // Still below the lowest bucket: the limit is reached and this one stands for all that are lower.
        int slot = Math.Max(index - _first, 0);
        HasCollapsed |= index < _first;
        _counts[slot] += count;
    }

    private void MakeRoomFor(int index)
    {
        int low = index, high = index;
        for (int slot = 0; slot < _counts.Length; slot++)
        {
            if (_counts[slot] == 0) continue;
            low = Math.Min(low, _first + slot);
            high = Math.Max(high, _first + slot);
        }
        if (high - low >= limit)
        {
            HasCollapsed = true;
            low = high - limit + 1;
        }
        int needed = high - low + 1;
        int length = Math.Min(limit, Math.Max(_counts.Length, needed + needed / 2 + SmallestLimit));
        // Room to grow on both sides; none is left once the limit is reached.
        Relocate(low - (length - needed) / 2, length);
    }

    private void Relocate(int first, int length)
    {
        long[] old = _counts;
        int shift = _first - first;
        long[] moved = new long[length];
        for (int slot = 0; slot < old.Length; slot++)
        {
            if (old[slot] != 0) moved[Math.Max(slot + shift, 0)] += old[slot];
        }
        _counts = moved;
        _first = first;
    }
}
