using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

internal sealed partial class RunJournal
{
    private const int Growth = 4;

    // The segments that logging threads make for themselves: as long as it takes to prepare a larger one.
    private const long MaxInline = 4 << 20;

    // As many as a pump that is busy with a batch falls behind.
    private const int MaxSpares = 4;

    // A chunk index that ends like this calls the pump: every 64 Ki points.
    private const int WakeMask = 511;

    private readonly Lock _segmentGate = new();
    private readonly List<Segment> _segments = [];
    private readonly List<MappedSegment> _spares = [];
    private Segment? _segment;
    private Segment? _prepared;
    private Action? _prepare;
    private int _preparing;
    private int _nextNumber;
    private int _nextSerial;
    private long _nextLength = SegmentFile.MinLength;
    private bool _segmentsReleased;
    private long _fullVersion = -1;
    private int _isFull;

    // For the log alone: whether points get through shows elsewhere.
    private string? _prepareFailure;
    private string? _syncFailure;

    // The pump's: how many points there were and when, so that it sees a run rest.
    private long _loggedBefore;
    private long _busyAt;

    public override ChunkId Watermark
    {
        get
        {
            lock (_segmentGate)
            {
                // All but the last are handed out: a journal moves on when a segment has no chunk left.
                return _segments.Count == 0 ? default : new ChunkId(_segments[^1].Number, _segments[^1].Taken);
            }
        }
    }

    public override IReadOnlyList<Segment> Segments
    {
        get
        {
            lock (_segmentGate) return [.. _segments];
        }
    }

    public long BytesOnDisk
    {
        get
        {
            lock (_segmentGate) return _facts.Length + _segments.Sum(segment => segment.Length) + (_prepared?.Length ?? 0) + _spares.Sum(spare => spare.Length) + Interlocked.Read(ref _stagedBytes);
        }
    }

    public override bool IsClosed(ChunkId chunk)
    {
        lock (_cursorGate) return _closedChunks.Contains(chunk);
    }

    public override IReadOnlyList<Segment> Release(Predicate<Segment> delivered)
    {
        List<Segment> released;
        lock (_segmentGate)
        {
            released = _segments.FindAll(delivered);
            _segments.RemoveAll(delivered);
        }

        lock (_cursorGate) _closedChunks.RemoveWhere(chunk => released.Exists(segment => segment.Number == chunk.Segment));
        KeepSpares(released);
        return released;
    }

    /// <summary>
    /// Keeps some of the delivered segments to be written again: making a file, taking the faults of its pages and deleting another one costs more than all
    /// the rest of logging when points come as fast as they can. A run that rests keeps none.
    /// </summary>
    private void KeepSpares(List<Segment> released)
    {
        if (_host.Trust != FileSystemTrust.Allocates) return;
        if (Logged is var logged && logged != _loggedBefore) (_loggedBefore, _busyAt) = (logged, _time.GetTimestamp());
        lock (_segmentGate)
        {
            var kept = Rests ? 0 : MaxSpares;
            while (_spares.Count > kept) released.Add(TakeSpare()!);
            while (_spares.Count < kept && released.Find(segment => segment.Length == SegmentFile.MaxLength) is MappedSegment spare)
            {
                released.Remove(spare);
                _spares.Add(spare);
            }
        }
    }

    /// <summary>Deletes the spare segments, and one that was prepared for a run that rests, since somebody needs their space.</summary>
    /// <returns>False if there is none.</returns>
    public bool DropSpares()
    {
        List<Segment> spares;
        lock (_segmentGate)
        {
            spares = [.. _spares];
            _spares.Clear();
            if (_prepared is { } prepared && Rests)
            {
                spares.Add(prepared);
                _prepared = null;
            }
        }

        spares.ForEach(Sweep);
        return spares.Count > 0;
    }

    private bool Rests => _time.GetElapsedTime(Volatile.Read(ref _busyAt)) >= _host.Settings.DrainInterval;

    // In the gate.
    private MappedSegment? TakeSpare()
    {
        if (_spares.Count == 0) return null;
        var spare = _spares[^1];
        _spares.RemoveAt(_spares.Count - 1);
        return spare;
    }

    /// <summary>Gives up all segments: for an ended journal only, whose threads have left.</summary>
    public IReadOnlyList<Segment> ReleaseAll()
    {
        lock (_segmentGate)
        {
            _segmentsReleased = true;
            List<Segment> released = [.. _segments];
            if (_prepared is { } prepared) released.Add(prepared);
            released.AddRange(_spares);
            _spares.Clear();
            _segments.Clear();
            _prepared = null;
            return released;
        }
    }

