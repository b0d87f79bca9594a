using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Journal;

/// <summary>How a pass over a journal went.</summary>
internal enum DrainOutcome
{
    /// <summary>Everything logged before the pass is in the store.</summary>
    Dry,

    /// <summary>There is more, and no reason not to go on at once.</summary>
    More,

    /// <summary>The store did not take a batch; <see cref="JournalDrain.Backoff"/> tells when to try again.</summary>
    Failed,
}

/// <summary>The delivery of one journal: where it stands, and how a batch gets into the store once. Used by the pump's thread only.</summary>
internal sealed class JournalDrain
{
    private readonly TrackingStore _store;
    private readonly BatchCutter _cutter;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Func<JournalSource, bool> _hasLiveWriter;
    private readonly ContentDelivery _contents;
    private DrainPosition _delivered = DrainPosition.Start;
    private (ReadOnlyMemory<byte> Mark, int Points) _uncertain;
    private long _sequence;
    private bool _asksMark;
    private long _lastApplied;
    private long _lastBeat;
    private long _latestTime = long.MinValue;

    public JournalDrain(
        JournalSource source, TrackingStore store, BatchCutter cutter, ILogger logger, TimeProvider time, Func<JournalSource, bool> hasLiveWriter)
    {
        (Source, _store, _cutter, _logger, _time, _hasLiveWriter) = (source, store, cutter, logger, time, hasLiveWriter);
        _contents = new ContentDelivery(store);
        Backoff = new Backoff(time);
        Counts = (source as RunJournal)?.Counts ?? new DrainCounts();
        _asksMark = source is OrphanJournal;
        _lastApplied = _lastBeat = time.GetTimestamp();
    }

    public JournalSource Source { get; }

    public Backoff Backoff { get; }

    public DrainCounts Counts { get; }

    /// <summary>Why the last pass failed; null if it did not.</summary>
    public Exception? Failure { get; private set; }

    public bool FailedForGood { get; private set; }

    /// <summary>Whether everything is delivered and nothing can follow, so that the folder may go.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Whether everything is delivered, but the journal of a dead writer stays: only when nobody else logs to its run any more has that been interrupted.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Completes when the folder is gone.</summary>
    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How long ago other machines were shown that the owner lives.</summary>
    public TimeSpan SinceBeat => _time.GetElapsedTime(_lastBeat);

    /// <summary>How long ago the store heard from this writer, or was asked about it.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(_lastApplied);

    /// <summary>Shows other machines that the owner lives.</summary>
    public void Beat()
    {
        Source.Owner?.Touch(_time.GetUtcNow());
        _lastBeat = _time.GetTimestamp();
    }

    /// <summary>Whether a segment is delivered as a whole and nobody can write to it any more.</summary>
    public bool IsDelivered(Segment segment) =>
        (segment.Number < _delivered.Top.Segment
            || (segment.Number == _delivered.Top.Segment && _delivered.Top.Index >= segment.Chunks))
        && !_delivered.Open.Any(open => open.Id.Segment == segment.Number);

