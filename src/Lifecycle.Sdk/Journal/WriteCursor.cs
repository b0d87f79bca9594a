using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Journal;

/// <summary>
/// Where one thread writes in one journal. The thread alone moves it. Whoever else wants the chunk (the end of the run, the pump that
/// frees a segment) sets <see cref="Retired"/>, makes all cores pass a barrier, and waits until <see cref="Busy"/> is 0: either the thread
/// is seen busy, or it will see that it is retired. So the thread needs no fence of its own.
/// </summary>
internal sealed unsafe class WriteCursor(RunJournal journal)
{
    // The logging thread, on every call.
    public RunJournal? Journal = journal;
    public PointCell* Next;
    public PointCell* End;
    public uint Seed;
    public int Busy;

    // Set once by others, who then forget the journal: a thread that rests must not keep it alive.
    public bool Retired;

    // The logging thread, on a new chunk or on positioned writes.
    private readonly Thread _thread = Thread.CurrentThread;
    private PositionedSegment? _positioned;
    private PointCell* _start;
    private int _index;
    private long _finished;
    private int _version;
    private ChunkId _chunk;
    private bool _hasChunk;

    // The pump.
    private long _seen = -1;

    // Keeps what the next object's owner writes off this one's cache lines.
#pragma warning disable CS0169, IDE0051 // There for the room that it takes.
    private readonly Padding _padding;
#pragma warning restore CS0169, IDE0051

    public bool IsOrphaned => !_thread.IsAlive;

    public bool HasRoom => _positioned is null ? Next != End : _index < ChunkId.Cells;

    /// <summary>The chunk, exact when the cursor is retired and not busy, a hint before; null if it never had one.</summary>
    public ChunkId? Chunk => _hasChunk ? _chunk : null;

    /// <summary>How many points went through: never fewer than when it was asked before, whatever the thread does meanwhile.</summary>
    public long Count
    {
        get
        {
            var spin = default(SpinWait);
            while (true)
            {
                var version = Volatile.Read(ref _version);
                var count = CountOf();
                Interlocked.MemoryBarrier();
                if (version % 2 == 0 && version == Volatile.Read(ref _version)) return count;
                spin.SpinOnce();
            }
        }
    }

    /// <summary>Moves to a chunk that was handed out to this thread.</summary>
    public void Enter(Segment segment, int chunk, uint writerSeed)
    {
        var count = CountOf();
        // Odd while the parts of the count don't fit each other. Full fences, as the parts are plain stores.
        Interlocked.Increment(ref _version);
        _finished = count;
        _chunk = new ChunkId(segment.Number, chunk);
        _hasChunk = true;
        Seed = Segment.SeedOf(writerSeed, _chunk);
        if (segment is MappedSegment mapped)
        {
            _positioned = null;
            Next = _start = mapped.Begin(chunk);
            End = Next + ChunkId.Cells;
        }
        else
        {
            _positioned = (PositionedSegment)segment;
            Next = End = _start = null;
            _index = 0;
        }

        Interlocked.Increment(ref _version);
    }

    /// <summary>Writes one point. The cursor has room and is busy.</summary>
    /// <exception cref="IOException">The disk refuses a positioned write; nothing is written.</exception>
    public void Write(int series, long step, long value, long time)
    {
        if (_positioned is null)
        {
            PointCell.Commit(ref *Next, Seed, series, step, time, value);
            Next++;
        }
        else
        {
            _positioned.Write(_chunk.Index, _index, Seed, series, step, time, value);
            _index++;
        }
    }

    /// <summary>Whether nothing was written since the last time the pump asked.</summary>
    public bool WasIdle()
    {
        var count = Count;
        var idle = count == _seen;
        _seen = count;
        return idle;
    }

    private long CountOf() => _finished + (_positioned is null ? Next - _start : _index);

    [InlineArray(16)]
    private struct Padding
    {
        private long _element;
    }
}
