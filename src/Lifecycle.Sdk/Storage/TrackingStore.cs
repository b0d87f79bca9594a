namespace Lifecycle.Sdk.Storage;

/// <summary>
/// The seam between tracking and where it is kept. Write side: <see cref="ApplyAsync"/> is the only way to change a run,
/// <see cref="PutContentAsync"/> the only way to bring in artifact content. Read side: snapshots, searches, points, artifacts.
/// <para>The contract, each sentence of which has a test in the conformance suite:</para>
/// <list type="bullet">
/// <item>All members may be called from any thread at any time, by several processes on the same store; per run and writer, <see cref="ApplyAsync"/> is called by one caller at a time, unless the batches have <see cref="RunBatch.Conditions"/>.</item>
/// <item>A batch is applied whole or not at all. When <see cref="ApplyAsync"/> has returned, it survives power loss.</item>
/// <item>A batch with a sequence number that is not greater than the recorded one is ignored and answered with <c>Applied = false</c>.</item>
/// <item>Points come back bit for bit; identical points in different batches are both kept.</item>
/// <item>Params, tags and series of a snapshot, and artifacts, are listed in ordinal order of their names, whoever logged them when; datasets in the order in which they were first logged.</item>
/// <item>Points of a run that has ended are accepted; a late batch of an earlier attempt obeys <see cref="RunResumed"/>.</item>
/// <item>A batch of <see cref="RunBatch.LatestAttempt"/> belongs to the last attempt that the run has when it is applied, whatever any clock says.</item>
/// <item>Reading never waits for a writer of another run, and sees all batches applied before it began.</item>
/// <item>What can't be read is skipped, counted and reported by <see cref="VerifyAsync"/>; it never hides anything else.</item>
/// <item>Failures are <see cref="LifecycleException"/>s with <see cref="LifecycleException.IsTransient"/> set where a retry may help; a missing thing is a <see cref="LifecycleNotFoundException"/>.</item>
/// <item>Constructing a store does no I/O and creates no file; the first call does.</item>
/// </list>
/// </summary>
public abstract partial class TrackingStore : IAsyncDisposable
{
    /// <summary>Where the store is, for people: a path or address without secrets. The same each time, as it also tells the journals of stores in one folder apart.</summary>
    public abstract string Address { get; }

    /// <summary>Where journals for this store are kept on the local disk by default.</summary>
    public abstract string JournalDirectory { get; }

    /// <summary>What the store can do.</summary>
    public abstract StoreCapabilities Capabilities { get; }

    /// <summary>Applies a batch whole or not at all.</summary>
    /// <param name="batch">The batch; its memory is valid only until the task completes. A batch for an unknown run must hold a <see cref="RunStarted"/>.</param>
    /// <param name="cancellationToken">Gives up; the batch is then applied or not, and may be delivered again.</param>
    /// <returns>Whether it was new, and what contradicted the store.</returns>
    /// <exception cref="LifecycleNotFoundException">The run is unknown and the batch does not start it.</exception>
    /// <exception cref="LifecycleException">The store can't take it.</exception>
    /// <exception cref="NotSupportedException">The batch has conditions, and the store has no <see cref="StoreCapabilities.ChecksConditions"/>.</exception>
    public abstract ValueTask<ApplyResult> ApplyAsync(RunBatch batch, CancellationToken cancellationToken = default);

    /// <summary>The last batch applied for a writer.</summary>
    /// <param name="run">The run.</param>
    /// <param name="writer">The writer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its number and mark; null if there is none or the store does not record marks.</returns>
    public abstract ValueTask<WriterMark?> GetMarkAsync(RunId run, WriterId writer, CancellationToken cancellationToken = default);

    /// <summary>Takes a content in under its digest; does nothing if it is there. Returns when it survives power loss.</summary>
    /// <param name="content">The content.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LifecycleException">The store can't take it, or the file does not have the digest it should have.</exception>
    public abstract ValueTask PutContentAsync(StagedContent content, CancellationToken cancellationToken = default);

