using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Journal;

// The hot path. What a warm call touches: the thread's cursor, the cell, the clock. No lock, no allocation, no fence, nothing that
// another thread writes.
internal sealed partial class RunJournal
{
    private const long TicksPerMillisecond = TimeSpan.TicksPerMillisecond;
    private static readonly long EpochTicks = DateTime.UnixEpoch.Ticks;

    [ThreadStatic]
    private static WriteCursor? _cursor;

    // By a key of the journal's, as threads that rest would keep ended journals, their tracker and its store alive.
    [ThreadStatic]
    private static Dictionary<object, WriteCursor>? _cursors;

    private readonly object _key = new();

    private readonly TimeProvider _time;
    private readonly bool _isSystemTime;
    private readonly Lock _cursorGate = new();
    private readonly List<WriteCursor> _live = [];
    private readonly HashSet<ChunkId> _closedChunks = [];
    private bool _isClosed;
    private long _retiredCount;
    private long _dropped;
    private long _refused;

    private enum Room
    {
        Made,
        Dropped,
        Closed,
    }

    /// <summary>Points committed so far; while threads write, as good as a count can be.</summary>
    public long Logged
    {
        get
        {
            lock (_cursorGate) return _retiredCount + _live.Sum(cursor => cursor.Count);
        }
    }

    /// <summary>Logs a point now. When it returns, the point survives the death of the process.</summary>
    /// <param name="series">From <see cref="DeclareSeries"/>.</param>
    /// <param name="step">The step.</param>
    /// <param name="value">The value.</param>
    public void Log(int series, long step, double value) => Log(series, step, value, Now());

    /// <summary>Logs a point with a time.</summary>
    /// <param name="series">From <see cref="DeclareSeries"/>.</param>
    /// <param name="step">The step.</param>
    /// <param name="value">The value.</param>
    /// <param name="unixMilliseconds">Milliseconds since 1970-01-01 UTC.</param>
    public unsafe void Log(int series, long step, double value, long unixMilliseconds)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var cursor = _cursor;
        if (cursor is not null && cursor.Journal == this)
        {
            // See WriteCursor: a plain store, then a load of Retired, made safe by the barrier of whoever retires.
            Volatile.Write(ref cursor.Busy, 1);
            var cell = cursor.Next;
            if (!Volatile.Read(ref cursor.Retired) && cell != cursor.End)
            {
                PointCell.Commit(ref *cell, cursor.Seed, series, step, unixMilliseconds, bits);
                cursor.Next = cell + 1;
                Volatile.Write(ref cursor.Busy, 0);
                return;
            }

            Volatile.Write(ref cursor.Busy, 0);
        }

        LogSlowly(series, step, bits, unixMilliseconds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Now()
    {
#pragma warning disable RS0030 // The same clock as TimeProvider.System, without a virtual call and an offset that nobody asks for.
        return _isSystemTime ? (DateTime.UtcNow.Ticks - EpochTicks) / TicksPerMillisecond : _time.GetUtcNow().ToUnixTimeMilliseconds();
#pragma warning restore RS0030
    }

    /// <summary>Every 128th point of a thread, its first one in a run, positioned writes, and all trouble.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LogSlowly(int series, long step, long bits, long time)
    {
        while (true)
        {
            var version = _host.Space.Version;
            if (FindCursor() is not { } cursor)
            {
                CountRefused();
                return;
            }

            var segment = Volatile.Read(ref _segment);
            if (TryWrite(cursor, segment, series, step, bits, time, out var failure))
            {
                if (Volatile.Read(ref _isFull) != 0) NoteRoom();
                return;
            }

            if (Volatile.Read(ref cursor.Retired)) continue;
            switch (MakeRoom(segment, version, failure))
            {
                case Room.Dropped:
                    Interlocked.Increment(ref _dropped);
                    return;
                case Room.Closed:
                    CountRefused();
                    return;
            }
        }
    }

    private bool TryWrite(
        WriteCursor cursor, Segment? segment, int series, long step, long bits, long time, out Exception? failure)
    {
        failure = null;
        Volatile.Write(ref cursor.Busy, 1);
        try
        {
            if (Volatile.Read(ref cursor.Retired) || (!cursor.HasRoom && !TakeChunk(cursor, segment))) return false;
            cursor.Write(series, step, bits, time);
            return true;
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            failure = e;
            return false;
        }
        finally
        {
            Volatile.Write(ref cursor.Busy, 0);
        }
    }

    private WriteCursor? FindCursor()
    {
        var own = _cursors ??= [];
        if (own.TryGetValue(_key, out var cursor) && !Volatile.Read(ref cursor.Retired))
        {
            _cursor = cursor;
            return cursor;
        }

        lock (_cursorGate)
        {
            if (_isClosed)
            {
                own.Remove(_key);
                _cursor = null;
                return null;
            }

            cursor = new WriteCursor(this);
            _live.Add(cursor);
        }

        foreach (var (key, other) in own)
        {
            if (other.Retired) own.Remove(key);
        }

        own[_key] = cursor;
        _cursor = cursor;
        return cursor;
    }

    private void CloseCursors()
    {
        WriteCursor[] cursors;
        lock (_cursorGate)
        {
            _isClosed = true;
            cursors = [.. _live];
        }

        Retire(cursors);
        _host.Space.Pulse();
    }

    /// <summary>Takes cursors away from their threads, which get new ones with their next point if the journal is open.</summary>
    private void Retire(IReadOnlyCollection<WriteCursor> cursors)
    {
        if (cursors.Count == 0) return;
        foreach (var cursor in cursors) Volatile.Write(ref cursor.Retired, true);
        Interlocked.MemoryBarrierProcessWide();
        foreach (var cursor in cursors)
        {
            var spin = default(SpinWait);
            while (Volatile.Read(ref cursor.Busy) != 0) spin.SpinOnce();
            Volatile.Write(ref cursor.Journal, null);
            lock (_cursorGate)
            {
                if (!_live.Remove(cursor)) continue;
                _retiredCount += cursor.Count;
                if (cursor.Chunk is { } chunk) _closedChunks.Add(chunk);
            }
        }
    }
}
