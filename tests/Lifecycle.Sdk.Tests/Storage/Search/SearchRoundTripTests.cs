using System.Diagnostics;
using CsCheck;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Search;

public sealed class SearchRoundTripTests
{
    private static readonly string[] Tokens =
    [
        "metrics", "params", "tags", ".", "loss", "`", "\"", "'", "{", "}", "(", ")", "(", ",", "=", "==", "!=", "<", ">=", "&&", "!", " ", " ", "AND", "or", "NOT", "IN",
        "LIKE", "ilike", "1", "-0.5e3", "nan", "true", "status", "min", "start_time", "'2026-01-31'", "dataset.name", "\0", "\uD800", "\u00E9", "%", "_", "run name", "ORDER BY",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char["ab'\"`\\%_ .{}=,\n\u00E9\uD83D"], 0, 8], Gen.OneOfConst("", "AND", "it's", "\U0001F600", "''", "x y"));

    private static readonly Gen<string> Key = Gen.OneOf(Gen.OneOfConst("loss", "a.b", "and", "in", "a-b/c", "team name"), Text.Where(text => text.Length > 0));

    private static readonly Gen<ParamValue> Number = Gen.OneOf(
        Gen.Long.Select(ParamValue.Of), Gen.Int.Select(value => ParamValue.Of((long)value)),
        Gen.Double.Where(value => !double.IsNaN(value)).Select(ParamValue.Of),
        Gen.OneOfConst(-0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, 1e16, 5.0).Select(ParamValue.Of));

    private static readonly Gen<ParamValue> AnyLiteral = Gen.OneOf(Number, Text.Select(ParamValue.Of), Gen.Bool.Select(ParamValue.Of));

    private static readonly Gen<ComparisonOperator> Ordering = Gen.Int[0, 5].Select(value => (ComparisonOperator)value);

    private static readonly Gen<SearchField> Metric = Gen.Select(
        Gen.OneOfConst("loss", "loss{a=b}", "a b{fold=1,subset=x (y)}", "and", "l`oss"), Gen.Enum<MetricAggregate>(), (key, aggregate) => new SearchField(SearchEntity.Metric, key, aggregate));

    private static readonly Gen<SearchExpression> Condition = Gen.OneOf<SearchExpression>(
        Gen.Select(Metric, Ordering, Number, (field, comparison, value) => (SearchExpression)new ComparisonExpression(field, comparison, value)),
        Gen.Select(Key, Ordering, Number, (key, comparison, value) => (SearchExpression)new ComparisonExpression(new(SearchEntity.Param, key), comparison, value)),
        Gen.Select(Key, Gen.Enum<ComparisonOperator>(), Text, (key, comparison, text) => (SearchExpression)new ComparisonExpression(new(SearchEntity.Tag, key), comparison, text)),
        Gen.Select(Key, AnyLiteral.Array[1, 4], Gen.Bool, (key, values, negated) => (SearchExpression)new InExpression(new(SearchEntity.Param, key), values, negated)),
        Gen.Select(Gen.OneOfConst("status", "run_name", "parent_run_id"), Text, (key, text) => (SearchExpression)new ComparisonExpression(new(SearchEntity.Attribute, key), ComparisonOperator.Equal, text)),
        Gen.Select(Gen.OneOfConst("start_time", "end_time"), Number, (key, value) => (SearchExpression)new ComparisonExpression(new(SearchEntity.Attribute, key), ComparisonOperator.Less, value)),
        Gen.Select(Gen.OneOfConst("name", "digest", "context"), Text, (key, text) => (SearchExpression)new ComparisonExpression(new(SearchEntity.Dataset, key), ComparisonOperator.NotEqual, text)));

    private static readonly Gen<SearchExpression> Tree = Gen.Recursive<SearchExpression>((depth, inner) => depth >= 5
        ? Condition
        : Gen.Frequency(
            (3, Condition),
            (1, inner.Array[2, 3].Select(terms => (SearchExpression)new AndExpression(terms))),
            (1, inner.Array[2, 3].Select(terms => (SearchExpression)new OrExpression(terms))),
            (1, inner.Select(term => (SearchExpression)new NotExpression(term)))));

    [Fact]
    public void Any_tree_is_printed_as_text_that_is_read_back_to_an_equal_tree() => Tree.Sample(
        tree =>
        {
            var text = tree.ToString();
            var read = SearchParser.ParseRunFilter(text)!;
            Assert.Equal(tree, read);
            Assert.Equal(tree.GetHashCode(), read.GetHashCode());
            Assert.Equal(text, read.ToString());
        },
        iter: 5_000);

    [Fact]
    public void Any_text_is_read_or_refused_with_an_argument_exception() =>
        Gen.OneOf(Gen.String, Gen.OneOfConst(Tokens).Array[0, 30].Select(tokens => string.Concat(tokens)), Gen.OneOfConst(Tokens).Array[0, 30].Select(tokens => string.Join(' ', tokens)))
            .Sample(text => { Read(text, SearchParser.ParseRunFilter); Read(text, SearchParser.ParseExperimentFilter); Read(text, t => SearchParser.ParseRunOrder(t)); }, iter: 20_000);

    [Fact]
    public void Any_altered_token_is_refused_or_stands_for_a_place()
    {
        var query = new RunQuery { OrderBy = SearchParser.ParseRunOrder("metrics.m DESC, tags.t, params.p") };
        var token = PageToken.Bind(query);
        SearchKey key = new([SearchValue.Of(0.5), SearchValue.OfText("caf\u00E9"), SearchValue.Of(true), SearchValue.Of(5L)], "run1");
        var text = token.Encode(key);
        var read = token.Decode(text, 4);
        Assert.Equal(("run1", "caf\u00E9", 0.5, 5L), (read.Id, read.Values[1].Text, read.Values[0].Number.Floating, read.Values[3].Number.Integer));
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Char).Sample(
            change =>
            {
                var altered = text.Remove(change.Item1, 1).Insert(change.Item1, change.Item2.ToString());
                try
                {
                    Assert.Equal("run1", token.Decode(altered, 4).Id);
                }
                catch (ArgumentException)
                {
                    // Refused, as it should be; only spelling the same bytes in another way is let through.
                }
            },
            iter: 5_000);
    }

    [Fact]
    public void A_pattern_matches_as_the_definition_says() =>
        Gen.Select(Gen.String[Gen.Char["ab%_B"], 0, 8], Gen.String[Gen.Char["abAB"], 0, 12], Gen.Bool).Sample(
            (pattern, text, ignoreCase) => new LikePattern(pattern, ignoreCase).Matches(text) == Defined(pattern, text, ignoreCase), iter: 20_000);

    [Fact]
    public void A_hostile_pattern_takes_linear_time()
    {
        var text = new string('a', 65_536);
        var start = Stopwatch.GetTimestamp();
        foreach (var pattern in new[] { string.Concat(Enumerable.Repeat("%a", 30_000)) + "b", $"%{new string('a', 30_000)}b%", $"%{new string('_', 63)}b%", "%" + string.Concat(Enumerable.Repeat("a_%", 20_000)) + "b" })
            Assert.False(new LikePattern(pattern, ignoreCase: true).Matches(text));
        // Quadratic work would be billions of steps.
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    private static bool Defined(string pattern, string text, bool ignoreCase)
    {
        if (pattern.Length == 0) return text.Length == 0;
        if (pattern[0] == '%') return Enumerable.Range(0, text.Length + 1).Any(i => Defined(pattern[1..], text[i..], ignoreCase));
        if (text.Length == 0) return false;
        var fits = pattern[0] == '_' || pattern[0] == text[0] || (ignoreCase && char.ToUpperInvariant(pattern[0]) == char.ToUpperInvariant(text[0]));
        return fits && Defined(pattern[1..], text[1..], ignoreCase);
    }

    private static void Read<T>(string text, Func<string, T> read)
    {
        try
        {
            read(text);
        }
        catch (ArgumentException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}
