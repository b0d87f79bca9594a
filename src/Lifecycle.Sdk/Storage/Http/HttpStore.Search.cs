namespace Lifecycle.Sdk.Storage.Http;

/// <content>Searches for runs.</content>
internal sealed partial class HttpStore
{
    /// <inheritdoc/>
    public override async ValueTask<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        SearchValidator.RequireValid(query);
        if (query.PageToken is { Length: 0 }) throw new ArgumentException("The page token is empty: null begins with the first page.", nameof(query));
        if (query.ExperimentIds is { Count: 0 }) return new Page<RunInfo>([], null);
        // The first answer tells what server it is, and so what it can search for.
        var experiments = query.ExperimentIds ?? await _experiments.AllIdsAsync(cancellationToken).ConfigureAwait(false);
        if (!_channel.HasAnswered) await _experiments.FindAsync(experiments[0], cancellationToken).ConfigureAwait(false);
        if (query.ExperimentIds is not null) experiments = await _experiments.OwnAsync(experiments, cancellationToken).ConfigureAwait(false);
        if (_channel.IsDialect)
        {
            return await PageAsync(
                query, experiments, query.Filter?.ToString(), [.. query.OrderBy.Select(order => order.ToString())], query.PageToken, cancellationToken).ConfigureAwait(false);
        }

        var search = new StockSearch(run => ServerIdAsync(run, cancellationToken));
        var translated = await search.TranslateAsync(query).ConfigureAwait(false);
        if (translated.Fault is null) return await FilteredAsync(query, experiments, translated, cancellationToken).ConfigureAwait(false);
        if (!_options.EvaluateSearchLocally)
            throw new ArgumentException($"The server {Address} can't search for this: {translated.Fault}. Set HttpStoreOptions.EvaluateSearchLocally to fetch the runs and decide here.", nameof(query));
        var all = await AllAsync(query, experiments, cancellationToken).ConfigureAwait(false);
        return SearchEvaluator.Find(all, query with { ExperimentIds = null });
    }

    /// <summary>A page of what the server finds, less what only looked alike to it.</summary>
    private async ValueTask<Page<RunInfo>> FilteredAsync(
        RunQuery query, IReadOnlyList<string> experiments, StockQuery translated, CancellationToken cancellationToken)
    {
        var page = await PageAsync(query, experiments, translated.Filter, translated.OrderBy, query.PageToken, cancellationToken).ConfigureAwait(false);
        return query.Filter is { } filter ? page with { Items = [.. page.Items.Where(SearchEvaluator.Compile(filter))] } : page;
    }

    private async ValueTask<Page<RunInfo>> PageAsync(
        RunQuery query, IReadOnlyList<string> experiments, string? filter, IReadOnlyList<string> orderBy, string? token, CancellationToken cancellationToken)
    {
        if (experiments.Count == 0) return new Page<RunInfo>([], null);
        var body = WireBody.Of(json =>
        {
            json.Texts("experiment_ids", experiments);
            json.Text("filter", filter);
            json.WriteString("run_view_type", query.View switch { StageView.ActiveOnly => "ACTIVE_ONLY", StageView.DeletedOnly => "DELETED_ONLY", _ => "ALL" });
            json.WriteNumber("max_results", query.MaxResults);
            if (orderBy.Count > 0) json.Texts("order_by", orderBy);
            json.Text("page_token", token);
        });
        WireRunsAnswer answer;
        try
        {
            answer = await _channel.SendAsync(HttpCall.Post("runs/search", body), WireJson.Default.WireRunsAnswer, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpFailureException e) when (e.IsRefusal)
        {
            throw new ArgumentException($"The server {Address} refuses the search: {e.Said.TrimEnd()}", nameof(query), e);
        }

        var runs = new List<RunInfo>(answer.Runs?.Count ?? 0);
        foreach (var run in answer.Runs ?? []) runs.Add(await _reading.ReadAsync(run, cancellationToken).ConfigureAwait(false));
        return new Page<RunInfo>(runs, answer.NextPageToken is { Length: > 0 } next && next != token ? next : null);
    }

    /// <summary>All runs of some experiments, with whole summaries of the series that the query looks into.</summary>
    private async ValueTask<List<RunInfo>> AllAsync(RunQuery query, IReadOnlyList<string> experiments, CancellationToken cancellationToken)
    {
        var keys = StockSearch.AggregatedKeys(query);
        var all = new List<RunInfo>();
        string? token = null;
        do
        {
            var page = await PageAsync(query with { MaxResults = 1_000 }, experiments, null, [], token, cancellationToken).ConfigureAwait(false);
            foreach (var run in page.Items) all.Add(keys.Count == 0 ? run : await SummarizeAsync(run, keys, cancellationToken).ConfigureAwait(false));
            token = page.NextPageToken;
        }
        while (token is not null);
        return all;
    }

    private async ValueTask<RunInfo> SummarizeAsync(RunInfo run, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var metrics = new Dictionary<string, MetricSummary>(run.Metrics, StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (run.Metrics.TryGetValue(key, out var known) && known.IsLatestOnly) metrics[key] = await this.SummarizeAsync(run.Id, known, cancellationToken).ConfigureAwait(false);
        }

        return run with { Metrics = metrics };
    }

    private async ValueTask<string> ServerIdAsync(string run, CancellationToken cancellationToken) =>
        RunId.TryParse(run, null, out var id) && await _links.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } link ? link.ServerId : run;
}
