using System.Globalization;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// One search for runs, as one or two statements. Ordered by a metric, the runs that have it are found by walking the index
/// of its last, smallest or largest values, and the others (NaN, then missing) are only looked for when the page is not full. A rare metric condition is
/// looked up in the same index first; a common one is checked run by run in the wanted order, which stops when the page is full.
/// </summary>
internal sealed class RunSearch(SqliteDatabase database, RunQuery query, SearchOrdering<RunInfo> ordering, SearchKey? after)
{
    /// <summary>A condition that fewer runs fulfil is rare.</summary>
    private const int RareRuns = 2_000;

    /// <summary>A condition of the filter that so few runs fulfil that it is looked up first.</summary>
    private ComparisonExpression? _rare;

    /// <summary>Where the query plan of each statement goes, by which tests see that the indexes are used; null to ask for none.</summary>
    public List<string>? Plans { get; init; }

    /// <summary>The keys of the first runs after the place.</summary>
    public List<long> Find(int limit)
    {
        if (query.ExperimentIds is { Count: 0 }) return [];
        var first = ordering.Terms[0].Field;
        _rare = FindRare();
        if (first.Entity != SearchEntity.Metric || _rare is not null) return SelectKeys(Scope.All, first, limit);
        var isPastNumbers = after is { } place && place.Values[0].Class >= SearchValueClass.NaN;
        var found = isPastNumbers ? [] : SelectKeys(Scope.WithNumber, first, limit);
        if (found.Count < limit) found.AddRange(SelectKeys(Scope.WithoutNumber, first, limit - found.Count));
        return found;
    }

    /// <summary>Which runs a statement looks at, by the metric that orders them.</summary>
    private enum Scope
    {
        All,
        WithNumber,
        WithoutNumber,
    }

    private List<long> SelectKeys(Scope scope, SearchField first, int limit)
    {
        var sql = new SearchSql(SearchTarget.Runs);
        var terms = ordering.Terms.Select((term, i) => new SearchOrderSql(sql, term, i)).ToList();
        var conditions = new List<string>();
        var number = $"o0.{SearchSql.ColumnOf(first.Aggregate)}";
        var from = "runs r " + string.Join(' ', terms.Select(term => term.Join));
        var order = string.Join(", ", terms.Select(term => term.OrderBy)) + ", r.run_id";
        switch (scope)
        {
            case Scope.WithNumber:
                // CROSS JOIN makes SQLite keep this order of the tables, and with it the order of the index.
                from = $"series o0 CROSS JOIN runs r ON r.run_key = o0.run_key {string.Join(' ', terms.Skip(1).Select(term => term.Join))}";
                conditions.Add($"o0.name = {sql.Add(first.Key)} AND {number} IS NOT NULL");
                if (first.Aggregate == MetricAggregate.Count) conditions.Add("o0.count > 0");
                order = string.Join(", ", terms.Skip(1).Select(term => term.OrderBy)
                    .Prepend(number + (ordering.Terms[0].Descending ? " DESC" : ""))) + ", r.run_id";
                break;
            case Scope.WithoutNumber:
                conditions.Add($"{number} IS NULL");
                break;
        }

        AddScope(sql, conditions);
        AddFilter(sql, conditions, scope == Scope.WithNumber ? first : null, number);
        if (after is { } place) conditions.Add(SearchOrderSql.Following(sql, terms, "r.run_id", place));
        var where = conditions.Count == 0 ? "" : "WHERE " + SearchSql.Join(" AND ", conditions);
        return Run(sql, string.Create(CultureInfo.InvariantCulture,
            $"SELECT r.run_key FROM {from} {where} ORDER BY {order} LIMIT {limit}"));
    }

    private List<long> Run(SearchSql sql, string text)
    {
        if (Plans is not null) Plans.AddRange(Rows(sql, "EXPLAIN QUERY PLAN " + text, statement => statement.Text(3)));
        return Rows(sql, text, statement => statement.Int64(0));
    }

    private List<T> Rows<T>(SearchSql sql, string text, Func<SqliteStatement, T> read)
    {
        var rows = new List<T>();
        var statement = database.Compile(text);
        try
        {
            sql.Bind(database, statement);
            while (statement.Step()) rows.Add(read(statement));
        }
        finally
        {
            statement.Close();
        }

        return rows;
    }

    private void AddScope(SearchSql sql, List<string> conditions)
    {
        if (query.ExperimentIds is { } ids)
        {
            var keys = ids.Select(ExperimentWriter.KeyOf).OfType<long>().Distinct().ToList();
            // Few are literals, from which SQLite chooses an index; the number of parameters is limited.
            conditions.Add(keys.Count <= 100
                ? $"r.experiment_id IN ({string.Join(", ", keys.Select(key => sql.Add(key)))})"
                : $"r.experiment_id IN (SELECT value FROM json_each({sql.Add($"[{string.Join(',', keys)}]")}))");
        }

        if (query.View == StageView.ActiveOnly) conditions.Add("r.stage = 'active'");
        if (query.View == StageView.DeletedOnly) conditions.Add("r.stage = 'deleted'");
    }

    private IReadOnlyList<SearchExpression> Conjuncts => query.Filter switch
    {
        null => [],
        AndExpression and => and.Terms,
        var other => [other],
    };

    private void AddFilter(SearchSql sql, List<string> conditions, SearchField? ordered, string number)
    {
        foreach (var term in Conjuncts)
        {
            if (ReferenceEquals(term, _rare))
                conditions.Add($"r.run_key IN ({WithMetric(sql, _rare)})");
            else if (term is ComparisonExpression { Operator: not ComparisonOperator.NotEqual } comparison && comparison.Field == ordered)
                conditions.Add(sql.CompareNumber(number, comparison.Operator, comparison.Value));
            else
                conditions.Add(sql.Condition(term));
        }
    }

    /// <summary>Counts in the index of the values, but not far: the answer costs at most about as much as a page.</summary>
    private ComparisonExpression? FindRare()
    {
        foreach (var term in Conjuncts)
        {
            if (term is not ComparisonExpression { Field: { Entity: SearchEntity.Metric, Aggregate: MetricAggregate.Last or MetricAggregate.Min or MetricAggregate.Max } } comparison
                || comparison.Operator == ComparisonOperator.NotEqual)
            {
                continue;
            }

            var sql = new SearchSql(SearchTarget.Runs);
            var count = Run(sql, string.Create(CultureInfo.InvariantCulture,
                $"SELECT count(*) FROM ({WithMetric(sql, comparison)} LIMIT {RareRuns})"))[0];
            if (count < RareRuns) return comparison;
        }

        return null;
    }

    private static string WithMetric(SearchSql sql, ComparisonExpression comparison)
    {
        var name = sql.Add(comparison.Field.Key);
        return $"SELECT run_key FROM series WHERE name = {name} AND "
            + $"{sql.CompareNumber(SearchSql.ColumnOf(comparison.Field.Aggregate), comparison.Operator, comparison.Value)}";
    }
}
