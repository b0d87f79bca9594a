using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Journal;

internal sealed partial class RunJournal
{
    private readonly FactLog _facts;
    private readonly Lock _factGate = new();
    private bool _factsClosed;
    private bool _endWritten;
    private string? _factFailure;

    /// <summary>Gives a series its id: the same key, the same id. From any thread.</summary>
    public int DeclareSeries(string key) => Series.Declare(key, (id, name) =>
    {
        var encoder = new FactEncoder();
        Append(encoder.Series(id, name), encoder);
    });

    /// <summary>Appends a fact.</summary>
    /// <returns>
    /// Whether it survives the death of the process from now on. False after the end (counted as refused), and when the disk is ill: then it
    /// waits in memory and is written as soon as the disk allows.
    /// </returns>
    /// <exception cref="ArgumentException">The fact is longer than 16 MiB.</exception>
    public bool Append(RunFact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        var encoder = new FactEncoder();
        return Append(encoder.Fact(fact), encoder);
    }

    /// <summary>Appends an artifact whose content the pump puts into the store before the fact; then the file is deleted.</summary>
    /// <param name="fact">The fact.</param>
    /// <param name="content">A file of its own in <see cref="StagingDirectory"/>.</param>
    /// <returns>Whether it survives the death of the process from now on. False after the end (counted as refused).</returns>
    /// <exception cref="ArgumentException">The file lies elsewhere, or is not the content of the artifact.</exception>
    /// <exception cref="IOException">The disk refuses the fact, which unlike others does not wait: the caller is told, and the file is the caller's again.</exception>
    public bool Append(ArtifactLogged fact, StagedContent content)
    {
        ArgumentNullException.ThrowIfNull(fact);
        ArgumentNullException.ThrowIfNull(content);
        if (content.Digest != fact.Artifact.Digest || content.Size != fact.Artifact.Size)
            throw new ArgumentException($"The staged content {content.Digest} is not that of artifact '{fact.Artifact.Path}'.", nameof(content));
        var folder = Path.GetDirectoryName(Path.GetFullPath(content.FilePath));
        if (folder != Path.GetFullPath(JournalFolder.StagingPath(Folder)))
            throw new ArgumentException($"The staged content '{content.FilePath}' does not lie in the run's staging folder.", nameof(content));
        var encoder = new FactEncoder();
        var record = Frame(encoder.Fact(fact, Path.GetFileName(content.FilePath)), encoder);
        lock (_factGate)
        {
            if (!_factsClosed)
            {
                if (_facts.Append(record, canWait: false) is { } failure) throw new IOException(failure.Message, failure);
                Interlocked.Add(ref _stagedBytes, content.Size);
                return true;
            }
        }

        CountRefused();
        return false;
    }

    /// <summary>Counts contents that the store has taken.</summary>
    public void Unstage(long bytes) => Interlocked.Add(ref _stagedBytes, -bytes);

    /// <summary>Writes what marks the journal and how the run begins.</summary>
    /// <exception cref="IOException">The disk refuses it.</exception>
    public void Begin(IReadOnlyList<RunFact> first)
    {
        var opened = new FactEncoder();
        Append(opened.Opened(Attempt), opened);
        foreach (var fact in first)
        {
            if (!Append(fact)) throw new IOException(FactFailure);
        }
    }

    public override string? FactFailure => Volatile.Read(ref _factFailure);

    public override void TakeAttempt(long attempt)
    {
        // Another record of the opening, which counts for whoever recovers the journal; also after the end, which may have come before the first batch.
        var opened = new FactEncoder();
        var record = Frame(opened.Opened(attempt), opened);
        lock (_factGate) Write(record);
        base.TakeAttempt(attempt);
    }

    /// <summary>Tries again to write facts that the disk refused.</summary>
    public void RetryFacts()
    {
        lock (_factGate)
        {
            if (_facts.IsWaiting) Note(_facts.Retry(), "Facts can't be written");
        }
    }

    private bool Append(FactKind kind, FactEncoder encoder)
    {
        var record = Frame(kind, encoder);
        lock (_factGate)
        {
            if (!_factsClosed) return Write(record);
        }

        CountRefused();
        return false;
    }

    private byte[] Frame(FactKind kind, FactEncoder encoder) =>
        FactFrame.Frame(Seed, kind, _time.GetUtcNow().ToUnixTimeMilliseconds(), encoder.Written);

    private bool Write(byte[] record)
    {
        var failure = _facts.Append(record);
        Note(failure, "A fact can't be written");
        return failure is null;
    }

    // In the gate, so that a success does not hide a failure that came after it.
    private void Note(Exception? failure, string what)
    {
        if (failure is null) Volatile.Write(ref _factFailure, null);
        else NoteFailure(ref _factFailure, what, failure);
    }

    private void AppendEnd(RunStatusChanged? end)
    {
        var encoder = new FactEncoder();
        var record = Frame(encoder.Ended(end), encoder);
        lock (_factGate)
        {
            _factsClosed = true;
            Write(record);
            Volatile.Write(ref _endWritten, true);
        }
    }

    private void CloseFacts()
    {
        lock (_factGate) _factsClosed = true;
    }
}
