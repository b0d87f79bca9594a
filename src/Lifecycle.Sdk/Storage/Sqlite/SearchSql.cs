using System.Text;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// Translates a checked search to SQL with parameters. Conditions are two-valued as <see cref="SearchFilter{T}"/> has them: a condition
/// on a key that may be missing is an EXISTS, one on a column that may be NULL is wrapped, so that NOT means the same in both.
/// </summary>
internal sealed class SearchSql
{
    private readonly SearchTarget _target;
    private readonly List<ParamValue> _parameters = [];
    private readonly List<LikePattern> _patterns = [];

    public SearchSql(SearchTarget target) => _target = target;

    /// <summary>Adds a parameter and returns how the text names it.</summary>
    public string Add(ParamValue value)
    {
        _parameters.Add(value);
        return $"?{_parameters.Count}";
    }

    /// <summary>Binds the parameters and hands the patterns to the connection.</summary>
    public void Bind(SqliteDatabase database, SqliteStatement statement)
    {
        database.Patterns.Clear();
        database.Patterns.AddRange(_patterns);
        for (var i = 0; i < _parameters.Count; i++)
        {
            var value = _parameters[i];
            switch (value.Kind)
            {
                case ParamKind.Integer:
                    statement.Bind(i + 1, value.AsInteger);
                    break;
                case ParamKind.Floating:
                    statement.Bind(i + 1, value.AsFloating);
                    break;
                default:
                    statement.Bind(i + 1, value.ToString());
                    break;
            }
        }
    }

    /// <summary>A condition that is 1 or 0, never NULL.</summary>
    public string Condition(SearchExpression expression) => expression switch
    {
        AndExpression and => Join(" AND ", [.. and.Terms.Select(Condition)]),
        OrExpression or => Join(" OR ", [.. or.Terms.Select(Condition)]),
        NotExpression not => $"NOT {Condition(not.Term)}",
        ComparisonExpression comparison => On(comparison.Field, source => Compare(source, comparison.Operator, comparison.Value)),
        InExpression membership => On(membership.Field, source => Member(source, membership)),
        _ => throw new InvalidOperationException($"The expression {expression.GetType().Name} is not known."),
    };

    /// <summary>Compares a number that may be NULL for NaN, and is there; may be NULL itself.</summary>
    public string CompareNumber(string number, ComparisonOperator comparison, ParamValue literal)
    {
        var isNaN = literal.Kind == ParamKind.Floating && double.IsNaN(literal.AsFloating);
        if (comparison == ComparisonOperator.NotEqual) return isNaN ? "1" : $"({number} IS NULL OR {number} <> {Add(literal)})";
        return isNaN ? "0" : $"{number} {Symbol(comparison)} {Add(literal)}";
    }

    /// <summary>The column of a series' row that an aggregate means.</summary>
    public static string ColumnOf(MetricAggregate aggregate) => aggregate switch
    {
        MetricAggregate.Last => "last_value",
        MetricAggregate.Min => "min_value",
        MetricAggregate.Max => "max_value",
        MetricAggregate.Mean => "mean",
        MetricAggregate.First => "first_value",
        MetricAggregate.Count => "count",
        _ => throw new ArgumentOutOfRangeException(nameof(aggregate), aggregate, "This aggregate is not known."),
    };

    /// <summary>The column of an attribute, and whether it may be NULL.</summary>
    public (string Column, bool IsNullable) ColumnOf(string attribute) => (_target, attribute) switch
    {
        (SearchTarget.Runs, "run_id") => ("r.run_id", false),
        (SearchTarget.Runs, "run_name") => ("r.name", false),
        (SearchTarget.Runs, "status") => ("r.status", false),
        (SearchTarget.Runs, "user_id") => ("r.user_name", true),
        (SearchTarget.Runs, "parent_run_id") => ("r.parent_run_id", true),
        (SearchTarget.Runs, "start_time") => ("r.start_ms", false),
        (SearchTarget.Runs, "end_time") => ("r.end_ms", true),
        (SearchTarget.Experiments, "name") => ("r.name", false),
        (SearchTarget.Experiments, "creation_time") => ("r.created_ms", false),
        (SearchTarget.Experiments, "last_update_time") => ("r.updated_ms", false),
        (_, "experiment_id") => ("r.experiment_id", false),
        _ => throw new InvalidOperationException($"The attribute {attribute} was not checked."),
    };

    /// <summary>The table of tags and the key that joins it to the rows that are searched.</summary>
    public (string Table, string Key) TagTable => _target == SearchTarget.Runs ? ("tags", "run_key") : ("experiment_tags", "experiment_id");

