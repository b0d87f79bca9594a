using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>
/// The journal of one run and one writer, open in this process. Logging and appending are safe from any thread; the pump reads along.
/// Points: <c>RunJournal.Points.cs</c>; the segments they go to: <c>RunJournal.Segments.cs</c>; facts: <c>RunJournal.Facts.cs</c>.
/// </summary>
internal sealed partial class RunJournal : JournalSource
{
    private readonly JournalHost _host;
    private readonly ILogger _logger;
    private string? _failure;
    private long _stagedBytes;
    private int _endCalled;

    /// <summary>Takes over a folder that was just made and locked.</summary>
    /// <exception cref="IOException">The fact log can't be made.</exception>
    public RunJournal(JournalHost host, string folder, RunId run, WriterId writer, long attempt, OwnerLock owner)
        : base(folder, run, writer)
    {
        _host = host;
        _logger = host.Logger;
        _time = host.Settings.TimeProvider;
        _isSystemTime = ReferenceEquals(_time, TimeProvider.System);
        _facts = new FactLog(JournalFolder.FactsPath(folder));
        Attempt = attempt;
        Owner = owner;
    }

    public override OwnerLock Owner { get; }

    /// <summary>Where artifact contents wait until the pump has put them into the store. Each file belongs to one artifact fact.</summary>
    public string StagingDirectory => Directory.CreateDirectory(JournalFolder.StagingPath(Folder)).FullName;

    public override SafeFileHandle FactsFile => _facts.Handle;

    public override long FactsLength => _facts.Length;

    public override bool IsEnded => Volatile.Read(ref _endWritten) && !_facts.IsWaiting;

    /// <summary>Points that the store has taken, and cells and facts that could not be read: kept by the pump.</summary>
    public DrainCounts Counts { get; } = new();

    public bool IsEndCalled => Volatile.Read(ref _endCalled) != 0;

    /// <summary>The pump's side of the journal; set once when it is registered.</summary>
    public JournalDrain? Drain { get; set; }

    public long Dropped => Interlocked.Read(ref _dropped);

    public JournalHealth Health => new(
        Logged, Counts.Delivered, Dropped, Interlocked.Read(ref _refused), Counts.Unreadable, BytesOnDisk,
        Counts.Failure ?? Volatile.Read(ref _failure) ?? FactFailure);

    /// <summary>
    /// Ends the writer: later points and facts are refused and counted. Calls that are under way are in or refused, none is lost.
    /// Only the first call counts.
    /// </summary>
    /// <param name="end">What becomes of the run; null when only this writer leaves it.</param>
    public void End(RunStatusChanged? end)
    {
        if (Interlocked.Exchange(ref _endCalled, 1) != 0) return;
        CloseCursors();

        // Every point is committed before the record that says there are no more.
        AppendEnd(end);
        _host.Wake();
    }

    /// <summary>Stops logging without an end: the journal stays for the next tracker, which will find the run interrupted.</summary>
    public void Abandon()
    {
        if (Interlocked.Exchange(ref _endCalled, 1) != 0) return;
        CloseCursors();
        CloseFacts();
    }

    public override void Dispose()
    {
        foreach (var segment in ReleaseAll()) segment.Dispose();
        _facts.Dispose();
    }

    private void CountRefused()
    {
        if (Interlocked.Increment(ref _refused) == 1) _logger.LoggedAfterEnd(Run);
    }

    private void NoteFailure(ref string? place, string what, Exception cause)
    {
        var failure = $"{what}: {cause.Message}";

        // The same trouble again and again is one line in the log; the health tells the rest.
        if (Interlocked.Exchange(ref place, failure) != failure) _logger.JournalIll(Run, Folder, failure);
    }
}