    /// <summary>Makes what is not delivered survive power loss; if the disk refuses, the log tells.</summary>
    public void TrySync()
    {
        try
        {
            foreach (var segment in Segments) segment.Sync();
            _facts.Sync();

            // The names too: a file that no folder knows after power loss is lost with all that was synced in it.
            NativeFiles.SyncDirectory(Folder);
            NativeFiles.SyncDirectory(Path.GetDirectoryName(Folder)!);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            NoteFailure(ref _syncFailure, "The journal can't be made safe from power loss", e);
        }
    }

    /// <summary>
    /// Takes chunks back that keep delivered segments on the disk: those of dead threads, and those of threads that have not logged since the
    /// last time, where the segment is used up. Called by the pump.
    /// </summary>
    public void RetireIdle()
    {
        var current = Volatile.Read(ref _segment);
        var used = current is null ? -1 : current.Taken < current.Chunks ? current.Number - 1 : current.Number;
        List<WriteCursor> idle;
        int left;
        lock (_cursorGate)
        {
            idle = _live.FindAll(cursor =>
                cursor.IsOrphaned || (cursor.WasIdle() && cursor.Chunk is { } chunk && chunk.Segment <= used));
            left = _live.Count - idle.Count;
        }

        Retire(idle);
        if (left > DrainPosition.MaxOpen) RetireAll();
    }

    /// <summary>Takes all chunks back. Threads that log get new ones.</summary>
    public void RetireAll()
    {
        List<WriteCursor> all;
        lock (_cursorGate) all = [.. _live];
        Retire(all);
    }

    /// <summary>Has the first segment made in the background, before the first point.</summary>
    public void PrepareFirst() => RequestSegment();

    private bool TakeChunk(WriteCursor cursor, Segment? segment)
    {
        if (segment is null) return false;
        var chunk = segment.TryTakeChunk();
        if (chunk < 0) return false;

        // Nothing may fail between the line above and the next one: a chunk that no cursor holds would stay open for ever.
        cursor.Enter(segment, chunk, Seed);
        // The next one when this one is begun; for the first ones later, as most runs need no more.
        if (chunk == (segment.Length >= MaxInline ? 0 : segment.Chunks / Growth)) RequestSegment();
        if ((chunk & WakeMask) == WakeMask) _host.Wake();
        return true;
    }

    /// <summary>Moves on to the next segment, or does what the policy says when there is none to be had.</summary>
    /// <param name="full">The segment that had no room.</param>
    /// <param name="version">The version of the space before the attempt.</param>
    /// <param name="failure">Why a positioned write failed; null if the segment was used up.</param>
    private Room MakeRoom(Segment? full, long version, Exception? failure)
    {
        var drops = _host.Settings.FullPolicy == JournalFullPolicy.Drop;
        if (drops && Volatile.Read(ref _fullVersion) == version) return Room.Dropped;
        if (failure is null)
        {
            try
            {
                if (TryRoll(full)) return Room.Made;
            }
            catch (Exception e) when (DiskFailure.Is(e))
            {
                failure = e;
            }
        }

        if (Volatile.Read(ref _isClosed)) return Room.Closed;

        if (failure is null && _host.DropSpares()) return Room.Made;

        // The space may be taken by the very segment that is being prepared: then it is not full, only not ready.
        var isPreparing = Volatile.Read(ref _preparing) != 0;
        if (failure is null && (isPreparing || _host.Space.Version != version))
        {
            _host.Space.WaitPast(version);
            return Room.Made;
        }

        NoteFull(failure);

        // An attempt that the disk refused gave its space back, which is no news.
        if (failure is not null) version = _host.Space.Version;
        Volatile.Write(ref _fullVersion, version);
        if (drops) return Room.Dropped;
        _host.Space.WaitPast(version);
        return Room.Made;
    }

    /// <summary>Makes a prepared segment the current one, or a spare or small one: logging never waits for the preparer.</summary>
    private bool TryRoll(Segment? full)
    {
        lock (_segmentGate)
        {
            if (!ReferenceEquals(_segment, full)) return true;
            if (_segmentsReleased) return false;
            var next = _prepared ?? JoinSpare() ?? JoinInline();
            if (next is null) return false;
            _prepared = null;
            _segments.Add(next);
            Volatile.Write(ref _segment, next);
            return true;
        }
    }

