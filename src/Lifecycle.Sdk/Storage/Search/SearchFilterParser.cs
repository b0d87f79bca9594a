using System.Globalization;

namespace Lifecycle.Sdk.Storage;

/// <summary>Reads a filter by recursive descent: OR of AND of NOT of conditions. One use per text.</summary>
internal sealed class SearchFilterParser(SearchReader reader, SearchTarget target)
{
    private static readonly (string Symbol, ComparisonOperator Operator)[] Symbols =
    [
        (">=", ComparisonOperator.GreaterOrEqual), ("<=", ComparisonOperator.LessOrEqual), ("!=", ComparisonOperator.NotEqual),
        ("=", ComparisonOperator.Equal), ("<", ComparisonOperator.Less), (">", ComparisonOperator.Greater),
    ];

    /// <summary>What people write by mistake, with what they mean.</summary>
    private static readonly (string Symbol, string Hint)[] SymbolSlips =
    [
        ("==", "equality is ="), ("<>", "inequality is !="), ("=>", "write >="), ("=<", "write <="), ("=~", "write LIKE"), ("~", "write LIKE"),
    ];

    private static readonly string[] DateFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    private readonly SearchFieldParser _fields = new(reader, target);
    private int _depth;

    /// <summary>Reads the whole text.</summary>
    public SearchExpression Read()
    {
        var expression = ReadOr();
        reader.SkipSpace();
        if (!reader.AtEnd) throw reader.Error("AND, OR or the end", JointHint());
        return expression;
    }

    private SearchExpression ReadOr() => ReadJoined("OR", ReadAnd, terms => new OrExpression(terms));

    private SearchExpression ReadAnd() => ReadJoined("AND", ReadNot, terms => new AndExpression(terms));

    private SearchExpression ReadJoined(
        string keyword, Func<SearchExpression> readTerm, Func<IReadOnlyList<SearchExpression>, SearchExpression> join)
    {
        var first = readTerm();
        List<SearchExpression>? terms = null;
        while (true)
        {
            reader.SkipSpace();
            if (!reader.TryReadKeyword(keyword)) return terms is null ? first : join(terms);
            terms ??= [first];
            terms.Add(readTerm());
        }
    }

    private SearchExpression ReadNot()
    {
        reader.SkipSpace();
        if (reader.TryReadKeyword("NOT")) return Nested(() => new NotExpression(ReadNot()));
        if (!reader.TryRead("(")) return ReadCondition();
        return Nested(() =>
        {
            var inner = ReadOr();
            reader.SkipSpace();
            return reader.TryRead(")") ? inner : throw reader.Error("AND, OR or ')'", JointHint());
        });
    }

    private SearchExpression Nested(Func<SearchExpression> read)
    {
        if (++_depth > SearchLimits.Depth) throw reader.Error($"at most {SearchLimits.Depth} levels of parentheses and NOT");
        var expression = read();
        _depth--;
        return expression;
    }

    private SearchExpression ReadCondition()
    {
        var field = _fields.Read();
        var type = SearchFields.TypeOf(target, field);
        reader.SkipSpace();
        var negated = reader.TryReadKeyword("NOT");
        if (negated) reader.SkipSpace();
        if (reader.TryReadKeyword("IN")) return new InExpression(field, ReadList(type), negated);
        if (negated) throw reader.Error("IN after NOT", $"for patterns write NOT ({field} LIKE …)");
        var (operatorStart, comparison) = (reader.Position, ReadOperator());
        reader.SkipSpace();
        var start = reader.Position;
        var value = ReadLiteral(type);
        if (SearchValidator.FindFault(type, comparison, value) is { } fault)
            throw Unfit(start, operatorStart, type, comparison, value, fault);
        return new ComparisonExpression(field, comparison, value);
    }

    private List<ParamValue> ReadList(FieldType type)
    {
        reader.SkipSpace();
        if (!reader.TryRead("(")) throw reader.Error("'(' and a list after IN", "write IN ('a', 'b')");
        var values = new List<ParamValue>();
        while (true)
        {
            reader.SkipSpace();
            // A comma before the end is allowed: Python prints a tuple of one that way.
            if (values.Count > 0 && reader.TryRead(")")) return values;
            var start = reader.Position;
            values.Add(ReadLiteral(type));
            if (SearchValidator.FindFault(type, values[^1]) is { } fault)
                throw reader.Error(start, SearchPrinter.Print(values[^1]), "a value that fits", fault);
            reader.SkipSpace();
            if (reader.TryRead(",")) continue;
            return reader.TryRead(")") ? values : throw reader.Error("',' or ')' in the list");
        }
    }

    private ComparisonOperator ReadOperator()
    {
        foreach (var (symbol, hint) in SymbolSlips)
        {
            var start = reader.Position;
            if (reader.TryRead(symbol)) throw reader.Error(start, $"'{symbol}'", "an operator", hint);
        }

        foreach (var (symbol, comparison) in Symbols)
        {
            if (reader.TryRead(symbol)) return comparison;
        }

        if (reader.TryReadKeyword("LIKE")) return ComparisonOperator.Like;
        if (reader.TryReadKeyword("ILIKE")) return ComparisonOperator.ILike;
        throw reader.Error("an operator: = != < <= > >= LIKE ILIKE IN NOT IN", reader.AtEnd ? null : "names with spaces go in backticks");
    }

    private ParamValue ReadLiteral(FieldType type)
    {
        var start = reader.Position;
        if (reader.AtQuote)
        {
            var text = reader.ReadQuoted();
            return type == FieldType.Time && TryReadTime(text, out var milliseconds) ? milliseconds : text;
        }

        var bare = reader.ReadBareLiteral();
        if (bare.Length == 0) throw reader.Error("a value: 'text', a number, true or false");
        return ParseBare(bare) ?? throw reader.Error(
            start, $"'{NameRules.Shorten(bare)}'", "a value: 'text', a number, true or false", $"text goes in quotes: '{NameRules.Shorten(bare)}'");
    }

    private static ParamValue? ParseBare(string bare)
    {
        // Spelled out: with the implicit conversions both branches would become double.
        if (SearchNumber.TryParse(bare, out var number))
            return number.IsInteger ? ParamValue.Of(number.Integer) : ParamValue.Of(number.Floating);
        return bare.ToLowerInvariant() switch
        {
            "true" => true,
            "false" => false,
            "nan" => double.NaN,
            "inf" or "+inf" or "infinity" or "+infinity" => double.PositiveInfinity,
            "-inf" or "-infinity" => double.NegativeInfinity,
            _ => null,
        };
    }

    private static bool TryReadTime(string text, out long milliseconds)
    {
        var isTime = DateTimeOffset.TryParseExact(
            text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        milliseconds = isTime ? time.ToUnixTimeMilliseconds() : 0;
        return isTime;
    }

    private ArgumentException Unfit(
        int start, int operatorStart, FieldType type, ComparisonOperator comparison, ParamValue value, string fault) =>
        SearchValidator.FindFault(type, value) is not null
            ? reader.Error(start, NameRules.Shorten(SearchPrinter.Print(value)), "a value that fits", fault)
            : reader.Error(operatorStart, $"{comparison} with {NameRules.Shorten(SearchPrinter.Print(value))}", "an operator that fits", fault);

    private string? JointHint()
    {
        if (reader.Current == '&') return "write AND";
        if (reader.Current == '|') return "write OR";
        if (reader.Current == ';') return "one filter is one condition";
        return reader.AtKeyword("ORDER") || reader.AtKeyword("LIMIT") ? "ordering and page size are not part of the filter" : null;
    }
}
