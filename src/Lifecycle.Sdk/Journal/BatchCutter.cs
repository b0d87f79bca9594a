namespace Lifecycle.Sdk.Journal;

/// <summary>Cuts the next batch out of a journal. One for all journals of a pump: its buffers are reused, and a cut is valid until the next.</summary>
internal sealed class BatchCutter
{
    private const int MaxFacts = 4096;
    private const int MaxFactBytes = 4 << 20;
    private readonly PointColumns _points = new();
    private readonly PointCell[] _scratch = new PointCell[ChunkId.Cells];

    /// <summary>Cuts a batch.</summary>
    /// <param name="source">The journal.</param>
    /// <param name="from">What is delivered.</param>
    /// <param name="until">Chunks from here on are left for later, so that a pass ends although threads go on logging.</param>
    /// <param name="isEnded">Whether the journal had ended before <paramref name="until"/> was looked up.</param>
    public BatchCut Cut(JournalSource source, DrainPosition from, ChunkId until, bool isEnded)
    {
        _points.Clear();
        var unreadable = 0L;

        // Points first: whatever series they name has been declared by then.
        var (top, open) = CutPoints(source, from, until, ref unreadable);
        var isDry = !_points.IsFull;
        var cut = new BatchCut { IsDry = isDry };
        var offset = CutFacts(source, from.Facts, canEnd: isEnded && isDry, cut);
        cut.Unreadable += unreadable;
        cut.Points = _points.Group(source.Series);
        cut.PointCount = _points.Count;
        cut.LatestPoint = _points.LatestTime;
        cut.Next = new DrainPosition(offset, top, open, from.Ended || cut.SawEnd);
        return cut;
    }

    private (ChunkId Top, List<OpenChunk> Open) CutPoints(JournalSource source, DrainPosition from, ChunkId until, ref long unreadable)
    {
        var segments = source.Segments;
        var open = new List<OpenChunk>();
        foreach (var chunk in from.Open)
        {
            // A segment that is gone is one that was destroyed: nothing more will come of it.
            if (Find(segments, chunk.Id.Segment) is not { } segment) continue;
            if (_points.IsFull) open.Add(chunk);
            else CutChunk(source, segment, chunk, open, ref unreadable);
        }

        var top = from.Top;
        foreach (var segment in segments)
        {
            if (segment.Number < top.Segment || segment.Number > until.Segment) continue;
            var end = segment.Number == until.Segment ? Math.Min(until.Index, segment.Taken) : segment.Taken;
            for (var index = segment.Number == top.Segment ? top.Index : 0; index < end; index++)
            {
                if (_points.IsFull) return (new ChunkId(segment.Number, index), open);
                CutChunk(source, segment, new OpenChunk(new ChunkId(segment.Number, index), 0), open, ref unreadable);
            }

            var passed = new ChunkId(segment.Number, end);
            if (passed.CompareTo(top) > 0) top = passed;
        }

        return (top, open);
    }

    private void CutChunk(JournalSource source, Segment segment, OpenChunk chunk, List<OpenChunk> open, ref long unreadable)
    {
        if (chunk.Count >= ChunkId.Cells || chunk.Id.Index >= segment.Chunks) return;

        // Asked before reading: what a thread wrote before it left is read too.
        var isClosed = source.IsClosed(chunk.Id);
        var cells = segment.Read(chunk.Id.Index, chunk.Count, _scratch);
        var passed = chunk.Count + _points.Add(cells, source.Seed, chunk.Id, isClosed, ref unreadable);
        if (!isClosed && passed < ChunkId.Cells) open.Add(chunk with { Count = passed });
    }

    private static Segment? Find(IReadOnlyList<Segment> segments, int number)
    {
        foreach (var segment in segments)
        {
            if (segment.Number == number) return segment;
        }

        return null;
    }

    private static long CutFacts(JournalSource source, long offset, bool canEnd, BatchCut cut)
    {
        var end = source.FactsLength;
        if (source.FactsFile is not { } file || offset >= end) return Math.Max(offset, 0);
        var reached = offset;
        cut.Unreadable += new FactReader(source.Seed).Read(file, offset, end, (record, payload, next) =>
        {
            if (cut.Facts.Count >= MaxFacts || next - offset > MaxFactBytes && cut.Facts.Count > 0)
            {
                cut.IsDry = false;
                return false;
            }

            if (record.Kind == FactKind.Ended && !canEnd) return false;
            cut.Take(source, record, payload);
            reached = next;
            return true;
        });
        return reached;
    }
}
