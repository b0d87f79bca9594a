namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Runs queries over rows in memory: filters, keeps the first page in a heap instead of sorting everything, and continues after a
/// page token. Time is O(n log k) for n rows and a page of k.
/// </summary>
internal static class SearchEvaluator
{
    /// <summary>Finds runs among all of a store.</summary>
    /// <exception cref="ArgumentException">The query does not fit, or its page token is not one of it.</exception>
    public static Page<RunInfo> Find(IEnumerable<RunInfo> runs, RunQuery query)
    {
        SearchValidator.RequireValid(query);
        var wanted = query.ExperimentIds?.ToHashSet(StringComparer.Ordinal);
        if (wanted is not null) runs = runs.Where(run => wanted.Contains(run.ExperimentId));
        return Find(RunRow.Instance, runs, query.Filter, query.OrderBy, query.View, query.MaxResults, PageToken.Bind(query), query.PageToken);
    }

    /// <summary>Finds experiments among all of a store.</summary>
    /// <exception cref="ArgumentException">The query does not fit, or its page token is not one of it.</exception>
    public static Page<ExperimentInfo> Find(IEnumerable<ExperimentInfo> experiments, ExperimentQuery query)
    {
        SearchValidator.RequireValid(query);
        return Find(
            ExperimentRow.Instance, experiments, query.Filter, query.OrderBy, query.View, query.MaxResults, PageToken.Bind(query), query.PageToken);
    }

    /// <summary>Finds registered models among all of a store.</summary>
    /// <exception cref="ArgumentException">The query does not fit, or its page token is not one of it.</exception>
    public static Page<RegisteredModel> Find(IEnumerable<RegisteredModel> models, ModelQuery query)
    {
        SearchValidator.RequireValid(query, SearchTarget.Models);
        var token = PageToken.Bind(query, SearchTarget.Models);
        return Find(ModelRow.Instance, models, query.Filter, query.OrderBy, StageView.All, query.MaxResults, token, query.PageToken);
    }

    /// <summary>Finds model versions among all of a store.</summary>
    /// <exception cref="ArgumentException">The query does not fit, or its page token is not one of it.</exception>
    public static Page<ModelVersion> Find(IEnumerable<ModelVersion> versions, ModelQuery query)
    {
        SearchValidator.RequireValid(query, SearchTarget.Versions);
        var token = PageToken.Bind(query, SearchTarget.Versions);
        return Find(VersionRow.Instance, versions, query.Filter, query.OrderBy, StageView.All, query.MaxResults, token, query.PageToken);
    }

    /// <summary>Compiles a filter over runs.</summary>
    /// <exception cref="ArgumentException">The filter does not fit.</exception>
    public static Func<RunInfo, bool> Compile(SearchExpression filter)
    {
        SearchValidator.RequireValid(SearchTarget.Runs, filter);
        return new SearchFilter<RunInfo>(RunRow.Instance).Compile(filter);
    }

    public static bool IsInView(LifecycleStage stage, StageView view) => view switch
    {
        StageView.ActiveOnly => stage == LifecycleStage.Active,
        StageView.DeletedOnly => stage == LifecycleStage.Deleted,
        _ => true,
    };

    private static Page<T> Find<T>(
        SearchRow<T> rows, IEnumerable<T> all, SearchExpression? filter, IReadOnlyList<SearchOrder> orderBy, StageView view,
        int maxResults, PageToken token, string? after)
    {
        var ordering = new SearchOrdering<T>(rows, orderBy);
        var matches = filter is null ? null : new SearchFilter<T>(rows).Compile(filter);
        SearchKey? last = after is null ? null : token.Decode(after, ordering.Terms.Count);
        var first = new FirstOf<T>(ordering, rows, maxResults + 1);
        foreach (var row in all)
        {
            if (IsInView(rows.StageOf(row), view) && (matches is null || matches(row))) first.Offer(row, last);
        }

        // One more than asked for was kept, to know whether there is a next page.
        var (items, keys) = first.InOrder();
        if (items.Length <= maxResults) return new Page<T>(items, null);
        return new Page<T>(items[..maxResults], token.Encode(keys[maxResults - 1]));
    }

    /// <summary>The first rows of those offered so far: a heap with the last of them on top.</summary>
    private sealed class FirstOf<T>(SearchOrdering<T> ordering, SearchRow<T> rows, int count)
    {
        private readonly PriorityQueue<T, SearchKey> _kept = new(Comparer<SearchKey>.Create((x, y) => ordering.Compare(y, x)));
        private readonly SearchValue[] _scratch = new SearchValue[ordering.Terms.Count];

        public void Offer(T row, SearchKey? after)
        {
            ordering.Read(row, _scratch);
            var key = new SearchKey(_scratch, rows.IdOf(row));
            if (after is { } last && ordering.Compare(key, last) <= 0) return;
            var full = _kept.Count == count;
            if (full && _kept.TryPeek(out _, out var worst) && ordering.Compare(key, worst) >= 0) return;
            var kept = key with { Values = [.. _scratch] };
            if (full) _kept.DequeueEnqueue(row, kept);
            else _kept.Enqueue(row, kept);
        }

        public (T[] Rows, SearchKey[] Keys) InOrder()
        {
            var sorted = new T[_kept.Count];
            var keys = new SearchKey[_kept.Count];
            for (var i = sorted.Length - 1; i >= 0; i--) _kept.TryDequeue(out sorted[i]!, out keys[i]);
            return (sorted, keys);
        }
    }
}
