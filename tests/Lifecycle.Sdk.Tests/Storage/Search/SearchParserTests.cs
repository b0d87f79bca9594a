using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Search;

public sealed class SearchParserTests
{
    [Theory]
    [InlineData("metrics.auc > 0.9", "metrics.auc > 0.9")]
    [InlineData("metric.auc>0.9", "metrics.auc > 0.9")]
    [InlineData("METRICS.auc >= 1", "metrics.auc >= 1")]
    [InlineData("metrics.auc < -1e-3", "metrics.auc < -0.001")]
    [InlineData("metrics.auc <= .5", "metrics.auc <= 0.5")]
    [InlineData("metrics.auc != 5.", "metrics.auc != 5.0")]
    [InlineData("metrics.auc = +7", "metrics.auc = 7")]
    [InlineData("metrics.x = 9223372036854775807", "metrics.x = 9223372036854775807")]
    [InlineData("metrics.x = 9223372036854775808", "metrics.x = 9.223372036854776E+18")]
    [InlineData("metrics.x = -Infinity or metrics.x = inf or metrics.x != nan", "metrics.x = -Infinity OR metrics.x = Infinity OR metrics.x != NaN")]
    [InlineData("params.kind = 'gbt'", "params.kind = 'gbt'")]
    [InlineData("param.kind = \"gbt\"", "params.kind = 'gbt'")]
    [InlineData("parameter.kind != 'it''s'", "params.kind != 'it''s'")]
    [InlineData("parameters.kind != \"say \"\"hi\"\"\"", "params.kind != 'say \"hi\"'")]
    [InlineData("params.depth > 6", "params.depth > 6")]
    [InlineData("params.depth = '6'", "params.depth = '6'")]
    [InlineData("params.fast = true AND params.slow != FALSE", "params.fast = true AND params.slow != false")]
    [InlineData("tags.mlflow.parentRunId = 'x'", "tags.mlflow.parentRunId = 'x'")]
    [InlineData("tag.`team name` LIKE 'vis%'", "tags.`team name` LIKE 'vis%'")]
    [InlineData("tags.\"team name\" ilike 'VIS_'", "tags.`team name` ILIKE 'VIS_'")]
    [InlineData("tags.`a``b` = 'x'", "tags.`a``b` = 'x'")]
    [InlineData("tags.a-b/c = 'x'", "tags.a-b/c = 'x'")]
    [InlineData("tags.größe='x'", "tags.`größe` = 'x'")]
    [InlineData("attributes.status = 'FINISHED'", "attributes.status = 'FINISHED'")]
    [InlineData("attribute.Status = 'FINISHED'", "attributes.status = 'FINISHED'")]
    [InlineData("attr.status = 'FINISHED'", "attributes.status = 'FINISHED'")]
    [InlineData("run.status = 'FINISHED'", "attributes.status = 'FINISHED'")]
    [InlineData("status IN ('FINISHED', 'FAILED')", "attributes.status IN ('FINISHED', 'FAILED')")]
    [InlineData("status not in ('FINISHED',)", "attributes.status NOT IN ('FINISHED')")]
    [InlineData("`run name` = 'x'", "attributes.run_name = 'x'")]
    [InlineData("attributes.`Run Name` = 'x'", "attributes.run_name = 'x'")]
    [InlineData("\"Run name\" = \"x\"", "attributes.run_name = 'x'")]
    [InlineData("Created > 1700000000000", "attributes.start_time > 1700000000000")]
    [InlineData("start_time > '2023-11-14T22:13:20Z'", "attributes.start_time > 1700000000000")]
    [InlineData("end_time <= '2023-11-15 00:13:20.5+02:00'", "attributes.end_time <= 1700000000500")]
    [InlineData("start_time IN ('2023-11-14')", "attributes.start_time IN (1699920000000)")]
    [InlineData("dataset.name = 'digits' and datasets.context = 'training'", "datasets.name = 'digits' AND datasets.context = 'training'")]
    [InlineData("dataset.digest NOT IN ('a', 'b')", "datasets.digest NOT IN ('a', 'b')")]
    [InlineData("params.depth IN (6, 8.5, 'auto', true)", "params.depth IN (6, 8.5, 'auto', true)")]
    [InlineData("min(metrics.loss) < 0.1", "min(metrics.loss) < 0.1")]
    [InlineData("AVG( metrics.loss ) < 0.1", "mean(metrics.loss) < 0.1")]
    [InlineData("count(metrics.loss) >= 100", "count(metrics.loss) >= 100")]
    [InlineData("last(metrics.loss) >= 100", "metrics.loss >= 100")]
    [InlineData("metrics.loss{subset=train} < 1", "metrics.`loss{subset=train}` < 1")]
    [InlineData("metrics.loss{subset=my set, (1)} < 1", null)]
    [InlineData("metrics.loss{subset=my set (1)} < 1", "metrics.`loss{subset=my set (1)}` < 1")]
    [InlineData("max(metrics.`loss{subset=train,fold=3}`) < 1", "max(metrics.`loss{fold=3,subset=train}`) < 1")]
    [InlineData("metrics.a > 1 and metrics.b > 2 AND metrics.c > 3", "metrics.a > 1 AND metrics.b > 2 AND metrics.c > 3")]
    [InlineData("metrics.a > 1 or metrics.b > 2 and metrics.c > 3", "metrics.a > 1 OR metrics.b > 2 AND metrics.c > 3")]
    [InlineData("(metrics.a > 1 or metrics.b > 2) and metrics.c > 3", "(metrics.a > 1 OR metrics.b > 2) AND metrics.c > 3")]
    [InlineData("not metrics.a > 1 and metrics.b > 2", "NOT metrics.a > 1 AND metrics.b > 2")]
    [InlineData("not(metrics.a > 1 and metrics.b > 2)", "NOT (metrics.a > 1 AND metrics.b > 2)")]
    [InlineData("NOT NOT metrics.a > 1", "NOT NOT metrics.a > 1")]
    [InlineData("((((metrics.a > 1))))", "metrics.a > 1")]
    [InlineData("  \t\nmetrics.a\n>\n1  ", "metrics.a > 1")]
    [InlineData("params.and = 'or'", "params.and = 'or'")]
    [InlineData("params.x = ''", "params.x = ''")]
    [InlineData("params.x = 'AND metrics.y > 1'", "params.x = 'AND metrics.y > 1'")]
    public void A_filter_is_read(string text, string? canonical)
    {
        if (canonical is null)
        {
            Assert.Throws<ArgumentException>(() => SearchParser.ParseRunFilter(text));
            return;
        }

        var expression = SearchParser.ParseRunFilter(text);
        Assert.Equal(canonical, expression!.ToString());
        Assert.Equal(expression, SearchParser.ParseRunFilter(canonical));
    }

