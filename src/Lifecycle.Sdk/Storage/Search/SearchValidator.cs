namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Checks a query before a provider runs it, so that all providers refuse the same things with the same words, whether the
/// tree came from text, from the builder or was put together by hand.
/// </summary>
internal static class SearchValidator
{
    public static void RequireValid(RunQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireValid(SearchTarget.Runs, query.Filter, query.OrderBy, query.MaxResults, query.View);
    }

    public static void RequireValid(ExperimentQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireValid(SearchTarget.Experiments, query.Filter, query.OrderBy, query.MaxResults, query.View);
    }

    public static void RequireValid(ModelQuery query, SearchTarget target)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireValid(target, query.Filter, query.OrderBy, query.MaxResults, StageView.All, SearchLimits.RegistryPageSize);
    }

    /// <summary>Says what is wrong with a comparison; null if nothing is.</summary>
    public static string? FindFault(FieldType type, ComparisonOperator comparison, ParamValue value)
    {
        if (!Enum.IsDefined(comparison)) return $"{(int)comparison} is not an operator";
        if (FindFault(type, value) is { } fault) return fault;
        var isPattern = comparison is ComparisonOperator.Like or ComparisonOperator.ILike;
        if (isPattern && type is FieldType.Number or FieldType.Time) return "LIKE and ILIKE compare text, and this is a number";
        if (isPattern && value.Kind != ParamKind.String) return "LIKE and ILIKE take a pattern in quotes";
        if (isPattern) return LikePattern.FindFault(value.ToString());
        return value.Kind == ParamKind.Boolean && comparison is not (ComparisonOperator.Equal or ComparisonOperator.NotEqual)
            ? "true and false are compared with = and != only"
            : null;
    }

    /// <summary>Says why a literal does not fit a field; null if it does.</summary>
    public static string? FindFault(FieldType type, ParamValue value) => (type, value.Kind) switch
    {
        (FieldType.Param, _) or (FieldType.Text, ParamKind.String) => null,
        (FieldType.Number or FieldType.Time, ParamKind.Integer or ParamKind.Floating) => null,
        (FieldType.Text, _) => $"this is text; write '{value}' in quotes",
        (FieldType.Time, _) => "times are milliseconds since 1970, or in text a date and time such as '2026-01-31T12:00:00Z'",
        (_, ParamKind.String) when SearchNumber.TryParse(value.ToString(), out _) => $"metrics are numbers; write {value} without quotes",
        _ => "metrics are compared with numbers",
    };

    private static void RequireValid(
        SearchTarget target, SearchExpression? filter, IReadOnlyList<SearchOrder> orderBy, int maxResults, StageView view,
        int pageSize = SearchLimits.PageSize)
    {
        if (maxResults < 1 || maxResults > pageSize)
            throw new ArgumentException($"The page size {maxResults} is not within 1 and {pageSize}.", nameof(maxResults));
        if (!Enum.IsDefined(view)) throw new ArgumentException($"The stage view {(int)view} is not known.", nameof(view));
        if (filter is not null) RequireValid(target, filter);
        RequireValid(target, orderBy);
    }

    public static void RequireValid(SearchTarget target, SearchExpression filter)
    {
        var (conditions, literals) = (0, 0);
        Visit(target, filter, depth: 0, ref conditions, ref literals);
    }

    public static void RequireValid(SearchTarget target, IReadOnlyList<SearchOrder> orderBy)
    {
        ArgumentNullException.ThrowIfNull(orderBy);
        if (orderBy.Count > SearchLimits.OrderTerms)
            throw new ArgumentException($"The ordering has {orderBy.Count} terms, more than {SearchLimits.OrderTerms}.", nameof(orderBy));
        var seen = new HashSet<SearchField>();
        foreach (var term in orderBy)
        {
            SearchFields.TypeOf(target, term.Field);
            if (term.Field.Entity == SearchEntity.Dataset)
                throw new ArgumentException($"The ordering by {term.Field} is refused: a run may have many datasets.", nameof(orderBy));
            if (!seen.Add(term.Field)) throw new ArgumentException($"The ordering names {term.Field} twice.", nameof(orderBy));
        }
    }

    private static void Visit(SearchTarget target, SearchExpression expression, int depth, ref int conditions, ref int literals)
    {
        if (depth > SearchLimits.Depth)
            throw new ArgumentException($"The filter is nested more than {SearchLimits.Depth} levels deep.", nameof(expression));
        switch (expression)
        {
            case AndExpression { Terms: { Count: >= 2 } terms }:
                foreach (var term in terms) Visit(target, term, depth + 1, ref conditions, ref literals);
                break;
            case OrExpression { Terms: { Count: >= 2 } terms }:
                foreach (var term in terms) Visit(target, term, depth + 1, ref conditions, ref literals);
                break;
            case NotExpression { Term: { } term }:
                Visit(target, term, depth + 1, ref conditions, ref literals);
                break;
            case ComparisonExpression comparison:
                Count(1, ref conditions, ref literals);
                var type = SearchFields.TypeOf(target, comparison.Field);
                Refuse(comparison.Field, FindFault(type, comparison.Operator, comparison.Value));
                break;
            case InExpression { Values: { Count: >= 1 } values } membership:
                Count(values.Count, ref conditions, ref literals);
                var memberType = SearchFields.TypeOf(target, membership.Field);
                foreach (var value in values) Refuse(membership.Field, FindFault(memberType, value));
                break;
            default:
                throw new ArgumentException(
                    $"The filter holds a {expression?.GetType().Name ?? "null"} without enough terms: AND and OR need two, NOT and IN need one.",
                    nameof(expression));
        }
    }

    private static void Count(int added, ref int conditions, ref int literals)
    {
        if (++conditions > SearchLimits.Conditions)
            throw new ArgumentException(
                $"The filter has more than {SearchLimits.Conditions} conditions; IN takes a list as one.", nameof(conditions));
        if ((literals += added) > SearchLimits.Literals)
            throw new ArgumentException($"The filter has more than {SearchLimits.Literals} literals.", nameof(literals));
    }

    private static void Refuse(SearchField field, string? fault)
    {
        if (fault is not null) throw new ArgumentException($"The condition on {field} is refused: {fault}.", nameof(field));
    }
}
