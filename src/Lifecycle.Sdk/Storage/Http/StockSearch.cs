using System.Globalization;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>A query in a stock server's words.</summary>
/// <param name="Filter">The filter; null for none.</param>
/// <param name="OrderBy">The order.</param>
/// <param name="Fault">What the server can't do; null if it can do all.</param>
internal sealed record StockQuery(string? Filter, IReadOnlyList<string> OrderBy, string? Fault);

/// <summary>
/// Translates queries for stock servers, which join comparisons by AND only and compare params as text. What it makes finds at least all runs that fit; those
/// that only look alike to the server are left out afterwards.
/// </summary>
/// <param name="serverIdOf">The server's id of a run.</param>
internal sealed class StockSearch(Func<string, ValueTask<string>> serverIdOf)
{
    private static readonly string[] TextAttributes = ["run_name", "status", "user_id"];
    private static readonly string[] OrderAttributes = ["run_name", "status", "user_id", "start_time", "end_time"];

    public async ValueTask<StockQuery> TranslateAsync(RunQuery query)
    {
        var orders = new List<string>();
        try
        {
            var terms = new List<string>();
            var all = query.Filter switch { null => [], AndExpression and => and.Terms, { } one => (IReadOnlyList<SearchExpression>)[one] };
            foreach (var order in query.OrderBy) orders.Add(Order(order));
            // Servers with a database take the tables that these need for each other and call it a fault that may pass. More runs are found without.
            var isAlone = all.All(IsOfDataset) && query.OrderBy.All(order => order.Field.Entity == SearchEntity.Attribute);
            foreach (var term in all)
            {
                var text = await TermAsync(term).ConfigureAwait(false);
                if (isAlone || !IsOfDataset(term)) terms.Add(text);
            }

            return new StockQuery(terms.Count == 0 ? null : string.Join(" AND ", terms), orders, null);
        }
        catch (NotPossibleException e)
        {
            return new StockQuery(null, orders, e.Message);
        }
    }

    /// <summary>The series of which a query wants to know more than the latest value.</summary>
    public static IReadOnlyCollection<string> AggregatedKeys(RunQuery query)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        if (query.Filter is not null) Visit(query.Filter);
        foreach (var order in query.OrderBy) Take(order.Field);
        return keys;

        void Visit(SearchExpression expression)
        {
            switch (expression)
            {
                case AndExpression and:
                    foreach (var term in and.Terms) Visit(term);
                    break;
                case OrExpression or:
                    foreach (var term in or.Terms) Visit(term);
                    break;
                case NotExpression not:
                    Visit(not.Term);
                    break;
                case ComparisonExpression comparison:
                    Take(comparison.Field);
                    break;
                case InExpression membership:
                    Take(membership.Field);
                    break;
            }
        }

