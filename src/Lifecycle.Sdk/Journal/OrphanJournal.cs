using Lifecycle.Sdk.Storage;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>The journal of a writer whose process is gone. Its files are open only while it is being delivered: there may be any number of them.</summary>
internal sealed class OrphanJournal : JournalSource
{
    private readonly List<Segment> _segments = [];
    private OwnerLock? _owner;
    private SafeFileHandle? _facts;

    public OrphanJournal(string folder, RunId run, WriterId writer) : base(folder, run, writer) => Attempt = UnknownAttempt;

    public bool IsOpen => _owner is not null;

    public override OwnerLock? Owner => _owner;

    public override SafeFileHandle? FactsFile => _facts;

    public override long FactsLength => _facts is null ? 0 : RandomAccess.GetLength(_facts);

    public override bool IsEnded => true;

    public override ChunkId Watermark => new(int.MaxValue, 0);

    public override IReadOnlyList<Segment> Segments => _segments;

    /// <summary>Whether the writer said that it is done.</summary>
    public bool SawEnd { get; private set; }

    /// <summary>Whether the writer began or resumed the run, rather than joining it: then its death interrupted the run.</summary>
    public bool OwnsRun { get; private set; }

    /// <summary>When the last fact was appended, in milliseconds since 1970.</summary>
    public long LatestTime { get; private set; } = long.MinValue;

    /// <summary>The format of the journal if it is newer than this code can read; else null.</summary>
    public byte? NewerVersion { get; private set; }

    /// <summary>Damaged stretches of the fact log and segments that can't be opened.</summary>
    public int Damaged { get; private set; }

    /// <summary>Opens the journal and reads its facts, for the names of the series and the writer's fate.</summary>
    /// <param name="owner">The lock on it.</param>
    /// <exception cref="IOException">The disk is ill.</exception>
    public void Open(OwnerLock owner)
    {
        _owner = owner;
        Damaged = 0;
        _facts = OpenFacts(Folder);
        if (_facts is not null) Damaged += new FactReader(Seed).Read(_facts, 0, FactsLength, Survey);
        foreach (var number in JournalFolder.SegmentNumbers(Folder))
            _segments.Add(OrphanSegment.Open(JournalFolder.SegmentPath(Folder, number), number));
    }

    /// <summary>Closes the files and lets go of the lock: whoever comes next may have the journal, this process too.</summary>
    public void Close()
    {
        Dispose();
        _owner?.LetGo();
        _owner = null;
    }

    public override bool IsClosed(ChunkId chunk) => true;

    public override IReadOnlyList<Segment> Release(Predicate<Segment> delivered)
    {
        var released = _segments.FindAll(delivered);
        _segments.RemoveAll(delivered);
        return released;
    }

    public override void Dispose()
    {
        foreach (var segment in _segments) segment.Dispose();
        _segments.Clear();
        _facts?.Dispose();
        _facts = null;
    }

    private static SafeFileHandle? OpenFacts(string folder)
    {
        var path = JournalFolder.FactsPath(folder);
        return File.Exists(path) ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
    }

    private bool Survey(FactFrame record, ReadOnlySpan<byte> payload, long end)
    {
        LatestTime = Math.Max(LatestTime, record.Time);
        try
        {
            var decoder = new FactDecoder(payload);
            switch (record.Kind)
            {
                case FactKind.Opened:
                    var (version, attempt) = decoder.Opened();
                    if (attempt != UnknownAttempt) Attempt = attempt;
                    if (version > FactLog.Version) NewerVersion = version;
                    break;
                case FactKind.Series:
                    var (id, key) = decoder.Series();
                    Series.Restore(id, key);
                    break;
                case FactKind.RunStarted or FactKind.RunResumed:
                    OwnsRun = true;
                    break;
                case FactKind.Ended:
                    SawEnd = true;
                    break;
            }
        }
        catch (FormatException)
        {
            Damaged++;
        }

        return true;
    }
}