    private MappedSegment? JoinSpare()
    {
        if (TakeSpare()?.Reuse() is not { } spare) return null;
        Join(spare);
        return spare;
    }

    private Segment? JoinInline()
    {
        var length = Math.Min(_nextLength, MaxInline);
        while (!_host.Space.TryReserve(length))
        {
            length /= Growth;
            if (length >= SegmentFile.MinLength) continue;

            // Runs that rest hold their segments: without one of its own no other run could ever go on, though the store has everything.
            if (_segments.Count > 0 || Volatile.Read(ref _preparing) != 0) return null;
            length = SegmentFile.MinLength;
            _host.Space.Reserve(length);
            break;
        }

        Segment segment;
        try
        {
            segment = CreateReserved(length, touch: false);
        }
        catch (Exception e) when (DiskFailure.Is(e) && length > SegmentFile.MinLength)
        {
            // A disk that is nearly full may have room for the smallest.
            length = SegmentFile.MinLength;
            if (!_host.Space.TryReserve(length)) return null;
            segment = CreateReserved(length, touch: false);
        }

        Join(segment);
        _nextLength = Math.Max(_nextLength, Math.Min(length * Growth, SegmentFile.MaxLength));
        return segment;
    }

    private void RequestSegment()
    {
        if (Interlocked.Exchange(ref _preparing, 1) == 0 && !_host.Preparer.Post(_prepare ??= Prepare)) Volatile.Write(ref _preparing, 0);
    }

    // On the preparer's thread.
    private void Prepare()
    {
        try
        {
            if (Volatile.Read(ref _isClosed)) return;
            MappedSegment? spare;
            lock (_segmentGate) spare = TakeSpare();
            var segment = spare?.Reuse() ?? TryCreate();
            if (segment is null) return;
            lock (_segmentGate)
            {
                if (!_segmentsReleased && _prepared is null && !Volatile.Read(ref _isClosed))
                {
                    // The number is given only now, so that a small segment made meanwhile comes before this one.
                    Join(segment);
                    _prepared = segment;
                    _nextLength = Math.Min(segment.Length * Growth, SegmentFile.MaxLength);
                    return;
                }
            }

            Sweep(segment);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            // Not fatal: the logging thread tries for itself when it gets there, and then the policy applies.
            if (!Volatile.Read(ref _isClosed)) NoteFailure(ref _prepareFailure, "A segment can't be prepared", e);
        }
        finally
        {
            // The first makes sure that whoever sees nothing being prepared any more sees a new version; the second wakes those who came between.
            _host.Space.Pulse();
            Volatile.Write(ref _preparing, 0);
            _host.Space.Pulse();
        }
    }

    /// <summary>Makes a new segment as long as the space allows; null if there is none.</summary>
    private Segment? TryCreate()
    {
        var length = _nextLength;
        while (!_host.Space.TryReserve(length))
        {
            if (_host.DropSpares()) continue;
            length /= Growth;
            if (length < SegmentFile.MinLength) return null;
        }

        return CreateReserved(length, touch: true);
    }

    /// <summary>Deletes a segment and gives its space back.</summary>
    public void Sweep(Segment segment)
    {
        segment.Dispose();
        SegmentFile.TryDelete(segment.Path);
        _host.Space.Release(segment.Length);
    }

    private void Join(Segment segment)
    {
        try
        {
            segment.Join(Folder, _nextNumber);
            _nextNumber++;
        }
        catch
        {
            Sweep(segment);
            throw;
        }
    }

    private Segment CreateReserved(long length, bool touch)
    {
        try
        {
            return SegmentFile.Create(
                JournalFolder.PreparedPath(Folder, Interlocked.Increment(ref _nextSerial)), length, _host.Trust, touch);
        }
        catch
        {
            _host.Space.Release(length);
            throw;
        }
    }

    private void NoteFull(Exception? failure)
    {
        if (failure is not null) NoteFailure(ref _failure, "Points can't be written", failure);
        else Volatile.Write(ref _failure, $"The journals have reached their limit of {_host.Settings.MaxBytes} bytes.");

        // Once each time: whoever is woken again and again by a pass must not call for the next one.
        if (Interlocked.Exchange(ref _isFull, 1) != 0) return;
        _logger.JournalFull(Run, _host.Settings.Directory, _host.Space.Used, _host.Settings.MaxBytes, _host.Settings.FullPolicy);
        _host.Wake();
    }

    private void NoteRoom()
    {
        Volatile.Write(ref _failure, null);
        Volatile.Write(ref _isFull, 0);
    }
}
