namespace Lifecycle.Sdk.Storage.LocalFile;

/// <content>Experiments.</content>
internal sealed partial class LocalFileStore
{
    /// <inheritdoc/>
    public override ValueTask<ExperimentInfo> CreateExperimentAsync(
        string name, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(null, async () => (await _experiments.CreateAsync(name, tags, cancellationToken).ConfigureAwait(false)).ToInfo(), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<ExperimentInfo> UpdateExperimentAsync(string experimentId, ExperimentUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        ArgumentNullException.ThrowIfNull(update);
        return RunAsync(null, async () => (await _experiments.UpdateAsync(experimentId, update, cancellationToken).ConfigureAwait(false)).ToInfo(), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<ExperimentInfo?> GetExperimentAsync(string experimentId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        return RunAsync(null, () => ValueTask.FromResult(_experiments.Get(experimentId)?.ToInfo()), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<ExperimentInfo?> GetExperimentByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return RunAsync(null, () => ValueTask.FromResult(_experiments.GetByName(name)?.ToInfo()), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<Page<ExperimentInfo>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return RunAsync(null, () => ValueTask.FromResult(SearchEvaluator.Find(_experiments.All().Select(e => e.ToInfo()), query)), cancellationToken);
    }
}
