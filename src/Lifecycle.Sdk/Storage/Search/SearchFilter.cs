namespace Lifecycle.Sdk.Storage;

/// <summary>Compiles a checked condition to a delegate over rows. This is what the other translations of the tree must agree
/// with.</summary>
/// <typeparam name="T">The kind of row.</typeparam>
/// <param name="rows">Where fields are found.</param>
internal sealed class SearchFilter<T>(SearchRow<T> rows)
{
    public Func<T, bool> Compile(SearchExpression expression) => expression switch
    {
        AndExpression and => All([.. and.Terms.Select(Compile)]),
        OrExpression or => Any([.. or.Terms.Select(Compile)]),
        NotExpression not => Not(Compile(not.Term)),
        ComparisonExpression comparison => Compare(comparison.Field, comparison.Operator, comparison.Value),
        InExpression membership => Member(membership),
        _ => throw new InvalidOperationException($"The expression {expression.GetType().Name} is not known."),
    };

    private static Func<T, bool> All(Func<T, bool>[] terms) => row =>
    {
        foreach (var term in terms)
        {
            if (!term(row)) return false;
        }

        return true;
    };

    private static Func<T, bool> Any(Func<T, bool>[] terms) => row =>
    {
        foreach (var term in terms)
        {
            if (term(row)) return true;
        }

        return false;
    };

    private static Func<T, bool> Not(Func<T, bool> term) => row => !term(row);

    private Func<T, bool> Compare(SearchField field, ComparisonOperator comparison, ParamValue literal)
    {
        if (literal.Kind == ParamKind.String) return OnText(field, TextTest(comparison, literal.ToString()));
        var number = NumberOf(literal);
        var wanted = literal.Kind == ParamKind.Boolean ? SearchValueClass.Boolean : SearchValueClass.Number;
        var read = rows.Reader(field);
        return row =>
        {
            var value = read(row);
            if (value.Class == SearchValueClass.Missing) return false;
            // No common type, or NaN on either side: unequal, and nothing else.
            if (value.Class != wanted || number.IsNaN) return comparison == ComparisonOperator.NotEqual;
            return Holds(comparison, SearchNumber.Compare(value.Number, number));
        };
    }

    private Func<T, bool> Member(InExpression membership)
    {
        var (field, negated) = (membership.Field, membership.Negated);
        var texts = membership.Values.Where(value => value.Kind == ParamKind.String).Select(value => value.ToString()).ToHashSet(StringComparer.Ordinal);
        if (texts.Count > 0 && membership.Values.All(value => value.Kind == ParamKind.String))
            return OnText(field, text => texts.Contains(text) != negated);
        var others = membership.Values.Where(value => value.Kind != ParamKind.String)
            .Select(value => (value.Kind == ParamKind.Boolean ? SearchValueClass.Boolean : SearchValueClass.Number, NumberOf(value))).ToArray();
        var read = rows.Reader(field);
        var readText = texts.Count > 0 ? rows.TextReader(field) : null;
        return row =>
        {
            var value = read(row);
            if (value.Class == SearchValueClass.Missing) return false;
            return (Contains(others, value) || (readText is not null && texts.Contains(readText(row)!))) != negated;
        };
    }

    private static bool Contains((SearchValueClass Class, SearchNumber Number)[] literals, in SearchValue value)
    {
        foreach (var (kind, number) in literals)
        {
            if (kind == value.Class && !number.IsNaN && SearchNumber.Compare(value.Number, number) == 0) return true;
        }

        return false;
    }

    private Func<T, bool> OnText(SearchField field, Func<string, bool> test)
    {
        if (field.Entity == SearchEntity.Dataset)
        {
            var readAll = rows.DatasetReader(field);
            return row => readAll(row).Any(value => value is not null && test(value));
        }

        var read = rows.TextReader(field);
        return row => read(row) is { } value && test(value);
    }

    private static Func<string, bool> TextTest(ComparisonOperator comparison, string literal)
    {
        switch (comparison)
        {
            case ComparisonOperator.Equal:
                return text => text == literal;
            case ComparisonOperator.NotEqual:
                return text => text != literal;
            case ComparisonOperator.Like or ComparisonOperator.ILike:
                return new LikePattern(literal, comparison == ComparisonOperator.ILike).Matches;
            default:
                return text => Holds(comparison, OrdinalText.Compare(text, literal));
        }
    }

    private static SearchNumber NumberOf(ParamValue literal) => literal.Kind switch
    {
        ParamKind.Integer => SearchNumber.Of(literal.AsInteger),
        ParamKind.Floating => SearchNumber.Of(literal.AsFloating),
        _ => SearchNumber.Of(literal.AsBoolean ? 1L : 0L),
    };

    private static bool Holds(ComparisonOperator comparison, int order) => comparison switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.NotEqual => order != 0,
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        ComparisonOperator.GreaterOrEqual => order >= 0,
        _ => throw new InvalidOperationException($"The operator {comparison} does not compare numbers."),
    };
}
