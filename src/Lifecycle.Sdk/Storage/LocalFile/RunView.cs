using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// A run as read from its folder: <c>run.json</c> and the frames that it does not include yet. Refreshing reads only what is new. Not for several threads.
/// </summary>
internal sealed class RunView(RunId id, string path)
{
    private const int MaxAttempts = 5;
    private readonly Dictionary<string, WriterPosition> _positions = new(StringComparer.Ordinal);

    public RunId Id => id;

    public string Path => path;

    /// <summary>The run; meaningless until <see cref="Refresh"/> has returned true.</summary>
    public RunState State { get; private set; } = new() { Id = id };

    /// <summary>The number of the last fact-bearing frame seen.</summary>
    public long Order { get; private set; }

    /// <summary>How far each writer's frames have been read.</summary>
    public IReadOnlyDictionary<string, WriterPosition> Positions => _positions;

    /// <summary>Grows whenever something was read.</summary>
    public long Version { get; private set; }

    private bool _isLoaded;

    /// <summary>Reads what is new on the disk.</summary>
    /// <returns>Whether the run exists.</returns>
    public bool Refresh()
    {
        for (var attempt = 1; ; attempt++)
        {
            if (RunFiles.List(path) is not { } files)
            {
                Reset();
                return false;
            }

            if (attempt < MaxAttempts && RunFiles.HasGap(files, _positions)) continue;
            try
            {
                if (!_isLoaded) LoadDocument();
                if (TryFold(files)) return State.IsStarted;

                // What is known can't be continued: batches were merged across it, superseded or delivered again. run.json may know more, the frames know all.
                var wasFresh = attempt > 1;
                Reset();
                if (!wasFresh) continue;
                _isLoaded = true;
                TryFold(files);
                return State.IsStarted;
            }
            catch (Exception e) when (attempt < MaxAttempts && e is FileNotFoundException or DirectoryNotFoundException)
            {
                Reset();
            }
        }
    }

    /// <summary>Forgets everything, so that the next refresh makes the run again from its frames alone.</summary>
    public void RebuildFromFrames()
    {
        Reset();
        _isLoaded = true;
        if (RunFiles.List(path) is { } files) TryFold(files);
    }

    /// <summary>Forgets everything, so that the next refresh begins with <c>run.json</c>.</summary>
    public void Reset()
    {
        State = new RunState { Id = id };
        _positions.Clear();
        Order = 0;
        _isLoaded = false;
        Version++;
    }

    /// <summary>Takes note of a frame whose facts have been applied already, from the memory that was appended.</summary>
    public void Include(string file, Frame frame, ReadOnlySpan<byte> bytes)
    {
        foreach (var block in frame.Blocks) AddBlock(block, frame.Header.Attempt, bytes.Slice((int)(block.Offset - frame.Offset), block.Length));
        NoteFrame(frame);
        _positions[FrameFileName.TryParse(file)!.Writer] = new WriterPosition(frame.Header.Sequence, file, frame.End);
    }

    /// <summary>Takes note that a writer goes on in another, still empty file.</summary>
    public void MoveTo(string writer, string file) => _positions[writer] = _positions[writer] with { File = file, Offset = 0 };

    public RunDocument ToDocument(LifecycleStage stage) => RunDocuments.Of(State, stage, Order, _positions);

    private void LoadDocument()
    {
        _isLoaded = true;
        try
        {
            var document = CheckedJson.Read(StoreFiles.ReadAll(System.IO.Path.Combine(path, StoreLayout.RunFile)), Documents.Json.RunDocument);
            if (document.Id != id.ToString()) return;
            State = RunDocuments.ToState(document);
            Order = document.Order;
            foreach (var (writer, position) in document.Writers) _positions[writer] = position;
            Version++;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or ArgumentException || (StoreFiles.IsOfTheDisk(e) && e is not DirectoryNotFoundException))
        {
            // It is only a projection: without it, the frames are read from the start. Verify reports damage.
            Reset();
            _isLoaded = true;
        }
    }

    /// <summary>Reads all frames that are not included yet: first their facts in the order they were accepted, then their points.</summary>
    /// <returns>False if what is included can't be continued; the view is then to be reset.</returns>
    private bool TryFold(List<FrameFile> files)
    {
        var open = new List<SafeFileHandle>();
        try
        {
            var fresh = new List<FreshFrame>();
            foreach (var file in files)
            {
                if (!TryReadNew(file, fresh, open)) return false;
            }

            if (fresh.Count == 0) return true;
            Version++;
            foreach (var next in fresh.Where(f => f.Frame.Facts.Count > 0).OrderBy(f => f.Frame.Header.Order))
            {
                if (!TryApplyFacts(next.Frame, next.IsDirect)) return false;
            }

            foreach (var (frame, file, _) in fresh)
            {
                ReadBlocks(frame, file);
                NoteFrame(frame);
            }

            return true;
        }
        finally
        {
            foreach (var file in open) file.Dispose();
        }
    }