    [Theory]
    [InlineData("metrics.auc == 0.9", 12, "'=='", "equality is =")]
    [InlineData("metrics.auc <> 0.9", 12, "'<>'", "inequality is !=")]
    [InlineData("metrics.auc => 0.9", 12, "'=>'", "write >=")]
    [InlineData("metrics.a > 1 && metrics.b > 2", 14, "'&&'", "write AND")]
    [InlineData("metrics.a > 1 || metrics.b > 2", 14, "'||'", "write OR")]
    [InlineData("!metrics.a > 1", 0, "'!'", "write NOT")]
    [InlineData("params.kind = gbt", 14, "'gbt'", "text goes in quotes: 'gbt'")]
    [InlineData("metrics.auc > '0.9'", 14, "'0.9'", "write 0.9 without quotes")]
    [InlineData("metrics.auc > 'high'", 14, "'high'", "metrics are compared with numbers")]
    [InlineData("metrics.auc = true", 14, "true", "metrics are compared with numbers")]
    [InlineData("tags.team = 5", 12, "5", "write '5' in quotes")]
    [InlineData("status = 5", 9, "5", "write '5' in quotes")]
    [InlineData("metrics.auc LIKE '9%'", 17, "'9%'", "metrics are compared with numbers")]
    [InlineData("metrics.auc LIKE 9", 12, "Like with 9", "this is a number")]
    [InlineData("params.x LIKE 9", 9, "Like with 9", "a pattern in quotes")]
    [InlineData("params.x > true", 9, "Greater with true", "with = and != only")]
    [InlineData("params.x NOT LIKE 'a%'", 13, "'LIKE'", "write NOT (params.x LIKE")]
    [InlineData("stats = 'FINISHED'", 0, "'stats'", "did you mean status")]
    [InlineData("name = 'x'", 0, "'name'", "did you mean run_name")]
    [InlineData("attributes.startt_time > 5", 11, "'startt_time'", "did you mean start_time")]
    [InlineData("metrcs.auc > 5", 0, "'metrcs.'", "did you mean metrics")]
    [InlineData("foo.auc > 5", 0, "'foo.'", "a key with dots goes after its entity")]
    [InlineData("metrics > 5", 0, "'metrics'", "metrics needs a key")]
    [InlineData("metrics. > 5", 8, "' '", "write metrics.name")]
    [InlineData("dataset.size > 5", 8, "'size'", "name, digest or context")]
    [InlineData("median(metrics.x) > 5", 0, "'median('", "min, max, mean")]
    [InlineData("min(params.x) > 5", 4, "params.x", "a metric")]
    [InlineData("min(min(metrics.x)) > 5", 4, "'min'", "a metric")]
    [InlineData("min(metrics.x > 5", 14, "'>'", "')'")]
    [InlineData("0.9 < metrics.auc", 0, "'0'", "the field comes first")]
    [InlineData("'x' = params.a", 0, "'''", "the field comes first")]
    [InlineData("metrics.a", 9, "the end", "an operator")]
    [InlineData("metrics.a >", 11, "the end", "a value")]
    [InlineData("metrics.a > 1 AND", 17, "the end", "a field")]
    [InlineData("metrics.a > 1 metrics.b > 2", 14, "'metrics'", "AND, OR or the end")]
    [InlineData("metrics.a > 1 ORDER BY metrics.a", 14, "'ORDER'", "not part of the filter")]
    [InlineData("(metrics.a > 1", 14, "the end", "')'")]
    [InlineData("metrics.a > 1)", 13, "')'", "AND, OR or the end")]
    [InlineData("()", 1, "')'", "a field")]
    [InlineData("params.x IN ()", 13, "')'", "a value")]
    [InlineData("params.x IN 'a'", 12, "'''", "'(' and a list")]
    [InlineData("params.x IN ('a' 'b')", 17, "'''", "',' or ')'")]
    [InlineData("metrics.x IN ('a')", 14, "'a'", "metrics are compared with numbers")]
    [InlineData("params.x = 'abc", 11, "the text that begins with '", "' at its end")]
    [InlineData("params.`x = 'abc'", 7, "the text that begins with `", "` at its end")]
    [InlineData("metrics.loss{a=b > 1", 12, "'{'", "'}' that ends the context")]
    [InlineData("metrics.loss{a} > 1", 8, "'loss{a}'", "a series such as")]
    [InlineData("start_time > 'yesterday'", 13, "'yesterday'", "such as '2026-01-31T12:00:00Z'")]
    [InlineData("run name = 'x'", 0, "'run'", "run needs a key")]
    [InlineData("metrics.train loss > 1", 14, "'loss'", "names with spaces go in backticks")]
    [InlineData("\u0000", 0, "'·'", "a field")]
    public void A_bad_filter_says_where_and_why(string text, int position, string found, string advice)
    {
        var error = Assert.Throws<ArgumentException>(() => SearchParser.ParseRunFilter(text));
        Assert.StartsWith($"The filter can't be read at position {position}: found {found}, expected ", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_marks_the_place()
    {
        var error = Assert.Throws<ArgumentException>(() => SearchParser.ParseRunFilter("metrics.auc == 0.9"));
        var lines = error.Message.Split('\n');
        Assert.Equal("  metrics.auc == 0.9", lines[1]);
        Assert.Equal("              ^", lines[2]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n ")]
    public void No_text_is_no_filter(string? text) => Assert.Null(SearchParser.ParseRunFilter(text));

    [Fact]
    public void Experiments_have_attributes_and_tags_only()
    {
        Assert.Equal("attributes.name LIKE 'a%' AND tags.x = 'y'", SearchParser.ParseExperimentFilter("name LIKE 'a%' and tags.x = 'y'")!.ToString());
        Assert.Throws<ArgumentException>(() => SearchParser.ParseExperimentFilter("metrics.x > 1"));
        Assert.Throws<ArgumentException>(() => SearchParser.ParseExperimentFilter("status = 'FINISHED'"));
        Assert.Throws<ArgumentException>(() => SearchParser.ParseRunFilter("creation_time > 5"));
    }

    [Fact]
    public void Limits_are_refused_with_their_number()
    {
        Assert.Contains("100000", Refusal(new string(' ', 100_001) + "x"), StringComparison.Ordinal);
        Assert.Contains("200 levels", Refusal(new string('(', 50_000)), StringComparison.Ordinal);
        Assert.Contains("200 levels", Refusal(string.Concat(Enumerable.Repeat("NOT ", 20_000))), StringComparison.Ordinal);
        Assert.Contains("1000 conditions", Refusal(string.Join(" AND ", Enumerable.Repeat("metrics.x>1", 1_001))), StringComparison.Ordinal);
        Assert.Contains("10000 literals", Refusal($"params.x IN ({string.Join(',', Enumerable.Range(0, 10_001))})"), StringComparison.Ordinal);
        Assert.Contains("64 characters", Refusal($"params.x LIKE '%{new string('_', 65)}%'"), StringComparison.Ordinal);
        Assert.NotNull(SearchParser.ParseRunFilter(new string('(', 200) + "metrics.x > 1" + new string(')', 200)));
        Assert.NotNull(SearchParser.ParseRunFilter(string.Join(" OR ", Enumerable.Repeat("metrics.x>1", 1_000))));

        static string Refusal(string text) => Assert.Throws<ArgumentException>(() => SearchParser.ParseRunFilter(text)).Message;
    }

    [Theory]
    [InlineData("metrics.auc DESC", "metrics.auc DESC")]
    [InlineData("metrics.auc", "metrics.auc")]
    [InlineData("metrics.auc asc, params.x desc , start_time", "metrics.auc, params.x DESC, attributes.start_time")]
    [InlineData("ORDER BY min(metrics.loss{a=b}) DESC", "min(metrics.`loss{a=b}`) DESC")]
    [InlineData("tags.`x, y` DESC", "tags.`x, y` DESC")]
    [InlineData("params.desc desc", "params.desc DESC")]
    [InlineData("", "")]
    public void An_ordering_is_read(string text, string canonical) =>
        Assert.Equal(canonical, string.Join(", ", SearchParser.ParseRunOrder(text).Select(term => term.ToString())));

    [Theory]
    [InlineData("metrics.auc DOWN", "found 'DOWN'")]
    [InlineData("metrics.auc,", "found the end")]
    [InlineData("dataset.name", "many datasets")]
    [InlineData("metrics.auc, metric.auc DESC", "twice")]
    [InlineData("metrics.auc > 1", "found '>'")]
    [InlineData("ORDER metrics.auc", "BY after ORDER")]
    public void A_bad_ordering_is_refused(string text, string part) =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(() => SearchParser.ParseRunOrder(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_builder_makes_the_same_tree()
    {
        var built = RunFilter.Metric("auc") > 0.9 & (RunFilter.Param("kind") == "gbt" | RunFilter.Param("depth").In(6, "auto"))
            & !RunFilter.Tag("team").Like("VIS%", ignoreCase: true) & RunFilter.Metric("loss{b=2,a=1}", MetricAggregate.Min) <= 1
            & RunFilter.Status == RunStatus.Finished & RunFilter.StartTime >= DateTimeOffset.FromUnixTimeMilliseconds(5)
            & RunFilter.Param("fast") != true & RunFilter.DatasetName.NotIn("x");
        var read = SearchParser.ParseRunFilter(
            "metrics.auc > 0.9 and (params.kind = 'gbt' or params.depth in (6, 'auto')) and not tags.team ilike 'VIS%' and "
            + "min(metrics.loss{a=1,b=2}) <= 1 and status = 'FINISHED' and start_time >= 5 and params.fast != true and dataset.name not in ('x')");
        Assert.Equal(read, built);
        Assert.Equal(read!.GetHashCode(), built.GetHashCode());
        Assert.Equal(SearchParser.ParseRunOrder("metrics.auc DESC", "start_time"), [RunOrder.ByMetric("auc").GreatestFirst(), RunOrder.ByStartTime]);
    }
}
