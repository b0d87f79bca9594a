using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Sdk.Storage;

/// <summary>Writes a tree as text that <see cref="SearchParser"/> reads back to an equal tree.</summary>
internal static class SearchPrinter
{
    public static string Print(SearchExpression expression)
    {
        var text = new StringBuilder();
        Append(text, expression);
        return text.ToString();
    }

    public static string Print(SearchField field)
    {
        var name = $"{EntityName(field.Entity)}.{Key(field.Key ?? "")}";
        return field.Aggregate == MetricAggregate.Last ? name : $"{field.Aggregate.ToString().ToLowerInvariant()}({name})";
    }

    public static string Print(SearchOrder order) => order.Descending ? $"{Print(order.Field)} DESC" : Print(order.Field);

    public static string Print(ParamValue value) => value.Kind switch
    {
        ParamKind.String => $"'{value.ToString().Replace("'", "''", StringComparison.Ordinal)}'",
        ParamKind.Floating => Floating(value.AsFloating),
        _ => value.ToString(),
    };

    private static void Append(StringBuilder text, SearchExpression expression)
    {
        // A tree made by hand may be deeper than any store accepts; that must not end the process.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (expression)
        {
            case AndExpression and:
                AppendTerms(text, and.Terms, " AND ", term => term is AndExpression or OrExpression);
                break;
            case OrExpression or:
                AppendTerms(text, or.Terms, " OR ", term => term is OrExpression);
                break;
            case NotExpression not:
                text.Append("NOT ");
                AppendTerm(text, not.Term, not.Term is AndExpression or OrExpression);
                break;
            case ComparisonExpression comparison:
                text.Append(Print(comparison.Field)).Append(' ').Append(Symbol(comparison.Operator)).Append(' ').Append(Print(comparison.Value));
                break;
            case InExpression membership:
                text.Append(Print(membership.Field)).Append(membership.Negated ? " NOT IN (" : " IN (");
                text.AppendJoin(", ", membership.Values.Select(Print)).Append(')');
                break;
            default:
                throw new InvalidOperationException($"The expression {expression.GetType().Name} is not known.");
        }
    }

    private static void AppendTerms(
        StringBuilder text, IReadOnlyList<SearchExpression> terms, string joint, Func<SearchExpression, bool> needsParentheses)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            if (i > 0) text.Append(joint);
            AppendTerm(text, terms[i], needsParentheses(terms[i]));
        }
    }

    private static void AppendTerm(StringBuilder text, SearchExpression term, bool parentheses)
    {
        if (parentheses) text.Append('(');
        Append(text, term);
        if (parentheses) text.Append(')');
    }

    private static string Key(string key) =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '/')
            ? key
            : $"`{key.Replace("`", "``", StringComparison.Ordinal)}`";

    private static string Floating(double value)
    {
        var digits = value.ToString("R", CultureInfo.InvariantCulture);
        // Digits alone would be read back as an integer.
        return double.IsFinite(value) && !digits.Contains('.') && !digits.Contains('E') ? digits + ".0" : digits;
    }

    private static string EntityName(SearchEntity entity) => entity switch
    {
        SearchEntity.Attribute => "attributes",
        SearchEntity.Metric => "metrics",
        SearchEntity.Param => "params",
        SearchEntity.Tag => "tags",
        SearchEntity.Dataset => "datasets",
        _ => ((int)entity).ToString(CultureInfo.InvariantCulture),
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
        ComparisonOperator.ILike => "ILIKE",
        _ => ((int)comparison).ToString(CultureInfo.InvariantCulture),
    };
}
