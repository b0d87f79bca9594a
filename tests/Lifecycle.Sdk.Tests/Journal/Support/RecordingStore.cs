using System.Diagnostics.CodeAnalysis;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Tests.Journal;

/// <summary>A store in memory that remembers what it was given and fails as asked.</summary>
[SuppressMessage("Design", "CA1063", Justification = "A fake.")]
internal sealed class RecordingStore : TrackingStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(RunId, WriterId), WriterMark> _marks = [];
    private readonly Dictionary<(RunId Run, string Key), List<MetricPoint>> _points = [];
    private readonly Dictionary<RunId, List<RunFact>> _facts = [];
    private readonly Dictionary<RunId, RunStatusChanged> _ends = [];
    private readonly List<(RunId Run, WriterId Writer, long Attempt, long Sequence)> _batches = [];

    public override string Address => "memory";

    public override string JournalDirectory => throw new NotSupportedException();

    public override StoreCapabilities Capabilities => StoreCapabilities.Full with { RecordsMarks = RecordsMarks };

    public bool RecordsMarks { get; init; } = true;

    /// <summary>Called before a batch is applied; what it throws is the store's failure.</summary>
    public Action<RunBatch>? BeforeApply { get; set; }

    /// <summary>Called after a batch was applied.</summary>
    public Action<RunBatch>? AfterApply { get; set; }

    public Action<StagedContent>? BeforePut { get; set; }

    public IReadOnlyList<string> Conflicts { get; set; } = [];

    public HashSet<ContentDigest> Contents { get; } = [];

    public Func<RunId, RunInfo?> FindRun { get; set; } = _ => null;

    public IReadOnlyList<(RunId Run, WriterId Writer, long Attempt, long Sequence)> Batches
    {
        get
        {
            lock (_lock) return [.. _batches];
        }
    }

    public List<MetricPoint> PointsOf(RunId run, string key)
    {
        lock (_lock) return _points.TryGetValue((run, key), out var points) ? [.. points] : [];
    }

    public List<string> SeriesOf(RunId run)
    {
        lock (_lock) return [.. _points.Keys.Where(entry => entry.Run == run).Select(entry => entry.Key).Order(StringComparer.Ordinal)];
    }

    public List<RunFact> FactsOf(RunId run)
    {
        lock (_lock) return _facts.TryGetValue(run, out var facts) ? [.. facts] : [];
    }

    public RunStatusChanged? EndOf(RunId run)
    {
        lock (_lock) return _ends.GetValueOrDefault(run);
    }

    public override ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken = default)
    {
        BeforeApply?.Invoke(batch);
        lock (_lock)
        {
            _batches.Add((batch.Run, batch.Writer, batch.Attempt, batch.Sequence));
            if (RecordsMarks)
            {
                if (_marks.TryGetValue((batch.Run, batch.Writer), out var known) && known.Sequence >= batch.Sequence) return new(new ApplyResult(false, []));
                _marks[(batch.Run, batch.Writer)] = new WriterMark(batch.Sequence, batch.Mark.ToArray());
            }

            if (!_facts.TryGetValue(batch.Run, out var facts)) _facts[batch.Run] = facts = [];
            facts.AddRange(batch.Facts);
            foreach (var series in batch.Points)
            {
                if (!_points.TryGetValue((batch.Run, series.Key), out var points)) _points[(batch.Run, series.Key)] = points = [];
                for (var i = 0; i < series.Steps.Length; i++)
                    points.Add(new MetricPoint(series.Steps.Span[i], series.Timestamps.Span[i], series.Values.Span[i]));
            }

            if (batch.End is { } end) _ends[batch.Run] = end;
        }

        AfterApply?.Invoke(batch);
        return new(new ApplyResult(true, Conflicts));
    }

    public override ValueTask<WriterMark?> GetMarkAsync(RunId run, WriterId writer, CancellationToken cancellationToken = default)
    {
        lock (_lock) return new(_marks.GetValueOrDefault((run, writer)));
    }

    public override ValueTask PutContentAsync(StagedContent content, CancellationToken cancellationToken = default)
    {
        BeforePut?.Invoke(content);
        lock (_lock)
        {
            if (Contents.Contains(content.Digest)) return ValueTask.CompletedTask;
            if (!File.Exists(content.FilePath)) throw new LifecycleException($"'{content.FilePath}' is missing.");
            if (ContentDigest.Of(File.ReadAllBytes(content.FilePath)) != content.Digest) throw new LifecycleException("The content was altered.");
            Contents.Add(content.Digest);
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask<RunInfo?> GetRunAsync(RunId run, CancellationToken cancellationToken = default) => new(FindRun(run));

    public override ValueTask<ExperimentInfo> CreateExperimentAsync(
        string name, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public override ValueTask<ExperimentInfo> UpdateExperimentAsync(
        string experimentId, ExperimentUpdate update, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public override ValueTask<ExperimentInfo?> GetExperimentAsync(string experimentId, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public override ValueTask<ExperimentInfo?> GetExperimentByNameAsync(string name, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public override ValueTask<Page<ExperimentInfo>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public override ValueTask<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public override IAsyncEnumerable<PointBlock> ReadPointsAsync(
        RunId run, string key, PointRange range, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public override ValueTask<IReadOnlyList<ArtifactInfo>> ListArtifactsAsync(RunId run, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public override ValueTask<Stream> OpenArtifactAsync(RunId run, ArtifactPath path, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
