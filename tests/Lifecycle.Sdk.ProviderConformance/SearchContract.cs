using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>One grammar, one meaning: the runs that filters find, in order and page by page.</summary>
public abstract class SearchContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Theory]
    [MemberData(nameof(SearchCases.Filters), MemberType = typeof(SearchCases))]
    public async Task A_filter_finds_its_runs(string filter, string expected)
    {
        Assert.SkipUnless(Fixture.Capabilities.SearchesFullGrammar, "The store searches MLflow's grammar only.");
        await FillAsync();
        Assert.Equal(Words(expected), await FindAsync(filter, "start_time"));
    }

    [Theory]
    [MemberData(nameof(SearchCases.Orders), MemberType = typeof(SearchCases))]
    public async Task An_ordering_is_total_with_NaN_and_missing_last(string order, string expected)
    {
        Assert.SkipUnless(Fixture.Capabilities.SearchesFullGrammar, "The store searches MLflow's grammar only.");
        await FillAsync();
        Assert.Equal(Words(expected), await FindAsync(null, order));
        // The same order page by page: a token stands after each run in turn.
        var paged = new List<string>();
        await foreach (var page in PagesAsync(new RunQuery { OrderBy = SearchParser.ParseRunOrder(order), MaxResults = 1 })) paged.AddRange(page);
        Assert.Equal(Words(expected), paged);
    }

    [Fact]
    public async Task Ties_are_broken_by_start_time_and_then_by_id()
    {
        foreach (var (id, minute) in ((string, int)[])[("b", 0), ("a", 0), ("c", 1), ("B", 0)]) await StartAsync(id, minute);
        Assert.Equal(["c", "B", "a", "b"], await FindAsync(null));
        Assert.Equal(["B", "a", "b", "c"], await FindAsync(null, "start_time"));

        async Task StartAsync(string id, int minute) =>
            await new RunScript(Store, RunId.Parse(id)).StartAsync(id, "exp", T0.AddMinutes(minute));
    }

    [Fact]
    public async Task Experiments_and_view_limit_what_is_found()
    {
        var one = await StartAsync("one", "first");
        await StartAsync("two", "second");
        await one.ApplyAsync(new RunStageChanged(LifecycleStage.Deleted));
        var first = (await Store.GetExperimentByNameAsync("first"))!.Id;
        var second = (await Store.GetExperimentByNameAsync("second"))!.Id;
        Assert.Equal(["two"], await NamesAsync(new RunQuery()));
        Assert.Equal(["one"], await NamesAsync(new RunQuery { View = StageView.DeletedOnly }));
        Assert.Equal(["one", "two"], await NamesAsync(new RunQuery { View = StageView.All }));
        Assert.Equal(["two"], await NamesAsync(new RunQuery { View = StageView.All, ExperimentIds = [second] }));
        Assert.Equal(["one", "two"], await NamesAsync(new RunQuery { View = StageView.All, ExperimentIds = [first, second, "987654", "odd id"] }));
        Assert.Empty(await NamesAsync(new RunQuery { ExperimentIds = [first] }));
        Assert.Empty(await NamesAsync(new RunQuery { ExperimentIds = [] }));

        async Task<IEnumerable<string>> NamesAsync(RunQuery query) => (await Store.SearchRunsAsync(query)).Items.Select(run => run.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_is_found_is_the_same_as_what_is_got()
    {
        await FillAsync();
        foreach (var found in (await Store.SearchRunsAsync(new RunQuery())).Items)
            Assert.Equal(StoreDump.Text(found), StoreDump.Text((await Store.GetRunAsync(found.Id))!));
    }

    [Fact]
    public async Task Pages_hold_every_run_once_while_runs_are_added()
    {
        for (var i = 0; i < 30; i++)
        {
            var run = await StartAsync($"r{i:00}", time: T0.AddSeconds(i));
            if (i % 5 != 0) await run.LogAsync("m", i % 4 == 0 ? double.NaN : i % 3);
        }

        var query = new RunQuery { OrderBy = SearchParser.ParseRunOrder("metrics.m DESC"), MaxResults = 4 };
        var expected = (await Store.SearchRunsAsync(query with { MaxResults = 1_000 })).Items.Select(run => run.Name).ToList();
        var seen = new List<string>();
        await foreach (var page in PagesAsync(query))
        {
            seen.AddRange(page);
            var added = await StartAsync($"new{seen.Count}", time: T0.AddDays(1));
            await added.LogAsync("m", 1_000);
        }

        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task A_token_of_another_query_or_a_broken_one_is_refused()
    {
        await StartAsync("a");
        await StartAsync("b");
        var query = new RunQuery { MaxResults = 1, Filter = SearchParser.ParseRunFilter("run_name LIKE '%'") };
        var token = (await Store.SearchRunsAsync(query)).NextPageToken!;
        Assert.Single((await Store.SearchRunsAsync(query with { PageToken = token, MaxResults = 5 })).Items);
        await RefusedAsync(query with { PageToken = token, Filter = SearchParser.ParseRunFilter("run_name LIKE '%a'") });
        await RefusedAsync(query with { PageToken = token, OrderBy = SearchParser.ParseRunOrder("run_name") });
        await RefusedAsync(query with { PageToken = token, View = StageView.All });
        await RefusedAsync(query with { PageToken = token, ExperimentIds = ["1"] });
        foreach (var broken in (string[])["", "x", "AAAA", token[..^1], token + "A", "_" + token[1..], "\u0000", new string('A', 100_000)])
            await RefusedAsync(query with { PageToken = broken });

        async Task RefusedAsync(RunQuery refused) => await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SearchRunsAsync(refused));
    }

    [Fact]
    public async Task A_query_that_does_not_fit_is_refused()
    {
        await StartAsync();
        var metric = new SearchField(SearchEntity.Metric, "m");
        var fits = new ComparisonExpression(metric, ComparisonOperator.Greater, 1);
        SearchExpression deep = fits;
        for (var i = 0; i < 5_000; i++) deep = new NotExpression(deep);
        SearchExpression[] filters =
        [
            fits with { Value = "text" }, fits with { Operator = ComparisonOperator.Like }, fits with { Field = new(SearchEntity.Attribute, "nope") },
            fits with { Field = new(SearchEntity.Tag, "t") }, fits with { Field = new(SearchEntity.Param, "p", MetricAggregate.Min) },
            new AndExpression([fits]), new InExpression(metric, [], false), fits with { Operator = (ComparisonOperator)99 }, deep,
        ];
        foreach (var filter in filters)
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SearchRunsAsync(new RunQuery { Filter = filter }));
        foreach (var size in (int[])[0, -1, 50_001])
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SearchRunsAsync(new RunQuery { MaxResults = size }));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SearchRunsAsync(new RunQuery { OrderBy = [new(metric), new(metric, true)] }));
        await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Store.SearchExperimentsAsync(new ExperimentQuery { Filter = fits }));
    }

    [Fact]
    public async Task The_largest_filter_works()
    {
        Assert.SkipUnless(Fixture.Capabilities.SearchesFullGrammar, "The store searches MLflow's grammar only.");
        await FillAsync();
        var many = string.Join(" OR ", Enumerable.Range(0, 999).Select(i => $"params.depth = {1000 + i}")) + " OR params.depth = 6";
        Assert.Equal(["gbt1"], await FindAsync(many));
        Assert.Equal(["gbt1"], await FindAsync($"params.depth IN ({string.Join(',', Enumerable.Range(1_000, 9_999))}, 6)"));
        Assert.Equal(["gbt1"], await FindAsync(new string('(', 200) + "params.depth = 6" + new string(')', 200)));
        Assert.Equal(["gbt1"], await FindAsync(string.Concat(Enumerable.Repeat("NOT ", 200)) + "params.depth = 6"));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private async IAsyncEnumerable<string[]> PagesAsync(RunQuery query)
    {
        while (true)
        {
            var page = await Store.SearchRunsAsync(query);
            Assert.True(page.Items.Count <= query.MaxResults);
            yield return [.. page.Items.Select(run => run.Name)];
            if (page.NextPageToken is null) yield break;
            query = query with { PageToken = page.NextPageToken };
        }
    }

    private async Task FillAsync()
    {
        var run = await AddAsync("gbt1", 0, null, "ann", ("kind", "gbt"), ("depth", 6), ("fast", true), ("lr", 0.1), ("big", 9007199254740993));
        await run.ApplyAsync(new TagSet("team", "vision"), Input("digits", "d1", "training"));
        await run.LogAsync("auc", 0.5, 0.75);
        await run.LogAsync("loss{subset=train}", 0.5);
        await run.EndAsync(RunStatus.Finished, T0.AddMinutes(10));
        run = await AddAsync("gbt2", 1, RunId.Parse("gbt1"), "ann", ("kind", "gbt"), ("depth", 10), ("fast", false), ("lr", "auto"), ("big", 9007199254740992));
        await run.ApplyAsync(
            new TagSet("team", "Vision"), new TagSet("team name", "it's \"x\""), Input("digits", "d1", null), Input("iris", "d2", null));
        await run.LogAsync("auc", 0.95, 0.9);
        await run.LogAsync("loss{subset=train}", 1.5);
        await run.EndAsync(RunStatus.Failed, T0.AddMinutes(11));
        run = await AddAsync("svm", 2, null, null, ("kind", "svm"), ("depth", "10"), ("fast", "true"));
        await run.ApplyAsync(new TagSet("team", "\U0001F600"), new TagSet("mlflow.source.name", "Train.cs"));
        await run.LogAsync("auc", double.PositiveInfinity);
        await run.EndAsync(RunStatus.Finished, T0.AddMinutes(12));
        run = await AddAsync("nan", 3, null, null, ("lr", double.NaN));
        await run.LogAsync("auc", double.NaN);
        run = await AddAsync("bare", 4, null, null);
        await run.LogAsync("AUC", 1);
        await ReopenAsync();
    }

    private async Task<RunScript> AddAsync(string id, int minute, RunId? parent, string? user, params (string Name, ParamValue Value)[] values)
    {
        var run = new RunScript(Store, RunId.Parse(id));
        await run.ApplyAsync(
            [new RunStarted(null, "exp", id, T0.AddMinutes(minute), parent, user), .. values.Select(value => new ParamLogged(value.Name, value.Value))]);
        return run;
    }

    private static InputLogged Input(string name, string digest, string? context) => new(new DatasetInput { Name = name, Digest = digest, Context = context });
}
