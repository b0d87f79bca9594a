using System.Diagnostics;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

/// <summary>
/// Collects the points of a batch and groups them by series: a counting sort over columns that are reused from batch to batch, so that
/// neither many series nor many points cost memory beyond the greatest batch.
/// </summary>
internal sealed class PointColumns
{
    /// <summary>A batch is full from this many points on; one more chunk may be added to it.</summary>
    public const int Limit = 256 << 10;

    private const int FirstCapacity = 4096;
    private readonly List<int> _present = [];
    private Columns _logged = new(0);
    private Columns _grouped = new(0);
    private int[] _series = [];
    private int[] _counts = [];

    public int Count { get; private set; }

    public bool IsFull => Count >= Limit;

    /// <summary>The latest time of a point; <see cref="long.MinValue"/> if there is none.</summary>
    public long LatestTime { get; private set; } = long.MinValue;

    public void Clear()
    {
        foreach (var id in _present) _counts[id] = 0;
        _present.Clear();
        Count = 0;
        LatestTime = long.MinValue;
    }

    /// <summary>Adds the committed cells of a chunk.</summary>
    /// <param name="cells">The cells, which a writer may still be adding to.</param>
    /// <param name="writerSeed">The writer's seed.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="closed">Whether nobody writes to the chunk any more; if not, reading stops at the first uncommitted cell.</param>
    /// <param name="unreadable">Counts the cells that are neither empty nor valid.</param>
    /// <returns>How many cells were passed.</returns>
    public int Add(ReadOnlySpan<PointCell> cells, uint writerSeed, ChunkId chunk, bool closed, ref long unreadable)
    {
        Reserve(Count + cells.Length);
        var seed = Segment.SeedOf(writerSeed, chunk);
        var leftovers = new Leftovers(writerSeed, chunk);
        var n = Count;
        var i = 0;
        for (; i < cells.Length; i++)
        {
            ref readonly var cell = ref cells[i];
            var head = (ulong)PointCell.LittleEndian((long)Volatile.Read(in cell.Head));
            if (head == 0)
            {
                if (!closed) break;
                continue;
            }

            var id = (int)((uint)head - 1);
            var (step, time, value) = (PointCell.LittleEndian(cell.Step), PointCell.LittleEndian(cell.Time), PointCell.LittleEndian(cell.Value));
            if ((uint)id >= SeriesTable.MaxSeries || head != PointCell.HeadOf(seed, id, step, time, value))
            {
                if (!leftovers.Include(head, step, time, value)) unreadable++;
                continue;
            }

            _series[n] = id;
            _logged.Steps[n] = step;
            _logged.Times[n] = time;
            _logged.Values[n] = BitConverter.Int64BitsToDouble(value);
            n++;
            if (time > LatestTime) LatestTime = time;
            if (id >= _counts.Length) Array.Resize(ref _counts, GrownFor(id));
            if (_counts[id]++ == 0) _present.Add(id);
        }

        Count = n;
        return i;
    }

    /// <summary>The points by series, each series in the order added. Valid until <see cref="Clear"/>.</summary>
    public IReadOnlyList<SeriesPoints> Group(SeriesTable names)
    {
        if (Count == 0) return [];
        if (_present.Count == 1) return [_logged.Slice(names.NameOf(_present[0]), 0, Count)];
        if (_grouped.Capacity < Count) _grouped = new Columns(_logged.Capacity);

        var groups = new SeriesPoints[_present.Count];
        var start = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            var id = _present[i];
            groups[i] = _grouped.Slice(names.NameOf(id), start, _counts[id]);

            // From here on the count says where the series' next point goes.
            start += _counts[id];
            _counts[id] = start - _counts[id];
        }

        Scatter();
        return groups;
    }

    private void Scatter()
    {
        var (from, to) = (_logged, _grouped);
        for (var i = 0; i < Count; i++)
        {
            var place = _counts[_series[i]]++;
            to.Steps[place] = from.Steps[i];
            to.Times[place] = from.Times[i];
            to.Values[place] = from.Values[i];
        }
    }

    private int GrownFor(int id)
    {
        Debug.Assert(id >= _counts.Length);
        return (int)Math.Min(Math.Max((long)id + 1, 2L * _counts.Length), Array.MaxLength);
    }

    private void Reserve(int count)
    {
        if (count <= _logged.Capacity) return;
        var capacity = Math.Max(FirstCapacity, _logged.Capacity);
        while (capacity < count) capacity *= 2;
        if (capacity > Limit) capacity = Limit + ChunkId.Cells;
        var grown = new Columns(capacity);
        _logged.CopyTo(grown, Count);
        _logged = grown;
        Array.Resize(ref _series, capacity);
    }

    private sealed class Columns(int capacity)
    {
        public long[] Steps { get; } = new long[capacity];

        public long[] Times { get; } = new long[capacity];

        public double[] Values { get; } = new double[capacity];

        public int Capacity => Steps.Length;

        public SeriesPoints Slice(string name, int start, int count) =>
            new(name, Steps.AsMemory(start, count), Times.AsMemory(start, count), Values.AsMemory(start, count));

        public void CopyTo(Columns other, int count)
        {
            Steps.AsSpan(0, count).CopyTo(other.Steps);
            Times.AsSpan(0, count).CopyTo(other.Times);
            Values.AsSpan(0, count).CopyTo(other.Values);
        }
    }
}
