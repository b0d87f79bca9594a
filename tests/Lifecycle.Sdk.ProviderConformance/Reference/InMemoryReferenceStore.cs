using System.Globalization;
using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>
/// The contract of <see cref="TrackingStore"/> in the simplest words: dictionaries under one lock, no index, no cache, no file. Other stores are
/// compared with it by the model test; it shares nothing with them but the model types, the name rules and the search evaluator.
/// </summary>
public sealed class InMemoryReferenceStore(ReferenceData data, TimeProvider? timeProvider = null) : TrackingStore
{
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;
    private bool _isDisposed;

    public override string Address => "memory";

    public override string JournalDirectory => Path.Combine(Path.GetTempPath(), "lifecycle-reference-journals");

    public override StoreCapabilities Capabilities => StoreCapabilities.Full;

    public override ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken = default)
    {
        BatchRules.RequireValid(batch);
        return Do(() =>
        {
            data.Runs.TryGetValue(batch.Run, out var run);
            var start = batch.Facts.OfType<RunStarted>().FirstOrDefault();
            if (run is null && start is null) throw NoRun(batch.Run);
            var writer = batch.Writer.ToString();
            if (!batch.Writer.IsNone && run is not null && run.Marks.TryGetValue(writer, out var mark) && batch.Sequence <= mark.Sequence)
                return new ApplyResult(false, []);
            if (batch.Conditions.HasFlag(BatchConditions.ActiveRun) && run is { Stage: LifecycleStage.Deleted })
                return new ApplyResult(false, [$"The run {batch.Run} is deleted."]);
            if (batch.Conditions.HasFlag(BatchConditions.NoConflicts) && ReferenceRun.FindConflicts(run, batch) is { Count: > 0 } conflicts)
                return new ApplyResult(false, conflicts);
            if (run is null) data.Runs[batch.Run] = run = new ReferenceRun(batch.Run, FindOrCreateExperiment(start!), start!, batch.Time);
            if (!batch.Writer.IsNone) run.Marks[writer] = (batch.Sequence, batch.Mark.ToArray());
            return new ApplyResult(true, run.Apply(batch));
        }, cancellationToken);
    }

    public override ValueTask<WriterMark?> GetMarkAsync(RunId run, WriterId writer, CancellationToken cancellationToken = default) =>
        Do(() => data.Runs.TryGetValue(run, out var known) && known.Marks.TryGetValue(writer.ToString(), out var mark)
            ? new WriterMark(mark.Sequence, mark.Mark) : null, cancellationToken);

    public override async ValueTask PutContentAsync(StagedContent content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = await File.ReadAllBytesAsync(content.FilePath, cancellationToken);
        if (ContentDigest.Of(bytes) != content.Digest || bytes.Length != content.Size)
            throw new LifecycleException($"The file {content.FilePath} is not {content.Digest} of {content.Size} bytes.");
        await Do(() => data.Contents.TryAdd(content.Digest, bytes), cancellationToken);
    }

    public override ValueTask<ExperimentInfo> CreateExperimentAsync(
        string name, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        NameRules.RequireExperimentName(name);
        foreach (var (tag, value) in tags ?? new Dictionary<string, string>()) RequireTag(tag, value);
        return Do(() => ByName(name) is null ? Create(null, name, tags) : throw new LifecycleConflictException($"The experiment '{name}' exists."), cancellationToken);
    }

    public override ValueTask<ExperimentInfo> UpdateExperimentAsync(
        string experimentId, ExperimentUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (update.Name is not null) NameRules.RequireExperimentName(update.Name);
        foreach (var (tag, value) in update.Tags) RequireTag(tag, value ?? "");
        return Do(() =>
        {
            if (!data.Experiments.TryGetValue(experimentId, out var known)) throw new LifecycleNotFoundException($"There is no experiment {experimentId}.");
            if (update.Name is { } name && ByName(name) is { } other && other.Id != experimentId)
                throw new LifecycleConflictException($"The experiment '{name}' exists.");
            var tags = new Dictionary<string, string>(known.Info.Tags);
            foreach (var (tag, value) in update.Tags)
            {
                if (value is null) tags.Remove(tag);
                else tags[tag] = value;
            }

            if (update.Stage is { } stage) SetStage(experimentId, stage);
            var info = data.Experiments[experimentId].Info with { Name = update.Name ?? known.Info.Name, Tags = tags, LastUpdateTime = Now() };
            data.Experiments[experimentId] = data.Experiments[experimentId] with { Info = info };
            return info;
        }, cancellationToken);
    }

    public override ValueTask<ExperimentInfo?> GetExperimentAsync(string experimentId, CancellationToken cancellationToken = default) =>
        Do(() => data.Experiments.TryGetValue(experimentId, out var known) ? known.Info : null, cancellationToken);

    public override ValueTask<ExperimentInfo?> GetExperimentByNameAsync(string name, CancellationToken cancellationToken = default) =>
        Do(() => ByName(name), cancellationToken);

    public override ValueTask<Page<ExperimentInfo>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default) =>
        Do(() => SearchEvaluator.Find(data.Experiments.Values.Select(known => known.Info), query), cancellationToken);

    public override ValueTask<RunInfo?> GetRunAsync(RunId run, CancellationToken cancellationToken = default) =>
        Do(() => data.Runs.GetValueOrDefault(run)?.Snapshot(), cancellationToken);

    public override ValueTask<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) =>
        Do(() => SearchEvaluator.Find(data.Runs.Values.Select(run => run.Snapshot()), query), cancellationToken);

    public override async IAsyncEnumerable<PointBlock> ReadPointsAsync(
        RunId run, string key, PointRange range, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var points = await Do(() => Known(run).Points(key, range).ToList(), cancellationToken);
        foreach (var (attempt, point) in points)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new PointBlock(attempt, new[] { point.Step }, new[] { point.UnixTimeMilliseconds }, new[] { point.Value });
        }
    }

    public override ValueTask<IReadOnlyList<ArtifactInfo>> ListArtifactsAsync(RunId run, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<ArtifactInfo>>(() => [.. Known(run).Artifacts.Values], cancellationToken);

    public override ValueTask<Stream> OpenArtifactAsync(RunId run, ArtifactPath path, CancellationToken cancellationToken = default) =>
        Do<Stream>(() => Known(run).Artifacts.TryGetValue(path.ToString(), out var artifact)
            ? new MemoryStream(data.Contents[artifact.Digest], writable: false)
            : throw new LifecycleNotFoundException($"The run {run} has no artifact '{path}'."), cancellationToken);

    public override IAsyncEnumerable<StoreFinding> VerifyAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return AsyncEnumerable.Empty<StoreFinding>();
    }

    public override ValueTask<GarbageReport> CollectGarbageAsync(GarbageOptions options, CancellationToken cancellationToken = default) =>
        Do(() =>
        {
            var limit = Now() - options.MinimumAge;
            var experiments = data.Experiments.Values.Where(known => known.DeletionTime <= limit).Select(known => known.Info.Id).ToHashSet();
            var runs = data.Runs.Where(run => run.Value.DeletionTime <= limit || experiments.Contains(run.Value.ExperimentId)).Select(run => run.Key).ToHashSet();
            var used = data.Runs.Where(run => !runs.Contains(run.Key)).SelectMany(run => run.Value.Artifacts.Values).Select(artifact => artifact.Digest).ToHashSet();
            var contents = data.Contents.Where(content => !used.Contains(content.Key)).ToList();
            var report = new GarbageReport(options.DryRun, [.. experiments], [.. runs], contents.Count, contents.Sum(content => content.Value.LongLength));
            if (options.DryRun) return report;
            foreach (var id in experiments) data.Experiments.Remove(id);
            foreach (var id in runs) data.Runs.Remove(id);
            foreach (var content in contents) data.Contents.Remove(content.Key);
            return report;
        }, cancellationToken);

    public override ValueTask<bool> AppendLedgerAsync(
        StoreLedger ledger, long expectedCount, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireEntries(ledger, expectedCount, entries);
        return Do(() =>
        {
            if (data.Ledgers[ledger].Count != expectedCount) return false;
            data.Ledgers[ledger].AddRange(entries.Select(entry => entry.ToArray()));
            return true;
        }, cancellationToken);
    }

    public override IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLedgerAsync(StoreLedger ledger, long from = 0, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireLedger(ledger);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return LedgerAsync(ledger, from, cancellationToken);
    }

    public override ValueTask<LedgerEnd> GetLedgerEndAsync(StoreLedger ledger, CancellationToken cancellationToken = default)
    {
        LedgerRules.RequireLedger(ledger);
        return Do(() => new LedgerEnd(data.Ledgers[ledger].Count, data.Ledgers[ledger].LastOrDefault()), cancellationToken);
    }

    public override ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return base.DisposeAsync();
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> LedgerAsync(StoreLedger ledger, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var entry in await Do(() => data.Ledgers[ledger].Skip((int)Math.Min(from, int.MaxValue)).ToList(), cancellationToken)) yield return entry;
    }

    private static void RequireTag(string tag, string value)
    {
        NameRules.RequireTagName(tag);
        NameRules.RequireValue(value, "tag value");
    }

    private static LifecycleNotFoundException NoRun(RunId run) => new($"There is no run {run}.");

    private ReferenceRun Known(RunId run) => data.Runs.GetValueOrDefault(run) ?? throw NoRun(run);

    private ExperimentInfo? ByName(string name) => data.Experiments.Values.Select(known => known.Info).FirstOrDefault(info => info.Name == name);

    private string FindOrCreateExperiment(RunStarted start)
    {
        var name = start.ExperimentName ?? (start.ExperimentId is null or "0" ? "Default" : $"experiment {start.ExperimentId}");
        var known = start.ExperimentId is { } id && data.Experiments.TryGetValue(id, out var byId) ? byId.Info : ByName(name);
        known ??= Create(start.ExperimentId, name, null);
        if (known.Stage == LifecycleStage.Deleted) SetStage(known.Id, LifecycleStage.Active);
        return known.Id;
    }

    private ExperimentInfo Create(string? id, string name, IReadOnlyDictionary<string, string>? tags)
    {
        var highest = data.Experiments.Keys.Select(key => long.Parse(key, CultureInfo.InvariantCulture)).Append(0).Max();
        // 0 belongs to the experiment named Default; an id that is no number can't be one of this store.
        var isFree = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) && wanted > 0 && !data.Experiments.ContainsKey(id!);
        var given = name == "Default" ? "0" : isFree ? id! : (highest + 1).ToString(CultureInfo.InvariantCulture);
        var now = Now();
        var info = new ExperimentInfo
        {
            Id = given,
            Name = name,
            CreationTime = now,
            LastUpdateTime = now,
            Tags = tags is null ? new Dictionary<string, string>() : new Dictionary<string, string>(tags),
        };
        data.Experiments[given] = (info, null);
        return info;
    }

    private void SetStage(string experimentId, LifecycleStage stage)
    {
        var (info, deletionTime) = data.Experiments[experimentId];
        var time = info.Stage == stage ? deletionTime : stage == LifecycleStage.Deleted ? Now() : null;
        data.Experiments[experimentId] = (info with { Stage = stage, LastUpdateTime = Now() }, time);
        foreach (var run in data.Runs.Values.Where(run => run.ExperimentId == experimentId)) run.SetStage(stage, Now());
    }

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());

    private ValueTask<T> Do<T>(Func<T> action, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        lock (data.Gate) return ValueTask.FromResult(action());
    }
}

/// <summary>The reference store as a provider of its own: the suite is checked against the words it was written from.</summary>
public sealed class ReferenceFixture : IStoreFixture
{
    public StoreCapabilities Capabilities => StoreCapabilities.Full;

    public IStorePlace NewPlace() => new ReferencePlace();

    private sealed class ReferencePlace : IStorePlace
    {
        private readonly ReferenceData _data = new();

        public string? Directory => null;

        public TrackingStore Open() => new InMemoryReferenceStore(_data);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
