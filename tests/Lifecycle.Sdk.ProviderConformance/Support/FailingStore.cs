using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Passes everything on to another store, until it has applied some batches; then it fails.</summary>
internal sealed class FailingStore(TrackingStore inner, int batches) : TrackingStore
{
    private int _left = batches;

    public override string Address => inner.Address;

    public override string JournalDirectory => inner.JournalDirectory;

    public override StoreCapabilities Capabilities => inner.Capabilities;

    public override ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken = default) =>
        _left-- > 0 ? inner.ApplyAsync(batch, cancellationToken) : throw new LifecycleException("The disk is full.") { IsTransient = true };

    public override ValueTask<WriterMark?> GetMarkAsync(RunId run, WriterId writer, CancellationToken cancellationToken = default) =>
        inner.GetMarkAsync(run, writer, cancellationToken);

    public override ValueTask PutContentAsync(StagedContent content, CancellationToken cancellationToken = default) =>
        inner.PutContentAsync(content, cancellationToken);

    public override ValueTask<ExperimentInfo> CreateExperimentAsync(
        string name, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default) =>
        inner.CreateExperimentAsync(name, tags, cancellationToken);

    public override ValueTask<ExperimentInfo> UpdateExperimentAsync(string experimentId, ExperimentUpdate update, CancellationToken cancellationToken = default) =>
        inner.UpdateExperimentAsync(experimentId, update, cancellationToken);

    public override ValueTask<ExperimentInfo?> GetExperimentAsync(string experimentId, CancellationToken cancellationToken = default) =>
        inner.GetExperimentAsync(experimentId, cancellationToken);

    public override ValueTask<ExperimentInfo?> GetExperimentByNameAsync(string name, CancellationToken cancellationToken = default) =>
        inner.GetExperimentByNameAsync(name, cancellationToken);

    public override ValueTask<Page<ExperimentInfo>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default) =>
        inner.SearchExperimentsAsync(query, cancellationToken);

    public override ValueTask<RunInfo?> GetRunAsync(RunId run, CancellationToken cancellationToken = default) => inner.GetRunAsync(run, cancellationToken);

    public override ValueTask<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) =>
        inner.SearchRunsAsync(query, cancellationToken);

    public override IAsyncEnumerable<PointBlock> ReadPointsAsync(RunId run, string key, PointRange range, CancellationToken cancellationToken = default) =>
        inner.ReadPointsAsync(run, key, range, cancellationToken);

    public override ValueTask<IReadOnlyList<ArtifactInfo>> ListArtifactsAsync(RunId run, CancellationToken cancellationToken = default) =>
        inner.ListArtifactsAsync(run, cancellationToken);

    public override ValueTask<Stream> OpenArtifactAsync(RunId run, ArtifactPath path, CancellationToken cancellationToken = default) =>
        inner.OpenArtifactAsync(run, path, cancellationToken);
}