    /// <summary>Delivers what was logged before the call.</summary>
    /// <param name="maxBatches">How many batches at most.</param>
    /// <param name="heartbeat">Whether to tell the store that the writer lives if there is nothing else to tell, or to look whether what it waits for is over.</param>
    /// <param name="cancellationToken">Gives up, which is a failure like others.</param>
    public DrainOutcome Drain(int maxBatches, bool heartbeat, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = DrainBatches(maxBatches, heartbeat, cancellationToken);
            Succeed();
            return outcome;
        }
        catch (Exception e)
        {
            Fail(e);
            return DrainOutcome.Failed;
        }
    }

    private DrainOutcome DrainBatches(int maxBatches, bool heartbeat, CancellationToken cancellationToken)
    {
        if (IsWaiting && !heartbeat) return DrainOutcome.Dry;
        if (_asksMark) AdoptMark(cancellationToken);
        if (Source.Attempt == JournalSource.UnknownAttempt)
            Source.TakeAttempt(Find(cancellationToken) is { Attempts: [.., var last] } ? last.Id : 0);
        var isEnded = Source.IsEnded;
        var until = Source.Watermark;
        for (var batches = 0; ; batches++)
        {
            var cut = _cutter.Cut(Source, _delivered, until, isEnded);
            var isPulse = cut.IsEmpty && heartbeat && batches == 0 && Source is RunJournal;
            if (!cut.IsEmpty || isPulse)
            {
                if (batches == maxBatches) return DrainOutcome.More;
                Deliver(cut, cancellationToken);
            }
            else
            {
                NoteDamage(cut);
                _delivered = cut.Next;
            }

            if (cut.IsDry) break;
        }

        if (Source.FactFailure is { } refusal) throw new IOException(refusal);

        if (isEnded) Conclude(cancellationToken);
        return DrainOutcome.Dry;
    }

    private void Deliver(BatchCut cut, CancellationToken cancellationToken)
    {
        foreach (var lost in _contents.Put(cut, cancellationToken)) NoteLost(lost, cut);
        var mark = cut.Next.Encode();
        var batch = new RunBatch
        {
            Run = Source.Run,
            Writer = Source.Writer,
            Attempt = Source.Attempt,
            Sequence = _sequence + 1,
            Mark = mark,
            Time = _time.GetUtcNow(),
            Facts = cut.Facts,
            Points = cut.Points,
            End = cut.End,
        };
        _uncertain = (mark, cut.PointCount);
        var started = _time.GetTimestamp();
        using var activity = LifecycleDiagnostics.StartDrain(Source.Run, cut.PointCount, cut.Facts.Count);
        var result = Wait(_store.ApplyAsync(batch, cancellationToken));
        LifecycleDiagnostics.DrainDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
        foreach (var conflict in result.Conflicts) _logger.Conflict(Source.Run, conflict);
        if (result.Applied || !_store.Capabilities.RecordsMarks) Advance(cut, batch.Sequence, mark);
        else AdoptMark(cancellationToken, mustBeNew: true);
        _lastApplied = _time.GetTimestamp();
    }

    private void Advance(BatchCut cut, long sequence, byte[] mark)
    {
        NoteDamage(cut);
        _delivered = cut.Next;
        _sequence = sequence;
        _latestTime = Math.Max(_latestTime, cut.LatestPoint);
        Counts.Delivered += cut.PointCount;
        if (!_store.Capabilities.RecordsMarks) MarkFile.Write(Source.Folder, sequence, mark);
        ContentDelivery.Discard(cut);
        (Source as RunJournal)?.Unstage(cut.Contents.Sum(staged => staged.Content.Size));
    }

    /// <summary>
    /// Learns how far the store got. After a failure nobody knows whether the batch was applied, and by the time it is sent again it would
    /// hold more: then it would be taken for applied and what was added would be lost.
    /// </summary>
    private void AdoptMark(CancellationToken cancellationToken, bool mustBeNew = false)
    {
        var mark = _store.Capabilities.RecordsMarks
            ? Wait(_store.GetMarkAsync(Source.Run, Source.Writer, cancellationToken))
            : MarkFile.Read(Source.Folder);
        if (mark is not null && mark.Sequence > _sequence)
        {
            if (!DrainPosition.TryDecode(mark.Mark.Span, out var position))
                throw new LifecycleException($"{_store.Address} returned a mark for writer {Source.Writer} of run {Source.Run} that can't be read.");
            if (mark.Mark.Span.SequenceEqual(_uncertain.Mark.Span)) Counts.Delivered += _uncertain.Points;
            (_delivered, _sequence) = (position, mark.Sequence);
        }
        else if (mustBeNew)
        {
            throw new LifecycleException(
                $"{_store.Address} says that batch {_sequence + 1} of writer {Source.Writer} was applied before, but has no mark of it.");
        }

        _asksMark = false;
    }

    /// <summary>Finishes an ended journal. For a writer that died with the run in its hands the run has been interrupted.</summary>
    private void Conclude(CancellationToken cancellationToken)
    {
        if (Source is OrphanJournal { SawEnd: false, OwnsRun: true } orphan && !_delivered.Ended && Interruption.IsOpen(orphan, Find(cancellationToken)))
        {
            // This journal is the only witness that the run has lost its owner: it stays until the last writer has left.
            IsWaiting = _hasLiveWriter(orphan);
            _lastApplied = _time.GetTimestamp();
            if (IsWaiting) return;
            var end = Interruption.Of(orphan, _latestTime, _time.GetUtcNow());
            Deliver(new BatchCut { End = end, IsDry = true, Next = _delivered with { Ended = true } }, cancellationToken);
        }

        IsFinished = Source is OrphanJournal || _delivered.Ended;
    }

    private RunInfo? Find(CancellationToken cancellationToken) => Wait(_store.GetRunAsync(Source.Run, cancellationToken));

    private void Succeed()
    {
        Backoff.Succeed();
        Failure = null;
        FailedForGood = false;
        Counts.Failure = null;
    }

    private void Fail(Exception failure)
    {
        _asksMark = true;
        Failure = failure;
        FailedForGood = !IsTransient(failure);
        Counts.Failure = failure.Message;
        Backoff.Fail(!FailedForGood);
        LifecycleDiagnostics.Failures.Add(1);
        _logger.DeliveryFailed(failure, Source.Run, _store.Address, failure.Message, Source.Folder, Backoff.Delay);
    }

    private static bool IsTransient(Exception failure) => failure switch
    {
        // The run of a writer that joined it may be on its way from another process.
        LifecycleNotFoundException => true,
        LifecycleException known => known.IsTransient,
        _ => failure is IOException or TimeoutException or OperationCanceledException or UnauthorizedAccessException or OutOfMemoryException,
    };

    private void NoteDamage(BatchCut cut)
    {
        if (cut.Unreadable == 0) return;
        Counts.Unreadable += cut.Unreadable;
        _logger.SkippedDamage(Source.Run, cut.Unreadable, Source.Folder);
    }

    private void NoteLost(StagedContent lost, BatchCut cut)
    {
        cut.Unreadable++;
        _logger.ContentLost(Source.Run, lost.Digest, lost.FilePath);
    }

    // The pump has a thread of its own, on which stores may take their time.
    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