        void Take(SearchField field)
        {
            if (field is { Entity: SearchEntity.Metric, Aggregate: not MetricAggregate.Last }) keys.Add(field.Key);
        }
    }

    private static bool IsOfDataset(SearchExpression term) =>
        term is ComparisonExpression { Field.Entity: SearchEntity.Dataset } or InExpression { Field.Entity: SearchEntity.Dataset };

    private async ValueTask<string> TermAsync(SearchExpression term) => term switch
    {
        ComparisonExpression comparison => await ComparisonAsync(comparison).ConfigureAwait(false),
        InExpression membership => await MembershipAsync(membership).ConfigureAwait(false),
        OrExpression => throw new NotPossibleException("OR is not understood by MLflow's servers"),
        NotExpression => throw new NotPossibleException("NOT is not understood by MLflow's servers"),
        _ => throw new NotPossibleException("parentheses are not understood by MLflow's servers"),
    };

    private async ValueTask<string> ComparisonAsync(ComparisonExpression comparison)
    {
        var (field, symbol) = (comparison.Field, Symbol(comparison.Operator));
        switch (field.Entity)
        {
            case SearchEntity.Metric:
                return $"{MetricField(field)} {symbol} {Number(comparison.Value, field)}";
            case SearchEntity.Attribute when field.Key is "start_time" or "end_time":
                return $"attributes.{field.Key} {symbol} {Time(comparison.Value, field)}";
            case SearchEntity.Attribute when field.Key is "run_id" or "parent_run_id":
                if (comparison.Operator is not (ComparisonOperator.Equal or ComparisonOperator.NotEqual))
                    throw new NotPossibleException($"{field} is compared with = and != only, as the server has ids of its own");
                return $"{IdField(field)} {symbol} {Quoted(await serverIdOf(comparison.Value.ToString()).ConfigureAwait(false), field)}";
            case SearchEntity.Attribute when comparison.Value.ToString() == WireText.Interrupted && field.Key == "status":
                throw new NotPossibleException("the status INTERRUPTED is not known to MLflow's servers, which have KILLED instead");
            default:
                if (comparison.Value.Kind != ParamKind.String)
                    throw new NotPossibleException($"{field} {Symbol(comparison.Operator)} {SearchPrinter.Print(comparison.Value)} compares a param by value, and MLflow's servers compare params as text");
                if (comparison.Operator is ComparisonOperator.Less or ComparisonOperator.LessOrEqual or ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual)
                    throw new NotPossibleException($"{symbol} on {field}: MLflow's servers compare text with =, !=, LIKE and ILIKE only");
                // What equals a long name has its beginning on the server.
                var text = field is { Entity: SearchEntity.Attribute, Key: "run_name" } ? WireText.RunName(comparison.Value.ToString()) : comparison.Value.ToString();
                return $"{TextField(field)} {symbol} {Quoted(text, field)}";
        }
    }

    private async ValueTask<string> MembershipAsync(InExpression membership)
    {
        var (field, words) = (membership.Field, membership.Negated ? "NOT IN" : "IN");
        var isRunId = field is { Entity: SearchEntity.Attribute, Key: "run_id" };
        if ((!isRunId && field.Entity != SearchEntity.Dataset) || membership.Values.Any(value => value.Kind != ParamKind.String))
            throw new NotPossibleException($"{words} on {field}: MLflow's servers understand it for run ids and datasets only");
        var values = new List<string>();
        foreach (var value in membership.Values)
        {
            // They pass over values that are not in lower case: no run's id would be lost by it, but datasets are.
            if (!isRunId && !IsLower(value.ToString())) throw new NotPossibleException($"{words} on {field} with '{NameRules.Shorten(value.ToString())}': MLflow's servers find values in lower case only");
            values.Add(Quoted(field.Key == "run_id" ? await serverIdOf(value.ToString()).ConfigureAwait(false) : value.ToString(), field));
        }

        return $"{(field.Key == "run_id" ? "attributes.run_id" : TextField(field))} {words} ({string.Join(", ", values)})";
    }

    private static string Order(SearchOrder order)
    {
        var field = order.Field;
        var text = field.Entity switch
        {
            SearchEntity.Metric => MetricField(field),
            SearchEntity.Tag => TextField(field),
            SearchEntity.Attribute when OrderAttributes.Contains(field.Key) => $"attributes.{field.Key}",
            SearchEntity.Param => throw new NotPossibleException($"ordering by {field}: MLflow's servers order params as text, not by value"),
            _ => throw new NotPossibleException($"ordering by {field} is not understood by MLflow's servers"),
        };
        return order.Descending ? $"{text} DESC" : $"{text} ASC";
    }

    private static string MetricField(SearchField field) => field.Aggregate == MetricAggregate.Last
        ? $"metrics.{Key(WireKeys.Of(field.Key), field)}"
        : throw new NotPossibleException($"{field}: MLflow's servers know the latest value of a metric only");

    private static string IdField(SearchField field) => field.Key == "run_id" ? "attributes.run_id" : $"tags.`{WireTags.ParentRunId}`";

    private static string TextField(SearchField field) => field.Entity switch
    {
        SearchEntity.Param => $"params.{Key(WireKeys.Of(field.Key), field)}",
        SearchEntity.Tag => $"tags.{Key(RunReading.IsOwnTag(field.Key) ? WireKeys.Hashed(field.Key) : WireKeys.Of(field.Key), field)}",
        SearchEntity.Dataset => $"dataset.{field.Key}",
        _ when TextAttributes.Contains(field.Key) => $"attributes.{field.Key}",
        _ => throw new NotPossibleException($"{field} is not known to MLflow's servers"),
    };

    private static string Key(string key, SearchField field) => key.Contains('`', StringComparison.Ordinal)
        ? throw new NotPossibleException($"{field}: MLflow's grammar has no way to write a name with a backtick")
        : $"`{key}`";

    private static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);

    // A database of whole numbers may refuse another.
    private static string Time(ParamValue value, SearchField field) => value.Kind == ParamKind.Floating && Math.Floor(value.AsFloating) is var whole
        && (whole != value.AsFloating || Math.Abs(whole) >= long.MaxValue)
            ? throw new NotPossibleException($"{field} compared with {value}: MLflow's servers have times in whole milliseconds")
            : Number(value.Kind == ParamKind.Floating ? ParamValue.Of((long)value.AsFloating) : value, field);

    private static string Number(ParamValue value, SearchField field) => value.Kind switch
    {
        ParamKind.Integer => value.AsInteger.ToString(CultureInfo.InvariantCulture),
        // Their grammar has no sign for a positive exponent.
        ParamKind.Floating when double.IsFinite(value.AsFloating) => value.AsFloating.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "E", StringComparison.Ordinal),
        _ => throw new NotPossibleException($"{field} compared with {value}: MLflow's grammar has no such number"),
    };

    private static string Quoted(string text, SearchField field) => (text.Contains('\'', StringComparison.Ordinal), text.Contains('"', StringComparison.Ordinal)) switch
    {
        _ when text.Contains('\\', StringComparison.Ordinal) => throw new NotPossibleException($"{field} compared with a text that has a backslash: MLflow's grammar has no way to write it"),
        (false, _) => $"'{text}'",
        (_, false) => $"\"{text}\"",
        _ => throw new NotPossibleException($"{field} compared with a text that has both kinds of quotes: MLflow's grammar has no way to write it"),
    };

    private static string Symbol(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => "=",
        ComparisonOperator.NotEqual => "!=",
        ComparisonOperator.Less => "<",
        ComparisonOperator.LessOrEqual => "<=",
        ComparisonOperator.Greater => ">",
        ComparisonOperator.GreaterOrEqual => ">=",
        ComparisonOperator.Like => "LIKE",
        _ => "ILIKE",
    };

    /// <summary>Leaves the translation of a tree at once.</summary>
    private sealed class NotPossibleException(string message) : Exception(message);
}
