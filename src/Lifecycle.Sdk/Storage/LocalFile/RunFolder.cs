namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// A run's folder as one store instance works on it: applies batches, keeps <c>run.json</c> up to date. <see cref="Gate"/> is held by whoever uses it.
/// </summary>
internal sealed partial class RunFolder(StoreLayout layout, StoreFiles files, ExperimentFolder experiments, ArtifactFolder artifacts, ChangeLog changes, RunId id, TimeProvider time)
{
    private static readonly TimeSpan ProjectionInterval = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, WriterLog> _logs = new(StringComparer.Ordinal);
    private FrameBuilder _builder = new();
    private long _projected = time.GetTimestamp();
    private (DateTime, long) _knownRunFile;

    /// <summary>One caller at a time.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Set when the store has forgotten this object: who waited for it takes the new one.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Where the blocks of each series are.</summary>
    public BlockIndex Blocks { get; } = new();

    public RunView View { get; } = new(id, layout.Run(id));

    /// <summary>Whether files are held open for appending.</summary>
    public bool IsWriting => _logs.Count > 0;

    private string RunFilePath => Path.Combine(View.Path, StoreLayout.RunFile);

    private string LockPath => Path.Combine(View.Path, StoreLayout.LockFile);

    /// <summary>Applies a batch; see <see cref="TrackingStore.ApplyAsync"/>.</summary>
    public async ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            return await ApplyCoreAsync(batch, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // What is in memory may be ahead of the disk or behind it.
            Forget();
            throw;
        }
    }

    /// <summary>The last batch of a writer that is on disk whole.</summary>
    public WriterMark? GetMark(WriterId writer)
    {
        if (writer.IsNone) return null;
        var name = FrameFileName.WriterName(writer);
        if (_logs.TryGetValue(name, out var known)) return ToMark(known);
        using var log = WriterLog.Open(files, View.Path, name, readOnly: true);
        return ToMark(log);

        WriterMark? ToMark(WriterLog log) => log.LastSequence == 0 ? null
            : !log.IsMarkLost ? new WriterMark(log.LastSequence, log.LastMark)
            : throw new LifecycleException($"How far writer {name} of run '{id}' has been applied can't be read: its file is damaged behind batch {log.LastSequence}. Verify tells where.")
            {
                Store = layout.Root,
                Run = id,
            };
    }

    /// <summary>Lets go of everything; the next call reads from the disk.</summary>
    public void Forget()
    {
        foreach (var log in _logs.Values) log.Dispose();
        _logs.Clear();
        View.Reset();
        Blocks.Clear();
    }

    private async ValueTask<ApplyResult> ApplyCoreAsync(RunBatch batch, CancellationToken cancellationToken)
    {
        var writer = FrameFileName.WriterName(batch.Writer);
        List<RunFact> facts = batch.End is { } end ? [.. batch.Facts, end] : [.. batch.Facts];
        var isFirst = !_logs.TryGetValue(writer, out var log);
        if (!isFirst && facts.Count == 0 && !batch.Writer.IsNone && View.State.IsStarted && !NeedsLock(batch) && log!.IsCurrent(View.Positions.GetValueOrDefault(writer)))
            return await AppendPointsAsync(batch, log, cancellationToken).ConfigureAwait(false);

        if (!Directory.Exists(View.Path))
        {
            if (!facts.Exists(f => f is RunStarted)) throw NotFound();
            if (FindRefusals(batch, facts, new RunState { Id = id }) is { Count: > 0 } faults) return new ApplyResult(false, faults);
            files.CreateDirectory(View.Path);
            if (Path.GetFileName(View.Path) != id.ToString()) files.WriteAtomically(Path.Combine(View.Path, RunFolderName.IdFile), System.Text.Encoding.ASCII.GetBytes($"{id}\n"));
        }

        RequireNoLink(View.Path);
        RequireNoLink(Path.Combine(View.Path, RunFiles.Points));
        using var own = await FileLock.AcquireAsync(LockPath, cancellationToken).ConfigureAwait(false);
        var isStarted = View.Refresh();
        if (!isStarted && !facts.Exists(f => f is RunStarted)) throw NotFound();

        // Direct changes share one log between processes, and so may clients that send a batch with conditions twice: it is looked at anew if it has changed.
        if (isFirst || !log!.IsCurrent(View.Positions.GetValueOrDefault(writer)))
        {
            log?.Dispose();
            _logs.Remove(writer);
            _logs.Add(writer, log = WriterLog.Open(files, View.Path, writer));
        }

        if (!batch.Writer.IsNone && batch.Sequence <= log.LastSequence)
        {
            await changes.AppendAsync($"run {id}", cancellationToken).ConfigureAwait(false);
            return new ApplyResult(false, []);
        }

        if (FindRefusals(batch, facts, View.State) is { Count: > 0 } refusals) return new ApplyResult(false, refusals);
        if (batch.Attempt == RunBatch.LatestAttempt) batch = batch with { Attempt = View.State.LatestAttempt };
        var (records, conflicts) = await AcceptAsync(facts, batch, cancellationToken).ConfigureAwait(false);
        if (batch.Conditions.HasFlag(BatchConditions.NewPointsOnly)) batch = batch with { Points = SelectNew(batch) };
        Append(batch, log, records, View.Order + 1);
        if (!isFirst && facts.Count == 0 && IsProjectionFresh(log)) return new ApplyResult(true, []);
        Supersede(facts);
        artifacts.Unlink(View.Path, facts.OfType<ArtifactDeleted>().Select(f => f.Path).Where(path => !View.State.Artifacts.ContainsKey(path.ToString())));
        artifacts.Link(View.Path, isFirst ? View.State.Artifacts.Values : facts.OfType<ArtifactLogged>().Select(f => f.Artifact));
        var experiment = experiments.Get(View.State.ExperimentId);
        Project(experiment);
        SealIfWorthwhile(log, experiment, View.State.Status != RunStatus.Running);
        await changes.AppendAsync($"run {id}", cancellationToken).ConfigureAwait(false);
        if (View.State.Status != RunStatus.Running) CloseLogs();
        return new ApplyResult(true, conflicts);
    }

    /// <summary>The short way of a training that only logs points: one append, and once a second a look at the rest of the run.</summary>
    private async ValueTask<ApplyResult> AppendPointsAsync(RunBatch batch, WriterLog log, CancellationToken cancellationToken)
    {
        if (batch.Sequence <= log.LastSequence) return new ApplyResult(false, []);
        Append(batch, log, [], 0);
        if (IsProjectionFresh(log)) LookForOthers();
        if (IsProjectionFresh(log)) return new ApplyResult(true, []);
        bool isRunning;
        using (await FileLock.AcquireAsync(LockPath, cancellationToken).ConfigureAwait(false))
        {
            View.Refresh();
            isRunning = View.State.Status == RunStatus.Running;
            var experiment = experiments.Get(View.State.ExperimentId);
            Project(experiment);
            SealIfWorthwhile(log, experiment, !isRunning);
        }

        // Readers look at running runs anyway; the others they have to be told of.
        if (!isRunning) await changes.AppendAsync($"run {id}", cancellationToken).ConfigureAwait(false);
        return new ApplyResult(true, []);
    }

    /// <summary>Whoever else changed the run has written run.json, and may have ended the run: then searchers are to be told of points at once.</summary>
    private void LookForOthers()
    {
        var file = StampOf(RunFilePath);
        if (file == _knownRunFile) return;
        View.Refresh();
        _knownRunFile = file;
    }

    /// <summary>Whether points of a running run may wait for the next projection: readers find them in the log.</summary>
    private bool IsProjectionFresh(WriterLog log) =>
        View.State.Status == RunStatus.Running && time.GetElapsedTime(_projected) < ProjectionInterval && !Sealer.IsWorthwhile(log, runEnded: false);

    /// <summary>Applies the facts to what is in memory and sorts out those that contradict it.</summary>
    private async ValueTask<(List<FactRecord> Records, List<string> Conflicts)> AcceptAsync(List<RunFact> facts, RunBatch batch, CancellationToken cancellationToken)
    {
        var records = new List<FactRecord>(facts.Count);
        var conflicts = new List<string>();
        foreach (var fact in facts)
        {
            var accepted = fact;
            if (fact is RunStarted started)
            {
                var experimentId = await experiments.EnterAsync(started, View.State, cancellationToken).ConfigureAwait(false);
                accepted = started with { ExperimentId = experimentId, ExperimentName = null };
            }

            var revision = accepted switch
            {
                RunStarted s => experiments.Get(s.ExperimentId!)?.StageRevision ?? 0,
                RunStageChanged => experiments.Get(View.State.ExperimentId)?.StageRevision ?? 0,
                _ => 0,
            };
            if (View.State.Apply(accepted, batch.Attempt, batch.Writer.IsNone, batch.Time, revision) is { } conflict) conflicts.Add(conflict);
            else records.Add(FactRecord.Of(accepted, revision));
        }

        return (records, conflicts);
    }

    private void Append(RunBatch batch, WriterLog log, List<FactRecord> records, long order)
    {
        _builder.Clear();
        foreach (var series in batch.Points) _builder.Add(series.Key, series.Steps.Span, series.Timestamps.Span, series.Values.Span);
        var header = new FrameHeader
        {
            Sequence = batch.Writer.IsNone ? log.LastSequence + 1 : batch.Sequence,
            Previous = log.LastSequence,
            Order = records.Count > 0 ? order : 0,
            Attempt = batch.Attempt,
            Time = batch.Time.UtcTicks,
        };
        var bytes = _builder.Build(header, records.Count > 0 ? FactJson.Write(records) : default, batch.Mark.Span);
        var frame = FrameReader.Parse(bytes.Span, log.Length);
        var isRepair = View.Positions.TryGetValue(log.Writer, out var position) && position.Sequence >= header.Sequence;
        log.Append(bytes, frame);

        // A batch that repairs a damaged one is delivered again: what the summaries have of the damaged one must not count twice.
        if (isRepair) View.RebuildFromFrames();
        else View.Include(log.FileName, frame, bytes.Span);
    }

    /// <summary>A new attempt may have superseded points that the summaries include: they are made again from the blocks.</summary>
    private void Supersede(List<RunFact> facts)
    {
        if (facts.Exists(f => f is RunResumed { FromStep: not null }) && View.State.Metrics.Count > 0) View.RebuildFromFrames();
    }

    private void Project(ExperimentDocument? experiment)
    {
        var document = View.ToDocument(ExperimentFolder.StageOf(View.State, experiment));
        files.WriteAtomically(RunFilePath, CheckedJson.Write(document, Documents.Json.RunDocument));
        _projected = time.GetTimestamp();
        _knownRunFile = StampOf(RunFilePath);
    }

    private static (DateTime, long) StampOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private void SealIfWorthwhile(WriterLog log, ExperimentDocument? experiment, bool runEnded)
    {
        if (!Sealer.IsWorthwhile(log, runEnded)) return;
        if (!Sealer.TrySeal(files, View.Path, log)) return;
        View.MoveTo(log.Writer, log.FileName);
        Project(experiment);
    }

    private void CloseLogs()
    {
        foreach (var log in _logs.Values) log.Dispose();
        _logs.Clear();
        _builder = new FrameBuilder();
    }

    private void RequireNoLink(string path)
    {
        if (!RunFiles.IsLink(path)) return;
        throw new LifecycleException($"'{path}' is a symbolic link, which the store does not follow: put the folder itself there.") { Run = id, Store = layout.Root };
    }

    private LifecycleNotFoundException NotFound() => new($"The store '{layout.Root}' has no run '{id}', and the batch does not start it.") { Run = id, Store = layout.Root };
}
