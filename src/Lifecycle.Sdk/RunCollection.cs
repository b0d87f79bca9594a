using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>
/// The runs of a tracker's store: search, read, compare, export, change, delete. Readers see everything that this tracker has logged before, and
/// what other processes have delivered. Thread-safe.
/// </summary>
public sealed partial class RunCollection
{
    private readonly Tracker _tracker;

    internal RunCollection(Tracker tracker) => _tracker = tracker;

    /// <summary>Gets a run, deleted or not.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run.</returns>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    public async Task<RunInfo> GetAsync(RunId id, CancellationToken cancellationToken = default) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false)
        ?? throw new LifecycleNotFoundException($"{_tracker.Store.Address} has no run '{id}'.") { Store = _tracker.Store.Address, Run = id };

    /// <summary>Gets a run, deleted or not, if there is one.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run; null if the store has no such run.</returns>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    public async Task<RunInfo?> FindAsync(RunId id, CancellationToken cancellationToken = default)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await _tracker.Store.GetRunAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds runs, page by page as they are read.</summary>
    /// <param name="filter">A condition such as <c>metrics.auc > 0.9 and params.kind = 'gbt'</c>, see <see cref="SearchParser"/>; null finds all.</param>
    /// <param name="orderBy">An order such as <c>metrics.auc DESC</c>; the newest first if null.</param>
    /// <param name="experiment">The experiment's name; null looks in all.</param>
    /// <param name="limit">The most runs wanted; null for all.</param>
    /// <param name="view">Whether deleted runs are looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The runs; none if there is no such experiment.</returns>
    /// <exception cref="ArgumentException">The filter or order can't be read; the message shows where.</exception>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    public IAsyncEnumerable<RunInfo> SearchAsync(
        string? filter = null, string? orderBy = null, string? experiment = null, int? limit = null, StageView view = StageView.ActiveOnly,
        CancellationToken cancellationToken = default) =>
        SearchAsync(SearchParser.ParseRunFilter(filter), orderBy is null ? [] : SearchParser.ParseRunOrder(orderBy), experiment, limit, view, cancellationToken);

    /// <summary>Finds runs by a condition from <see cref="RunFilter"/> and orders from <see cref="RunOrder"/>.</summary>
    /// <param name="filter">The condition; null finds all.</param>
    /// <param name="orderBy">The order; the newest first if empty.</param>
    /// <param name="experiment">The experiment's name; null looks in all.</param>
    /// <param name="limit">The most runs wanted; null for all.</param>
    /// <param name="view">Whether deleted runs are looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The runs; none if there is no such experiment.</returns>
    /// <exception cref="ArgumentException">The condition or order is not valid.</exception>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    public IAsyncEnumerable<RunInfo> SearchAsync(
        SearchExpression? filter, IReadOnlyList<SearchOrder>? orderBy = null, string? experiment = null, int? limit = null,
        StageView view = StageView.ActiveOnly, CancellationToken cancellationToken = default)
    {
        if (limit is { } most) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most, nameof(limit));
        var query = new RunQuery { Filter = filter, OrderBy = orderBy ?? [], View = view };
        SearchValidator.RequireValid(query);
        return PagesAsync(query, experiment, limit ?? int.MaxValue, cancellationToken);
    }

    /// <summary>Finds one page of runs; for user interfaces and servers that hand page tokens on.</summary>
    /// <param name="query">Which runs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The page.</returns>
    /// <exception cref="ArgumentException">The condition, order or page token is not valid.</exception>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    public async Task<Page<RunInfo>> SearchPageAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await _tracker.Store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The run with the best value that a metric ever had, from the series' summaries: no points are read, unless the store only knows the latest ones (stock
    /// MLflow servers); then those of each run with the metric are.
    /// </summary>
    /// <param name="experiment">The experiment's name; null looks in all.</param>
    /// <param name="metric">The series, such as <c>accuracy{subset=test}</c>.</param>
    /// <param name="goal">Which direction is better.</param>
    /// <param name="filter">A further condition; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run; null if none has the metric.</returns>
    /// <exception cref="ArgumentException">The metric or filter can't be read.</exception>
    /// <exception cref="LifecycleException">The store can't be read.</exception>
    public async Task<RunInfo?> BestAsync(
        string? experiment, string metric, MetricGoal goal, string? filter = null, CancellationToken cancellationToken = default)
    {
        var key = MetricKey.Parse(metric).ToString();
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        if (!await SummarizesAsync(cancellationToken).ConfigureAwait(false)) return await BestOfHistoriesAsync(experiment, key, goal, filter, cancellationToken).ConfigureAwait(false);
        var order = RunOrder.ByMetric(key, goal == MetricGoal.Maximize ? MetricAggregate.Max : MetricAggregate.Min);
        if (goal == MetricGoal.Maximize) order = order.GreatestFirst();
        var found = SearchAsync(SearchParser.ParseRunFilter(filter), [order], experiment, limit: 1, cancellationToken: cancellationToken);
        await foreach (var run in found.ConfigureAwait(false)) return run.Metrics.GetValueOrDefault(key)?.Best(goal) is null ? null : run;
        return null;
    }

    /// <summary>Renames a run.</summary>
    /// <param name="id">The run.</param>
    /// <param name="name">The new name, 1 to 500 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When the store has it.</returns>
    /// <exception cref="ArgumentException">The name breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public Task RenameAsync(RunId id, string name, CancellationToken cancellationToken = default)
    {
        NameRules.RequireRunName(name);
        return ChangeAsync(id, new RunRenamed(name), cancellationToken);
    }

    /// <summary>Sets a tag of a run that need not be open here.</summary>
    /// <param name="id">The run.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="value">Its value; null removes it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When the store has it.</returns>
    /// <exception cref="ArgumentException">The name or value breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public Task SetTagAsync(RunId id, string tag, string? value, CancellationToken cancellationToken = default)
    {
        NameRules.RequireTagName(tag);
        if (value is null) return ChangeAsync(id, new TagDeleted(tag), cancellationToken);
        NameRules.RequireValue(value, $"value of tag '{tag}'");
        return ChangeAsync(id, new TagSet(tag, value), cancellationToken);
    }

    /// <summary>Removes an artifact from a run. Its content goes with the next garbage collection, if nothing else refers to it.</summary>
    /// <param name="id">The run.</param>
    /// <param name="path">The artifact; no error if there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When the store has it.</returns>
    /// <exception cref="ArgumentException">The path breaks a rule.</exception>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public Task DeleteArtifactAsync(RunId id, string path, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, new ArtifactDeleted(ArtifactPath.Parse(path)), cancellationToken);

    /// <summary>Deletes a run softly: hidden from searches, restorable until garbage collection.</summary>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When the store has it.</returns>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public Task DeleteAsync(RunId id, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, new RunStageChanged(LifecycleStage.Deleted), cancellationToken);

    /// <summary>Brings a deleted run back.</summary>
    /// <param name="id">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When the store has it.</returns>
    /// <exception cref="LifecycleNotFoundException">The store has no such run.</exception>
    public Task RestoreAsync(RunId id, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, new RunStageChanged(LifecycleStage.Active), cancellationToken);

    /// <summary>A store may learn what it can do from its server's first answer only.</summary>
    private async ValueTask<bool> SummarizesAsync(CancellationToken cancellationToken)
    {
        if (_tracker.Store.Capabilities.SummarizesSeries) return true;
        await _tracker.Store.GetExperimentAsync("0", cancellationToken).ConfigureAwait(false);
        return _tracker.Store.Capabilities.SummarizesSeries;
    }

    private async Task<RunInfo?> BestOfHistoriesAsync(string? experiment, string key, MetricGoal goal, string? filter, CancellationToken cancellationToken)
    {
        RunInfo? best = null;
        double record = double.NaN;
        await foreach (var run in SearchAsync(filter, null, experiment, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (!run.Metrics.TryGetValue(key, out var known)) continue;
            var whole = known.IsLatestOnly ? await _tracker.Store.SummarizeAsync(run.Id, known, cancellationToken).ConfigureAwait(false) : known;
            if (whole.Best(goal)?.Value is not { } value) continue;
            // The search comes newest first, as ties do.
            if (best is not null && (goal == MetricGoal.Maximize ? value <= record : value >= record)) continue;
            record = value;
            best = run with { Metrics = new Dictionary<string, MetricSummary>(run.Metrics, StringComparer.Ordinal) { [key] = whole } };
        }

        return best;
    }

    private async Task ChangeAsync(RunId id, RunFact fact, CancellationToken cancellationToken)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var batch = new RunBatch { Run = id, Time = _tracker.TimeProvider.GetUtcNow(), Facts = [fact] };
        await _tracker.Store.ApplyAsync(batch, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<RunInfo> PagesAsync(
        RunQuery query, string? experiment, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _tracker.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        if (experiment is not null)
        {
            var found = await _tracker.Store.GetExperimentByNameAsync(experiment, cancellationToken).ConfigureAwait(false);
            if (found is null) yield break;
            query = query with { ExperimentIds = [found.Id] };
        }

        do
        {
            query = query with { MaxResults = Math.Min(query.MaxResults, limit) };
            var page = await _tracker.Store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (var run in page.Items) yield return run;
            limit -= page.Items.Count;
            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null && limit > 0);
    }
}
