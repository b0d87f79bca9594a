using Lifecycle.Sdk.Storage;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>The journal of a writer whose process is gone.</summary>
internal sealed class OrphanJournal : JournalSource
{
    private readonly List<Segment> _segments = [];
    private long _attempt;

    private OrphanJournal(string folder, RunId run, WriterId writer, OwnerLock owner, SafeFileHandle? facts) : base(folder, run, writer)
    {
        Owner = owner;
        FactsFile = facts;
    }

    public override long Attempt => _attempt;

    public override OwnerLock Owner { get; }

    public override SafeFileHandle? FactsFile { get; }

    public override long FactsLength => FactsFile is null ? 0 : RandomAccess.GetLength(FactsFile);

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

    /// <summary>Opens the journal and reads its facts once, for the names of the series and the writer's fate.</summary>
    /// <exception cref="IOException">The disk is ill.</exception>
    public static OrphanJournal Open(string folder, RunId run, WriterId writer, OwnerLock owner)
    {
        var journal = new OrphanJournal(folder, run, writer, owner, OpenFacts(folder));
        if (journal.FactsFile is { } facts)
            journal.Damaged += new FactReader(journal.Seed).Read(facts, 0, journal.FactsLength, journal.Survey);
        foreach (var number in JournalFolder.SegmentNumbers(folder))
            journal._segments.Add(OrphanSegment.Open(JournalFolder.SegmentPath(folder, number), number));
        return journal;
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
        FactsFile?.Dispose();
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
                    _attempt = attempt;
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
