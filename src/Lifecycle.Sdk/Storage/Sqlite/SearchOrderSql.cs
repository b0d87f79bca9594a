namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// One term of an ordering in SQL: a rank for the class of the value (what is there, NaN, missing), then the value itself in up to two
/// columns, because a param may be a number or a text. Agrees with <see cref="SearchValue.Compare"/>.
/// </summary>
internal sealed class SearchOrderSql
{
    private readonly SearchSql _sql;
    private readonly SearchOrder _order;
    private readonly string _rank;
    private readonly string _number;
    private readonly string? _text;

    /// <summary>A term.</summary>
    /// <param name="sql">Where parameters go.</param>
    /// <param name="order">The term.</param>
    /// <param name="index">Its position, which names its table.</param>
    public SearchOrderSql(SearchSql sql, SearchOrder order, int index)
    {
        _sql = sql;
        _order = order;
        var alias = $"o{index}";
        switch (order.Field.Entity)
        {
            case SearchEntity.Metric:
                Join = $"LEFT JOIN series {alias} ON {alias}.run_key = r.run_key AND {alias}.name = {sql.Add(order.Field.Key)} AND "
                    + $"{alias}.count > 0";
                _number = $"{alias}.{SearchSql.ColumnOf(order.Field.Aggregate)}";
                _rank = $"CASE WHEN {_number} IS NOT NULL THEN 0 WHEN {alias}.series_key IS NOT NULL THEN 3 ELSE 4 END";
                break;
            case SearchEntity.Param:
                Join = $"LEFT JOIN params {alias} ON {alias}.run_key = r.run_key AND {alias}.name = {sql.Add(order.Field.Key)}";
                _number = $"{alias}.number";
                _text = $"CASE WHEN {alias}.number IS NULL THEN {alias}.text END";
                _rank = $"CASE WHEN {alias}.name IS NULL THEN 4 WHEN {alias}.number IS NOT NULL THEN {RankOf(SearchValueClass.Number)} "
                    + $"WHEN {alias}.kind = 'boolean' THEN {RankOf(SearchValueClass.Boolean)} WHEN {alias}.text = 'NaN' THEN 3 ELSE "
                    + $"{RankOf(SearchValueClass.Text)} END";
                break;
            case SearchEntity.Tag:
                var (table, key) = sql.TagTable;
                Join = $"LEFT JOIN {table} {alias} ON {alias}.{key} = r.{key} AND {alias}.name = {sql.Add(order.Field.Key)}";
                _number = $"{alias}.value";
                _rank = $"({_number} IS NULL) * 4";
                break;
            default:
                Join = "";
                (_number, var isNullable) = sql.ColumnOf(order.Field.Key);
                _rank = isNullable ? $"({_number} IS NULL) * 4" : "";
                break;
        }
    }

    /// <summary>The table that the value is in; empty for the row itself.</summary>
    public string Join { get; }

    /// <summary>The terms of ORDER BY.</summary>
    public string OrderBy
    {
        get
        {
            var direction = _order.Descending ? " DESC" : "";
            var terms = _rank.Length == 0 ? _number + direction : $"{_rank}, {_number}{direction}";
            return _text is null ? terms : $"{terms}, {_text}{direction}";
        }
    }

    /// <summary>
    /// The rows after a place in a total order: further in the first term, or the same there and further in the next one, and so on.
    /// </summary>
    public static string Following(SearchSql sql, IReadOnlyList<SearchOrderSql> terms, string id, SearchKey place)
    {
        var condition = $"{id} > {sql.Add(place.Id)}";
        for (var i = terms.Count - 1; i >= 0; i--)
            condition = $"({terms[i].After(place.Values[i])} OR ({terms[i].Same(place.Values[i])} AND {condition}))";
        return condition;
    }

    /// <summary>The condition that a row comes after a value in this term.</summary>
    public string After(in SearchValue value)
    {
        var rank = RankOf(value.Class);
        var further = _rank.Length == 0 ? "0" : $"{_rank} > {rank}";
        if (value.Class >= SearchValueClass.NaN) return further;
        return $"({further} OR ({SameRank(rank)} AND {ColumnOf(value)} {(_order.Descending ? "<" : ">")} {_sql.Add(Literal(value))}))";
    }

    /// <summary>The condition that a row has a value in this term.</summary>
    public string Same(in SearchValue value)
    {
        var rank = RankOf(value.Class);
        return value.Class >= SearchValueClass.NaN ? SameRank(rank)
            : $"({SameRank(rank)} AND {ColumnOf(value)} = {_sql.Add(Literal(value))})";
    }

    private string SameRank(int rank) => _rank.Length == 0 ? (rank >= 3 ? "0" : "1") : $"{_rank} = {rank}";

    private string ColumnOf(in SearchValue value) =>
        _text is not null && value.Class is SearchValueClass.Text or SearchValueClass.Boolean ? _text : _number;

    /// <summary>Descending turns numbers, Booleans and texts around among each other; NaN and missing stay last.</summary>
    private int RankOf(SearchValueClass kind)
    {
        if (kind >= SearchValueClass.NaN) return (int)kind;
        if (_order.Field.Entity != SearchEntity.Param) return 0;
        return _order.Descending ? (int)SearchValueClass.Text - (int)kind : (int)kind;
    }

    private static ParamValue Literal(in SearchValue value) => value.Class switch
    {
        SearchValueClass.Text => value.Text!,
        SearchValueClass.Boolean => value.Number.Integer != 0 ? "true" : "false",
        // Both arms as ParamValue: otherwise C# would make the integer a double.
        _ => value.Number.IsInteger ? ParamValue.Of(value.Number.Integer) : ParamValue.Of(value.Number.Floating),
    };
}
