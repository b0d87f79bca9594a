using System.Buffers;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>The points of one series of a request, in pooled columns.</summary>
internal sealed class PointColumns(string key, byte[] utf8Key) : IDisposable
{
    private long[] _steps = ArrayPool<long>.Shared.Rent(64);
    private long[] _timestamps = ArrayPool<long>.Shared.Rent(64);
    private double[] _values = ArrayPool<double>.Shared.Rent(64);

    public string Key { get; } = key;

    /// <summary>The key as it stands in the request, to recognise it without decoding.</summary>
    public ReadOnlySpan<byte> Utf8Key => utf8Key;

    public int Count { get; private set; }

    public SeriesPoints Points => new(Key, _steps.AsMemory(0, Count), _timestamps.AsMemory(0, Count), _values.AsMemory(0, Count));

    public void Add(long step, long timestamp, double value)
    {
        if (Count == Math.Min(_steps.Length, Math.Min(_timestamps.Length, _values.Length))) Grow(Count * 2);
        _steps[Count] = step;
        _timestamps[Count] = timestamp;
        _values[Count++] = value;
    }

    public void Add(in SeriesPoints more)
    {
        var total = Count + more.Steps.Length;
        if (total > Math.Min(_steps.Length, Math.Min(_timestamps.Length, _values.Length))) Grow(total);
        more.Steps.Span.CopyTo(_steps.AsSpan(Count));
        more.Timestamps.Span.CopyTo(_timestamps.AsSpan(Count));
        more.Values.Span.CopyTo(_values.AsSpan(Count));
        Count = total;
    }

    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_steps);
        ArrayPool<long>.Shared.Return(_timestamps);
        ArrayPool<double>.Shared.Return(_values);
        (_steps, _timestamps, _values) = ([], [], []);
    }

    private void Grow(int capacity)
    {
        Grow(ref _steps, capacity);
        Grow(ref _timestamps, capacity);
        Grow(ref _values, capacity);
    }

    private void Grow<T>(ref T[] column, int capacity)
    {
        if (column.Length >= capacity) return;
        var larger = ArrayPool<T>.Shared.Rent(capacity);
        column.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<T>.Shared.Return(column);
        column = larger;
    }
}
