using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>What one request logs to a run.</summary>
internal sealed class RunEntry(DateTimeOffset time, IReadOnlyList<RunFact> facts, IReadOnlyList<SeriesPoints> points, long attempt = RunBatch.LatestAttempt)
{
    private readonly TaskCompletionSource<IReadOnlyList<string>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DateTimeOffset Time => time;

    public IReadOnlyList<RunFact> Facts => facts;

    public IReadOnlyList<SeriesPoints> Points => points;

    public long Attempt => attempt;

    /// <summary>Completes when the store has it or has refused it: then with the reasons.</summary>
    public Task<IReadOnlyList<string>> Done => _done.Task;

    public void Complete(IReadOnlyList<string> refusals) => _done.TrySetResult(refusals);

    public void Fail(Exception exception) => _done.TrySetException(exception);
}

/// <summary>
/// Logs to one run as one writer of the store, so that appending is cheap. Requests that arrive while a batch is being applied wait and then go together into
/// one batch, with one sync of the disk; each is still applied whole or not at all, since a batch that is refused is taken apart again.
/// </summary>
internal sealed class RunWriter(RunId run, TrackingStore store)
{
    private const int MaxEntries = 256;
    private const BatchConditions Conditions = BatchConditions.NoConflicts | BatchConditions.ActiveRun | BatchConditions.NewPointsOnly;
    private readonly Queue<RunEntry> _waiting = new();
    private WriterId _writer = WriterId.New();
    private long _sequence;
    private bool _isWorking;
    private bool _isRetired;

    /// <summary>Takes an entry in.</summary>
    /// <returns>False if this writer has been forgotten.</returns>
    public bool TryLog(RunEntry entry)
    {
        lock (_waiting)
        {
            if (_isRetired) return false;
            _waiting.Enqueue(entry);
            if (_isWorking) return true;
            _isWorking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static writer => _ = writer.WorkAsync(), this, preferLocal: true);
        return true;
    }

    /// <summary>Forgets the writer if it has nothing to do.</summary>
    public bool TryRetire()
    {
        lock (_waiting) return _isRetired |= !_isWorking;
    }

    private async Task WorkAsync()
    {
        var entries = new List<RunEntry>();
        while (Take(entries))
        {
            if (entries.Count == 1) await ApplyAsync(entries).ConfigureAwait(false);
            else if (!await TryTogetherAsync(entries).ConfigureAwait(false))
            {
                // One of them is refused; the others must not suffer for it.
                foreach (var entry in entries) await ApplyAsync([entry]).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes what waits and goes together: entries of one attempt.</summary>
    /// <returns>False when there is nothing; the next entry starts the work anew.</returns>
    private bool Take(List<RunEntry> entries)
    {
        entries.Clear();
        lock (_waiting)
        {
            while (entries.Count < MaxEntries && _waiting.TryPeek(out var next) && (entries.Count == 0 || next.Attempt == entries[0].Attempt)) entries.Add(_waiting.Dequeue());
            return _isWorking = entries.Count > 0;
        }
    }

    private async Task<bool> TryTogetherAsync(List<RunEntry> entries)
    {
        using var merged = new MergedPoints(entries);
        try
        {
            var result = await ApplyAsync(entries.Max(entry => entry.Time), [.. entries.SelectMany(entry => entry.Facts)], merged.Points, entries[0].Attempt).ConfigureAwait(false);
            if (result is { Applied: false }) return false;
            foreach (var entry in entries) entry.Complete([]);
            return true;
        }
        catch (Exception exception)
        {
            foreach (var entry in entries) entry.Fail(exception);
            return true;
        }
    }

    private async Task ApplyAsync(List<RunEntry> single)
    {
        var entry = single[0];
        try
        {
            var result = await ApplyAsync(entry.Time, entry.Facts, entry.Points, entry.Attempt).ConfigureAwait(false);
            entry.Complete(result.Applied ? [] : result.Conflicts);
        }
        catch (Exception exception)
        {
            entry.Fail(exception);
        }
    }

    private async ValueTask<ApplyResult> ApplyAsync(DateTimeOffset time, IReadOnlyList<RunFact> facts, IReadOnlyList<SeriesPoints> points, long attempt)
    {
        var batch = new RunBatch
        {
            Run = run,
            Writer = _writer,
            Sequence = _sequence + 1,
            Attempt = attempt,
            Time = time,
            Facts = facts,
            Points = points,
            Conditions = Conditions,
        };
        try
        {
            // Not cancelled with a request: a client that has left must not take back what goes with others.
            var result = await store.ApplyAsync(batch, CancellationToken.None).ConfigureAwait(false);
            if (result.Applied) _sequence++;
            return result;
        }
        catch
        {
            // Nobody knows whether the batch was applied: under its number another one would be taken for it.
            (_writer, _sequence) = (WriterId.New(), 0);
            throw;
        }
    }

    /// <summary>The points of several entries, one list a series.</summary>
    private sealed class MergedPoints : IDisposable
    {
        private readonly List<PointColumns> _merged = [];

        public MergedPoints(List<RunEntry> entries)
        {
            var bySeries = new Dictionary<string, (SeriesPoints First, PointColumns? Merged)>(StringComparer.Ordinal);
            foreach (var points in entries.SelectMany(entry => entry.Points))
            {
                if (!bySeries.TryGetValue(points.Key, out var known))
                {
                    bySeries.Add(points.Key, (points, null));
                    continue;
                }

                var merged = known.Merged;
                if (merged is null)
                {
                    _merged.Add(merged = new PointColumns(points.Key, []));
                    merged.Add(known.First);
                    bySeries[points.Key] = (known.First, merged);
                }

                merged.Add(points);
            }

            Points = [.. bySeries.Values.Select(series => series.Merged?.Points ?? series.First)];
        }

        public IReadOnlyList<SeriesPoints> Points { get; }

        public void Dispose()
        {
            foreach (var columns in _merged) columns.Dispose();
        }
    }
}
