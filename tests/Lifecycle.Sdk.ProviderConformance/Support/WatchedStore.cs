using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Passes everything on to another store; before changes a test may look, wait or throw.</summary>
public sealed class WatchedStore(TrackingStore inner) : TrackingStore
{
    /// <summary>Whether the other store is disposed with this one.</summary>
    public bool OwnsInner { get; init; }

    /// <summary>Called before a batch is applied.</summary>
    public Func<RunBatch, Task>? BeforeApply { get; set; }

    /// <summary>Called before entries are appended to a ledger.</summary>
    public Func<StoreLedger, IReadOnlyList<ReadOnlyMemory<byte>>, Task>? BeforeAppend { get; set; }

    public override string Address => inner.Address;

    public override string JournalDirectory => inner.JournalDirectory;

    public override StoreCapabilities Capabilities => inner.Capabilities;

    public override async ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken = default)
    {
        if (BeforeApply is { } before) await before(batch);
        return await inner.ApplyAsync(batch, cancellationToken);
    }

    public override async ValueTask<bool> AppendLedgerAsync(
        StoreLedger ledger, long expectedCount, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken = default)
    {
        if (BeforeAppend is { } before) await before(ledger, entries);
        return await inner.AppendLedgerAsync(ledger, expectedCount, entries, cancellationToken);
    }

    public override IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLedgerAsync(StoreLedger ledger, long from = 0, CancellationToken cancellationToken = default) =>
        inner.ReadLedgerAsync(ledger, from, cancellationToken);

    public override ValueTask<LedgerEnd> GetLedgerEndAsync(StoreLedger ledger, CancellationToken cancellationToken = default) =>
        inner.GetLedgerEndAsync(ledger, cancellationToken);

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

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (OwnsInner) await inner.DisposeAsync();
    }
}
