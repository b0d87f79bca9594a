using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// The file that one writer appends its frames to. There is one appender at a time: the owner of the writer's journal, or the holder of the
/// run's lock for direct changes. Opening it cuts off what a killed append left behind. Not for several threads.
/// </summary>
internal sealed class WriterLog : IDisposable
{
    private readonly StoreFiles _files;
    private readonly string _folder;
    private SafeFileHandle? _file;
    private bool _isDirty;

    private WriterLog(StoreFiles files, string folder, string writer)
    {
        _files = files;
        _folder = folder;
        Writer = writer;
    }

    public string Writer { get; }

    /// <summary>The last batch that is on disk whole; 0 if none is.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The mark of that batch.</summary>
    public ReadOnlyMemory<byte> LastMark { get; private set; }

    /// <summary>Whether the mark was in a part of a sealed file that can't be read.</summary>
    public bool IsMarkLost { get; private set; }

    /// <summary>How many frames the log has.</summary>
    public int FrameCount { get; private set; }

    /// <summary>How many blocks the log has.</summary>
    public long BlockCount { get; private set; }

    /// <summary>How many points the log has.</summary>
    public long PointCount { get; private set; }

    /// <summary>How many frames the log had when it could not be sealed; 0 if that was not tried.</summary>
    public int UnsealableFrameCount { get; set; }

    /// <summary>Where the next frame goes.</summary>
    public long Length { get; private set; }

    /// <summary>The log's file name; the next one's if there is none yet.</summary>
    public string FileName { get; private set; } = "";

    public string FilePath => Path.Combine(_folder, FileName);

    /// <summary>Looks at what a writer has written so far; read-only, it leaves a torn tail alone.</summary>
    public static WriterLog Open(StoreFiles files, string runPath, string writer, bool readOnly = false)
    {
        var log = new WriterLog(files, Path.Combine(runPath, RunFiles.Points), writer);
        var mine = RunFiles.List(runPath)?.FindAll(f => f.Name.Writer == writer) ?? [];
        foreach (var file in mine.Where(f => f.Name.IsSealed)) log.ReadSealed(file);
        var last = mine.FindLast(f => !f.Name.IsSealed && f.Name.First > log.LastSequence);
        log.FileName = last.Name?.ToString() ?? new FrameFileName(writer, log.LastSequence + 1, null).ToString();
        if (last.Name is not null) log.ReadLog(readOnly);
        return log;
    }

    /// <summary>Whether nothing was appended, sealed or left behind by others since: the run has been read to where this log ends, and there its file ends too.</summary>
    public bool IsCurrent(WriterPosition? position)
    {
        if (position is null || position != new WriterPosition(LastSequence, FileName, Length)) return false;
        var file = new FileInfo(FilePath);
        return (file.Exists ? file.Length : 0) == Length;
    }

    /// <summary>Appends a frame and makes it durable.</summary>
    public void Append(ReadOnlyMemory<byte> bytes, Frame frame)
    {
        if (_file is null)
        {
            _files.CreateDirectory(_folder);
            _file = _files.OpenAppend(FilePath, create: true);
        }

        // What a failed append left must not stand behind this frame as if it were one.
        if (_isDirty) _files.Truncate(_file, FilePath, Length);
        _isDirty = true;
        _files.Append(_file, FilePath, bytes, Length);
        _isDirty = false;
        Count(frame);
        Length += bytes.Length;
    }

    /// <summary>Begins a new, empty log behind a sealed file.</summary>
    public void StartAnew()
    {
        Close();
        FileName = new FrameFileName(Writer, LastSequence + 1, null).ToString();
        (Length, FrameCount, BlockCount, PointCount, UnsealableFrameCount) = (0, 0, 0, 0, 0);
    }

    /// <summary>Lets go of the file; the next append opens it again.</summary>
    public void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    public void Dispose() => Close();

    private void ReadSealed(FrameFile file)
    {
        using var handle = StoreFiles.OpenRead(file.Path);
        var reader = new FrameReader(handle, 0, RandomAccess.GetLength(handle));
        IsMarkLost = true;
        while (reader.Next() is { } frame)
        {
            // Frames with facts stand there as they were, without their marks.
            if (frame.Facts.Count > 0) continue;
            LastMark = frame.Mark;
            IsMarkLost = false;
        }

        LastSequence = Math.Max(LastSequence, file.Name.Last!.Value);
    }

    private void ReadLog(bool readOnly)
    {
        _file = readOnly ? StoreFiles.OpenRead(FilePath) : _files.OpenAppend(FilePath, create: false);
        var reader = new FrameReader(_file, 0, RandomAccess.GetLength(_file));
        Frame? last = null;
        var before = (LastSequence, LastMark, IsMarkLost);
        while (reader.Next() is { } frame)
        {
            before = (LastSequence, LastMark, IsMarkLost);
            Count(frame);
            last = frame;
        }

        Length = reader.Position;
        if (!readOnly && reader.Damages.Exists(d => d.IsTornTail)) _files.Truncate(_file, FilePath, Length);

        // Power loss can leave a frame whose length is there but whose bytes are not: that batch was never acknowledged and will come again.
        if (last is not null && !IsWhole(last)) (LastSequence, LastMark, IsMarkLost) = before;
    }

    private bool IsWhole(Frame frame)
    {
        var bytes = new byte[frame.Blocks.Select(b => b.Length).DefaultIfEmpty().Max()];
        foreach (var block in frame.Blocks)
        {
            var read = StoreFiles.ReadFully(_file!, bytes.AsSpan(0, block.Length), block.Offset);
            if (!PointCodec.IsUndamaged(bytes.AsSpan(0, read))) return false;
        }

        return true;
    }

    private void Count(Frame frame)
    {
        LastSequence = frame.Header.Sequence;
        LastMark = frame.Mark;
        IsMarkLost = false;
        FrameCount++;
        BlockCount += frame.Blocks.Count;
        foreach (var block in frame.Blocks) PointCount += block.Count;
    }
}