    private bool TryReadNew(FrameFile file, List<FreshFrame> fresh, List<SafeFileHandle> open)
    {
        var included = _positions.GetValueOrDefault(file.Name.Writer);
        var sequence = included?.Sequence ?? 0;
        var isSame = included?.File == file.Name.ToString();
        if (file.Name.Last is { } last)
        {
            if (last <= sequence) return true;
            if (file.Name.First <= sequence) return false;
        }
        else if (isSame && included!.Offset == file.Length)
        {
            return true;
        }

        if (isSame && included!.Offset > file.Length) return false;
        var handle = StoreFiles.OpenRead(file.Path);
        open.Add(handle);
        var reader = new FrameReader(handle, isSame ? included!.Offset : 0, RandomAccess.GetLength(handle));
        var mine = new List<Frame>();
        while (reader.Next() is { } frame)
        {
            if (file.Name.IsSealed)
            {
                mine.Add(frame);
                continue;
            }

            // A batch that was delivered again replaces the damaged one that it repairs.
            if (frame.Header.Sequence <= sequence && isSame) return false;
            mine.RemoveAll(f => f.Header.Sequence >= frame.Header.Sequence);
            if (frame.Header.Sequence > sequence) mine.Add(frame);
        }

        foreach (var frame in mine) fresh.Add(new FreshFrame(frame, handle, file.Name.Writer == FrameFileName.Direct));
        var reached = file.Name.Last ?? (mine.Count == 0 ? sequence : mine[^1].Header.Sequence);
        _positions[file.Name.Writer] = new WriterPosition(reached, file.Name.ToString(), reader.Position);
        return true;
    }

    private bool TryApplyFacts(Frame frame, bool isDirect)
    {
        var attempt = frame.Header.Attempt;
        foreach (var record in frame.Facts)
        {
            if (record.ToFact() is not { } fact) continue;
            var supersedes = fact is RunResumed { FromStep: not null } && !State.Attempts.Exists(a => a.Id == attempt);
            if (supersedes && State.Metrics.Count > 0) return false;
            State.Apply(fact, attempt, isDirect, frame.Time, record.StageRevision ?? 0);
        }

        return true;
    }

    private void NoteFrame(Frame frame)
    {
        Order = Math.Max(Order, frame.Header.Order);
        if (frame.Time > State.LastSeen) State.LastSeen = frame.Time;
        Version++;
    }

    private void ReadBlocks(Frame frame, SafeFileHandle file)
    {
        var buffer = Array.Empty<byte>();
        foreach (var block in frame.Blocks)
        {
            // The summary in the header is enough, unless some of the points are superseded or the block is too small to have one.
            var limit = State.LimitOf(frame.Header.Attempt);
            if (block.MinStep >= limit) continue;
            var needed = block.MaxStep >= limit ? block.Length : Math.Min(block.Length, PointCodec.FixedHeaderLength + PointCodec.SummaryLength);
            if (block.Count <= PointCodec.GroupLength) needed = block.Length;
            if (buffer.Length < needed) buffer = new byte[Math.Max(needed, 4096)];
            var read = StoreFiles.ReadFully(file, buffer.AsSpan(0, needed), block.Offset);
            AddBlock(block, frame.Header.Attempt, buffer.AsSpan(0, read));
        }
    }

    private void AddBlock(BlockEntry block, long attempt, ReadOnlySpan<byte> bytes)
    {
        var limit = State.LimitOf(attempt);
        if (block.MinStep >= limit) return;
        try
        {
            State.AddPoints(block.Key, block.MaxStep >= limit ? Summarise(PointFilter.Below(PointCodec.Decode(bytes, attempt), limit)) : PointCodec.ReadHeader(bytes).Summary);
        }
        catch (InvalidDataException)
        {
            // An unreadable block has no part in the summary; verify reports it.
        }
    }

    private static MetricSummaryBuilder Summarise(PointBlock? block)
    {
        var summary = new MetricSummaryBuilder();
        if (block is not null) summary.Add(block.Steps.Span, block.Timestamps.Span, block.Values.Span);
        return summary;
    }

    /// <summary>A frame that is not included yet, the file it is in, and whether that holds the direct changes.</summary>
    private readonly record struct FreshFrame(Frame Frame, SafeFileHandle File, bool IsDirect);
}
