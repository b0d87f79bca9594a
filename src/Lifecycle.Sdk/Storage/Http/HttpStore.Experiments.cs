namespace Lifecycle.Sdk.Storage.Http;

/// <content>Experiments.</content>
internal sealed partial class HttpStore
{
    /// <inheritdoc/>
    public override async ValueTask<ExperimentInfo> CreateExperimentAsync(
        string name, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        NameRules.RequireExperimentName(name);
        foreach (var (tag, value) in tags ?? new Dictionary<string, string>()) RequireTag(tag, value);
        var id = await _experiments.TryCreateAsync(name, tags, cancellationToken).ConfigureAwait(false) ?? throw Taken(name);
        return await RequireExperimentAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<ExperimentInfo> UpdateExperimentAsync(
        string experimentId, ExperimentUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (update.Name is { } name) NameRules.RequireExperimentName(name);
        foreach (var (tag, value) in update.Tags) RequireTag(tag, value);
        var known = await RequireExperimentAsync(experimentId, cancellationToken).ConfigureAwait(false);
        try
        {
            // A deleted experiment takes no changes.
            if (update.Stage == LifecycleStage.Active && known.Stage != LifecycleStage.Active)
                await _experiments.SetStageAsync(experimentId, LifecycleStage.Active, cancellationToken).ConfigureAwait(false);
            if (update.Name is { } given && given != known.Name) await _experiments.RenameAsync(experimentId, given, cancellationToken).ConfigureAwait(false);
            foreach (var (tag, value) in update.Tags) await _experiments.SetTagAsync(experimentId, tag, value, cancellationToken).ConfigureAwait(false);
            if (update.Stage == LifecycleStage.Deleted && known.Stage != LifecycleStage.Deleted)
                await _experiments.SetStageAsync(experimentId, LifecycleStage.Deleted, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsTaken)
        {
            throw Taken(update.Name!);
        }
        catch (HttpFailureException e) when (e.IsRefusal && update.Name is not null)
        {
            // A server with a database says no more of a name that is taken than that it does not fit.
            if (await _experiments.FindByNameAsync(update.Name, cancellationToken).ConfigureAwait(false) is { } other && other.ExperimentId != experimentId) throw Taken(update.Name);
            throw;
        }

        return await RequireExperimentAsync(experimentId, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<ExperimentInfo?> GetExperimentAsync(string experimentId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        return await _experiments.FindAsync(experimentId, cancellationToken).ConfigureAwait(false) is { } found ? HttpExperiments.ToInfo(found) : null;
    }

    /// <inheritdoc/>
    public override async ValueTask<ExperimentInfo?> GetExperimentByNameAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return await _experiments.FindByNameAsync(name, cancellationToken).ConfigureAwait(false) is { } found ? HttpExperiments.ToInfo(found) : null;
    }

    /// <inheritdoc/>
    public override async ValueTask<Page<ExperimentInfo>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        SearchValidator.RequireValid(query);
        // There are few of them, and so every server answers the whole grammar.
        var all = await _experiments.AllAsync(cancellationToken).ConfigureAwait(false);
        return SearchEvaluator.Find(all.Select(HttpExperiments.ToInfo), query);
    }

    private static void RequireTag(string tag, string? value)
    {
        NameRules.RequireTagName(tag);
        if (value is not null) NameRules.RequireValue(value, $"value of tag '{tag}'");
    }

    private async ValueTask<ExperimentInfo> RequireExperimentAsync(string id, CancellationToken cancellationToken) =>
        await GetExperimentAsync(id, cancellationToken).ConfigureAwait(false)
        ?? throw new LifecycleNotFoundException($"The server {Address} has no experiment '{NameRules.Shorten(id)}'.") { Store = Address };

    private LifecycleConflictException Taken(string name) =>
        new($"The server {Address} has an experiment '{NameRules.Shorten(name)}' already; it may be a deleted one, which can be restored.") { Store = Address };
}
