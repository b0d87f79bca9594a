using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// Tags that MLflow keeps and this library has attributes for mean those attributes, whoever started the run. What MLflow refuses of a stock client is refused, and what it
/// has no runs for is not found by one.
/// </summary>
internal static class RunSearchRewriter
{
    private static readonly NotExpression NoModelHome = new(new ComparisonExpression(new SearchField(SearchEntity.Tag, ServerTags.IsModelHome), ComparisonOperator.Equal, "true"));

    public static SearchExpression? Rewrite(SearchExpression? filter, bool isDialect)
    {
        var asked = filter is null ? null : Visit(filter, isDialect);
        return isDialect ? asked : asked is null ? NoModelHome : new AndExpression([asked, NoModelHome]);
    }

    public static SearchOrder Rewrite(SearchOrder order) => order with { Field = FieldOf(order.Field) };

    private static SearchExpression Visit(SearchExpression expression, bool isDialect) => expression switch
    {
        AndExpression and => new AndExpression([.. and.Terms.Select(term => Visit(term, isDialect))]),
        OrExpression or => new OrExpression([.. or.Terms.Select(term => Visit(term, isDialect))]),
        NotExpression not => new NotExpression(Visit(not.Term, isDialect)),
        ComparisonExpression comparison => comparison with { Field = FieldOf(comparison.Field), Value = Checked(comparison.Field, comparison.Value, isDialect) },
        InExpression list => list with { Field = FieldOf(list.Field), Values = [.. list.Values.Select(value => Checked(list.Field, value, isDialect))] },
        _ => expression,
    };

    private static SearchField FieldOf(SearchField field) => field switch
    {
        { Entity: SearchEntity.Tag, Key: WireTags.RunName } => new SearchField(SearchEntity.Attribute, "run_name"),
        { Entity: SearchEntity.Tag, Key: WireTags.ParentRunId } => new SearchField(SearchEntity.Attribute, "parent_run_id"),
        _ => field,
    };

    private static ParamValue Checked(SearchField field, ParamValue value, bool isDialect)
    {
        if (!isDialect && field.Entity == SearchEntity.Param && value.Kind != ParamKind.String)
            throw ApiException.Refused($"Expected a quoted string value for parameter '{ApiException.Shorten(field.Key)}' (e.g. 'my-value'). Got value {value}");
        return value;
    }
}
