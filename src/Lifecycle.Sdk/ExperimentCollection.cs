using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>The experiments of a tracker's store. Thread-safe.</summary>
public sealed class ExperimentCollection
{
    private readonly Tracker _tracker;

    internal ExperimentCollection(Tracker tracker) => _tracker = tracker;

    /// <summary>Creates an experiment. Starting a run does so by itself; this is for tags of its own.</summary>
    /// <param name="name">Its name, 1 to 500 characters.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment.</returns>
    /// <exception cref="ArgumentException">A name or value breaks a rule.</exception>
    /// <exception cref="LifecycleConflictException">The name is taken, perhaps by a deleted experiment.</exception>
    public async Task<ExperimentInfo> CreateAsync(
        string name, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        _tracker.EnsureStarted();
        return await _tracker.Store.CreateExperimentAsync(name, tags, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets an experiment by name, deleted or not.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment; null if there is none.</returns>
    public async Task<ExperimentInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await _tracker.Store.GetExperimentByNameAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds experiments, page by page as they are read.</summary>
    /// <param name="filter">A condition such as <c>name LIKE 'digits%' AND tags.team = 'vision'</c>; null finds all.</param>
    /// <param name="orderBy">An order such as <c>name, creation_time DESC</c>; the newest first if null.</param>
    /// <param name="view">Whether deleted experiments are looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiments.</returns>
    /// <exception cref="ArgumentException">The filter or order can't be read; the message shows where.</exception>
    public IAsyncEnumerable<ExperimentInfo> SearchAsync(
        string? filter = null, string? orderBy = null, StageView view = StageView.ActiveOnly, CancellationToken cancellationToken = default)
    {
        var query = new ExperimentQuery
        {
            Filter = SearchParser.ParseExperimentFilter(filter),
            OrderBy = orderBy is null ? [] : SearchParser.ParseExperimentOrder(orderBy),
            View = view,
        };
        return PagesAsync(query, cancellationToken);
    }

    /// <summary>Renames an experiment.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="name">Its new name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment after the change.</returns>
    /// <exception cref="LifecycleNotFoundException">There is no such experiment.</exception>
    /// <exception cref="LifecycleConflictException">The name is taken.</exception>
    public Task<ExperimentInfo> RenameAsync(string id, string name, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, new ExperimentUpdate { Name = name }, cancellationToken);

    /// <summary>Sets a tag, or removes it.</summary>
    /// <param name="id">The experiment's id.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="value">Its value; null removes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment after the change.</returns>
    /// <exception cref="LifecycleNotFoundException">There is no such experiment.</exception>
    public Task<ExperimentInfo> SetTagAsync(string id, string tag, string? value, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, new ExperimentUpdate { Tags = new Dictionary<string, string?> { [tag] = value } }, cancellationToken);

    /// <summary>Deletes an experiment and its runs softly: hidden from searches, restorable until garbage collection.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment after the change.</returns>
    /// <exception cref="LifecycleNotFoundException">There is no such experiment.</exception>
    public Task<ExperimentInfo> DeleteAsync(string id, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, new ExperimentUpdate { Stage = LifecycleStage.Deleted }, cancellationToken);

    /// <summary>Brings a deleted experiment back, with its runs.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The experiment after the change.</returns>
    /// <exception cref="LifecycleNotFoundException">There is no such experiment.</exception>
    public Task<ExperimentInfo> RestoreAsync(string id, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, new ExperimentUpdate { Stage = LifecycleStage.Active }, cancellationToken);

    private async Task<ExperimentInfo> UpdateAsync(string id, ExperimentUpdate update, CancellationToken cancellationToken)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await _tracker.Store.UpdateExperimentAsync(id, update, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<ExperimentInfo> PagesAsync(ExperimentQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        do
        {
            var page = await _tracker.Store.SearchExperimentsAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (var experiment in page.Items) yield return experiment;
            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);
    }
}