    /// <summary>Where a condition finds its text and its number, and whether there is a Boolean.</summary>
    private readonly record struct Source(string Text, string Number, bool IsParam);

    private string On(SearchField field, Func<Source, string> condition)
    {
        switch (field.Entity)
        {
            case SearchEntity.Metric:
                var number = "k." + ColumnOf(field.Aggregate);
                return $"EXISTS (SELECT 1 FROM series k WHERE k.run_key = r.run_key AND k.name = {Add(field.Key)} AND k.count > 0 AND "
                    + $"{condition(new("", number, false))})";
            case SearchEntity.Param:
                return $"EXISTS (SELECT 1 FROM params k WHERE k.run_key = r.run_key AND k.name = {Add(field.Key)} AND "
                    + $"{condition(new("k.text", "k.number", true))})";
            case SearchEntity.Tag:
                var (table, key) = TagTable;
                return $"EXISTS (SELECT 1 FROM {table} k WHERE k.{key} = r.{key} AND k.name = {Add(field.Key)} AND "
                    + $"{condition(new("k.value", "", false))})";
            case SearchEntity.Dataset:
                var column = "k." + field.Key;
                return $"EXISTS (SELECT 1 FROM inputs k WHERE k.run_key = r.run_key AND {column} IS NOT NULL AND "
                    + $"{condition(new(column, "", false))})";
            default:
                var (attribute, isNullable) = ColumnOf(field.Key);
                var text = field.Key == "experiment_id" ? "CAST(r.experiment_id AS TEXT)" : attribute;
                var holds = condition(new(text, attribute, false));
                return isNullable ? $"({attribute} IS NOT NULL AND {holds})" : $"({holds})";
        }
    }

    private string Compare(Source source, ComparisonOperator comparison, ParamValue literal)
    {
        switch (literal.Kind)
        {
            case ParamKind.String when comparison is ComparisonOperator.Like or ComparisonOperator.ILike:
                _patterns.Add(new LikePattern(literal.ToString(), comparison == ComparisonOperator.ILike));
                return $"matches({_patterns.Count - 1}, {source.Text})";
            case ParamKind.String:
                return $"{source.Text} {Symbol(comparison)} {Add(literal)}";
            case ParamKind.Boolean:
                var isIt = source.IsParam ? IsBoolean(literal) : "0";
                return comparison == ComparisonOperator.Equal ? isIt : $"NOT {isIt}";
            default:
                return CompareNumber(source.Number, comparison, literal);
        }
    }

    private string IsBoolean(ParamValue literal) => $"(k.kind = 'boolean' AND k.text = {Add(literal.ToString())})";

    private string Member(Source source, InExpression membership)
    {
        var texts = membership.Values.Where(value => value.Kind == ParamKind.String).Distinct().ToList();
        var numbers = membership.Values.Where(IsNumber).Distinct().ToList();
        var parts = new List<string>();
        if (texts.Count > 0) parts.Add($"{source.Text} IN ({Add(texts)})");
        if (numbers.Count > 0) parts.Add($"ifnull({source.Number} IN ({Add(numbers)}), 0)");
        if (source.IsParam) parts.AddRange(membership.Values.Where(value => value.Kind == ParamKind.Boolean).Distinct().Select(IsBoolean));
        var isMember = parts.Count == 0 ? "0" : Join(" OR ", parts);
        return membership.Negated ? $"NOT {isMember}" : isMember;
    }

    private static bool IsNumber(ParamValue value) =>
        value.Kind == ParamKind.Integer || (value.Kind == ParamKind.Floating && !double.IsNaN(value.AsFloating));

    private string Add(List<ParamValue> values)
    {
        var names = new StringBuilder();
        foreach (var value in values) names.Append(names.Length == 0 ? "" : ", ").Append(Add(value));
        return names.ToString();
    }

    /// <summary>Joins as a balanced tree: SQLite limits the depth of expressions, and a chain is as deep as it is long.</summary>
    public static string Join(string junction, List<string> terms)
    {
        return Range(0, terms.Count);

        string Range(int from, int to) => to - from == 1
            ? terms[from]
            : $"({Range(from, (from + to) / 2)}{junction}{Range((from + to) / 2, to)})";
    }

    private static string Symbol(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => "=",
        ComparisonOperator.NotEqual => "<>",
        ComparisonOperator.Less => "<",
        ComparisonOperator.LessOrEqual => "<=",
        ComparisonOperator.Greater => ">",
        ComparisonOperator.GreaterOrEqual => ">=",
        _ => throw new InvalidOperationException($"The operator {comparison} does not compare by order."),
    };
}
