using System.Globalization;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <content>Searches.</content>
internal sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public override ValueTask<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        SearchValidator.RequireValid(query);
        var token = PageToken.Bind(query);
        var ordering = new SearchOrdering<RunInfo>(RunRow.Instance, query.OrderBy);
        SearchKey? after = query.PageToken is null ? null : token.Decode(query.PageToken, ordering.Terms.Count);
        var runs = Read(
            database =>
            {
                var search = new RunSearch(database, query, ordering, after);
                var loader = new RunLoader(database);
                return FillPage(query.MaxResults + 1, search.Find, loader.Load);
            },
            cancellationToken);
        return ValueTask.FromResult(PageOf(runs, query.MaxResults, last => token.Encode(ordering.KeyOf(last))));
    }

    /// <inheritdoc/>
    public override ValueTask<Page<ExperimentInfo>> SearchExperimentsAsync(
        ExperimentQuery query, CancellationToken cancellationToken = default)
    {
        SearchValidator.RequireValid(query);
        var token = PageToken.Bind(query);
        var ordering = new SearchOrdering<ExperimentInfo>(ExperimentRow.Instance, query.OrderBy);
        SearchKey? after = query.PageToken is null ? null : token.Decode(query.PageToken, ordering.Terms.Count);
        var experiments = Read(
            database => FillPage(
                query.MaxResults + 1, limit => FindExperiments(database, query, ordering, after, limit), keys =>
                    LoadExperiments(database, keys)),
            cancellationToken);
        return ValueTask.FromResult(PageOf(experiments, query.MaxResults, last => token.Encode(ordering.KeyOf(last))));
    }

    /// <summary>Finds and loads, and looks further when damaged rows had to be left out, so that they do not end a listing early.</summary>
    private static List<T> FillPage<T>(int wanted, Func<int, List<long>> find, Func<IReadOnlyList<long>, List<T>> load)
    {
        var limit = wanted;
        while (true)
        {
            var keys = find(limit);
            var rows = load(keys);
            if (rows.Count >= wanted || keys.Count < limit) return rows;
            limit += limit - rows.Count;
        }
    }

    private static Page<T> PageOf<T>(List<T> rows, int size, Func<T, string> tokenAfter) =>
        rows.Count <= size ? new Page<T>(rows, null) : new Page<T>(rows[..size], tokenAfter(rows[size - 1]));

    private static List<long> FindExperiments(
        SqliteDatabase database, ExperimentQuery query, SearchOrdering<ExperimentInfo> ordering, SearchKey? after, int limit)
    {
        var sql = new SearchSql(SearchTarget.Experiments);
        var terms = ordering.Terms.Select((term, i) => new SearchOrderSql(sql, term, i)).ToList();
        var conditions = new List<string>();
        if (query.View == StageView.ActiveOnly) conditions.Add("r.stage = 'active'");
        if (query.View == StageView.DeletedOnly) conditions.Add("r.stage = 'deleted'");
        if (query.Filter is not null) conditions.Add(sql.Condition(query.Filter));
        if (after is { } place) conditions.Add(SearchOrderSql.Following(sql, terms, "CAST(r.experiment_id AS TEXT)", place));
        var where = conditions.Count == 0 ? "" : "WHERE " + SearchSql.Join(" AND ", conditions);
        var statement = database.Compile(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            SELECT r.experiment_id FROM experiments r {string.Join(' ', terms.Select(term => term.Join))} {where}
            ORDER BY {string.Join(", ", terms.Select(term => term.OrderBy))}, CAST(r.experiment_id AS TEXT) LIMIT {limit}
            """));
        try
        {
            sql.Bind(database, statement);
            var keys = new List<long>();
            while (statement.Step()) keys.Add(statement.Int64(0));
            return keys;
        }
        finally
        {
            statement.Close();
        }
    }
}
