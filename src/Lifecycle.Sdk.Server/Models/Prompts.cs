using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>
/// Prompts, which 3.x clients keep as registered models with a tag, the text in a tag of each version. Who searches for models does not mean them, and no client can leave them
/// out by itself, since models do not have the tag.
/// </summary>
internal static class Prompts
{
    private const string Tag = "mlflow.prompt.is_prompt";

    /// <summary>Whether a version is one of a prompt. It has no files: its source is a word.</summary>
    public static bool Is(IReadOnlyDictionary<string, string> tags, string source) => tags.ContainsKey(Tag) && source.AsSpan().IndexOfAny('/', '\\') < 0;

    /// <summary>A filter of a stock client with the meaning that MLflow gives it: prompts are found by who asks for them, and by nobody else.</summary>
    public static SearchExpression? Rewrite(SearchExpression? filter, bool isDialect)
    {
        var terms = new List<SearchExpression>();
        var asked = filter is null ? null : Visit(filter, terms);
        if (terms.Exists(IsForPrompts) || isDialect) return asked;
        var others = new NotExpression(new ComparisonExpression(new SearchField(SearchEntity.Tag, Tag), ComparisonOperator.Equal, "true"));
        return asked is null ? others : new AndExpression([asked, others]);
    }

    private static SearchExpression Visit(SearchExpression expression, List<SearchExpression> terms)
    {
        switch (expression)
        {
            case AndExpression and:
                return new AndExpression([.. and.Terms.Select(term => Visit(term, terms))]);
            case OrExpression or:
                return new OrExpression([.. or.Terms.Select(term => Visit(term, terms))]);
            case NotExpression not:
                return new NotExpression(Visit(not.Term, terms));
            case ComparisonExpression { Field: { Entity: SearchEntity.Tag, Key: Tag } } tag:
                terms.Add(tag);
                return IsForModels(tag) ? new NotExpression(tag with { Operator = ComparisonOperator.Equal, Value = "true" }) : tag;
            default:
                return expression;
        }
    }

    private static bool IsForModels(ComparisonExpression tag) => (tag.Operator, tag.Value.ToString()) is (ComparisonOperator.NotEqual, "true") or (ComparisonOperator.Equal, "false");

    private static bool IsForPrompts(SearchExpression expression) =>
        expression is ComparisonExpression tag && (tag.Operator, tag.Value.ToString()) is (ComparisonOperator.Equal, "true") or (ComparisonOperator.NotEqual, "false");
}