    /// <summary>Creates an experiment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment.</returns>
    /// <exception cref="LifecycleConflictException">The name is taken, perhaps by a deleted experiment.</exception>
    public abstract ValueTask<ExperimentInfo> CreateExperimentAsync(
        string name, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default);

    /// <summary>Changes an experiment.</summary>
    /// <param name="experimentId">Its id.</param>
    /// <param name="update">What to change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment after the change.</returns>
    /// <exception cref="LifecycleNotFoundException">There is no such experiment.</exception>
    /// <exception cref="LifecycleConflictException">The new name is taken.</exception>
    public abstract ValueTask<ExperimentInfo> UpdateExperimentAsync(
        string experimentId, ExperimentUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Gets an experiment by id, deleted or not.</summary>
    /// <param name="experimentId">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment; null if there is none.</returns>
    public abstract ValueTask<ExperimentInfo?> GetExperimentAsync(string experimentId, CancellationToken cancellationToken = default);

    /// <summary>Gets an experiment by name, deleted or not.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment; null if there is none.</returns>
    public abstract ValueTask<ExperimentInfo?> GetExperimentByNameAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Finds experiments.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A page.</returns>
    /// <exception cref="ArgumentException">A field, operator or literal does not fit, or the page token is not one of this query's.</exception>
    public abstract ValueTask<Page<ExperimentInfo>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default);

    /// <summary>Gets a run, deleted or not.</summary>
    /// <param name="run">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run; null if there is none.</returns>
    public abstract ValueTask<RunInfo?> GetRunAsync(RunId run, CancellationToken cancellationToken = default);

    /// <summary>Finds runs; never scans points.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A page.</returns>
    /// <exception cref="ArgumentException">A field, operator or literal does not fit, or the page token is not one of this query's.</exception>
    public abstract ValueTask<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>Reads a series exactly, block by block, in the order each writer logged.</summary>
    /// <param name="run">The run.</param>
    /// <param name="key">The series in canonical text.</param>
    /// <param name="range">Which points.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The blocks; none if the series is unknown.</returns>
    /// <exception cref="LifecycleNotFoundException">The run is unknown.</exception>
    public abstract IAsyncEnumerable<PointBlock> ReadPointsAsync(
        RunId run, string key, PointRange range, CancellationToken cancellationToken = default);

    /// <summary>Lists a run's artifacts, in ordinal order of their paths.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The artifacts.</returns>
    /// <exception cref="LifecycleNotFoundException">The run is unknown.</exception>
    public abstract ValueTask<IReadOnlyList<ArtifactInfo>> ListArtifactsAsync(RunId run, CancellationToken cancellationToken = default);

    /// <summary>Opens an artifact's content for reading; it is checked against its digest while it is read to the end.</summary>
    /// <param name="run">The run.</param>
    /// <param name="path">The artifact.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A forward-only stream that the caller disposes. Reading the end of altered content throws a <see cref="LifecycleException"/>.</returns>
    /// <exception cref="LifecycleNotFoundException">The run or artifact is unknown.</exception>
    public abstract ValueTask<Stream> OpenArtifactAsync(RunId run, ArtifactPath path, CancellationToken cancellationToken = default);

    /// <summary>Reads everything and reports what can't be read.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The findings; none if all is well.</returns>
    /// <exception cref="NotSupportedException">The store can't; see <see cref="StoreCapabilities.Verifies"/>.</exception>
    public virtual IAsyncEnumerable<StoreFinding> VerifyAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{Address} can't verify itself.");

    /// <summary>Removes for good what was softly deleted long enough ago, and contents that nothing refers to.</summary>
    /// <param name="options">What may go; a dry run by default.</param>
    /// <param name="cancellationToken">Gives up; what was removed so far stays removed.</param>
    /// <returns>What was or would be removed.</returns>
    /// <exception cref="NotSupportedException">The store can't; see <see cref="StoreCapabilities.CollectsGarbage"/>.</exception>
    public virtual ValueTask<GarbageReport> CollectGarbageAsync(GarbageOptions options, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{Address} can't collect garbage.");

    /// <summary>Lets go of files and connections. Everything applied is safe before it.</summary>
    /// <returns>When it is done.</returns>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
