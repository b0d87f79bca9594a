using CsCheck;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Sqlite;
using Xunit;
using static Lifecycle.Sdk.Tests.Storage.Sqlite.Batches;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

/// <summary>Searches in SQL against the evaluator in memory, over random runs and random trees.</summary>
public sealed class SqliteSearchTests
{
    private static readonly string[] Texts =
        ["", "1", "1.0", "-0", "NaN", "Infinity", "abc", "ABC", "a%c", "a_c", "é", "É", "\uE000", "\U0001F600", "a\0b", "true", "1e3",
            "9007199254740993", "0x1", " 1"];

    private static readonly double[] Numbers =
        [0, -0.0, 1, -1, 0.1, 1000, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 9007199254740992, 1e300, double.Epsilon];

    private static readonly long[] Integers = [0, 1, -1, 1000, 9007199254740993, long.MaxValue, long.MinValue];

    private static readonly string[] Attributes =
        ["run_id", "run_name", "status", "user_id", "experiment_id", "start_time", "end_time", "parent_run_id"];

    private static readonly string[] Keys = ["a", "b", "c"];

    [Fact]
    public void Every_search_finds_what_the_evaluator_finds_in_the_same_order_and_pages()
    {
        var (queries, hits) = (0, 0);
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var random = new Random(seed);
                using var folder = new SqliteFolder();
                var store = folder.Open();
                for (var i = 0; i < 40; i++) Complete(store.ApplyAsync(RandomRun(random)));
                var all = Complete(store.SearchRunsAsync(new RunQuery { View = StageView.All, MaxResults = 50_000 })).Items;
                Assert.Equal(40, all.Count);
                for (var i = 0; i < 60; i++)
                {
                    var query = RandomQuery(random);
                    var expected = Pages(query, q => SearchEvaluator.Find(all, q));
                    var found = Pages(query, q => Complete(store.SearchRunsAsync(q)));
                    Assert.True(expected.SequenceEqual(found),
                        $"Seed {seed}: {query.Filter} ordered by {string.Join(", ", query.OrderBy)}: "
                            + $"expected\n{string.Join('\n', expected)}\nfound\n{string.Join('\n', found)}");
                    Interlocked.Increment(ref queries);
                    Interlocked.Add(ref hits, found.Count);
                }

                Complete(store.DisposeAsync());
            },
            iter: 15,
            threads: 1);
        Assert.True(hits > queries, $"{queries} searches found {hits} runs: too few to prove anything.");
    }

    [Theory]
    [InlineData("metrics.a", "series_by_last_value")]
    [InlineData("min(metrics.a)", "series_by_min_value")]
    [InlineData("max(metrics.a)", "series_by_max_value")]
    public async Task Ordering_and_filtering_by_a_metric_walk_the_index_of_its_value(string field, string index)
    {
        using var folder = new SqliteFolder();
        await using var store = folder.Open();
        for (var i = 0; i < 20; i++) await store.ApplyAsync(RandomRun(new Random(i)));
        using var database = SqliteDatabase.Open(folder.File);
        foreach (var direction in (string[])["", " DESC"])
        {
            var query = new RunQuery { OrderBy = SearchParser.ParseRunOrder(field + direction), MaxResults = 1 };
            Assert.Contains(index, PlansOf(query)[0], StringComparison.Ordinal);
            Assert.DoesNotContain(PlansOf(query), plan => plan.Contains("USE TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal));
        }

        var rare = new RunQuery { Filter = SearchParser.ParseRunFilter(field + " > 0.5") };
        Assert.Contains(PlansOf(rare), plan => plan.Contains(index, StringComparison.Ordinal));

        List<string> PlansOf(RunQuery query)
        {
            var plans = new List<string>();
            new RunSearch(database, query, new SearchOrdering<RunInfo>(RunRow.Instance, query.OrderBy), null) { Plans = plans }.Find(1);
            return plans;
        }
    }

    [Fact]
    public async Task Experiments_are_found_as_the_evaluator_finds_them()
    {
        using var folder = new SqliteFolder();
        await using var store = folder.Open();
        var random = new Random(5);
        for (var i = 0; i < 12; i++)
        {
            var tags = Keys.Where(_ => random.Next(2) == 0).ToDictionary(key => key, _ => Pick(random, Texts));
            var created = await store.CreateExperimentAsync($"experiment {(char)('l' - i)}", tags);
            if (i % 4 == 3) await store.UpdateExperimentAsync(created.Id, new ExperimentUpdate { Stage = LifecycleStage.Deleted });
        }

        var all = (await store.SearchExperimentsAsync(new ExperimentQuery { View = StageView.All })).Items;
        Assert.Equal(12, all.Count);
        string[] filters = ["name LIKE '%a%'", "tags.a != 'abc'", "NOT (tags.b = '1')", "name IN ('experiment a', 'experiment c')",
            "experiment_id > '3'"];
        string[] orders = ["name DESC", "tags.a, name", "experiment_id", "tags.c DESC", "creation_time"];
        foreach (var (filter, order) in filters.SelectMany(f => orders.Select(o => (f, o))))
        {
            foreach (var view in Enum.GetValues<StageView>())
            {
                var query = new ExperimentQuery
                {
                    Filter = SearchParser.ParseExperimentFilter(filter),
                    OrderBy = SearchParser.ParseExperimentOrder(order),
                    View = view,
                    MaxResults = 3
                };
                var expected = SearchEvaluator.Find(all, query with { MaxResults = 100 }).Items.Select(e => e.Id);
                var found = new List<string>();
                for (string? token = null; ;)
                {
                    var page = await store.SearchExperimentsAsync(query with { PageToken = token });
                    found.AddRange(page.Items.Select(e => e.Id));
                    if ((token = page.NextPageToken) is null) break;
                }

                Assert.Equal(expected, found);
            }
        }
    }

    [Fact]
    public async Task A_filter_at_all_limits_is_answered()
    {
        using var folder = new SqliteFolder();
        await using var store = folder.Open();
        await store.ApplyAsync(Start(RunId.New(), new ParamLogged("a", 1)));
        var condition = new ComparisonExpression(new SearchField(SearchEntity.Param, "a"), ComparisonOperator.Equal, 1);
        SearchExpression deep = condition;
        for (var i = 0; i < 199; i++) deep = i % 2 == 0 ? new NotExpression(deep) : new AndExpression([deep, condition]);
        SearchExpression[] filters =
        [
            deep,
            new AndExpression([.. Enumerable.Repeat(condition, 1000)]),
            new OrExpression([.. Enumerable.Repeat(condition, 1000)]),
            new InExpression(condition.Field, [.. Enumerable.Range(1, 9_000).Select(i => ParamValue.Of((long)i))], false),
        ];
        var run = await store.SearchRunsAsync(new RunQuery());
        foreach (var filter in filters)
        {
            var expected = SearchEvaluator.Find(run.Items, new RunQuery { Filter = filter }).Items.Count;
            Assert.Equal(expected, (await store.SearchRunsAsync(new RunQuery { Filter = filter })).Items.Count);
        }
    }

    private static List<string> Pages(RunQuery query, Func<RunQuery, Page<RunInfo>> search)
    {
        var found = new List<string>();
        while (true)
        {
            var page = search(query);
            found.AddRange(page.Items.Select(run => run.Id.ToString()));
            if (page.NextPageToken is null) return found;
            Assert.Equal(query.MaxResults, page.Items.Count);
            query = query with { PageToken = page.NextPageToken };
        }
    }

    private static RunBatch RandomRun(Random random)
    {
        var run = RunId.New();
        var facts = new List<RunFact>
        {
            new RunStarted(
                null, $"experiment {random.Next(3)}", Pick(random, Texts[1..14]), Epoch.AddMilliseconds(random.Next(4)),
                    random.Next(3) == 0 ? RunId.Parse("parent") : null,
                random.Next(2) == 0 ? Pick(random, Texts) : null),
        };
        foreach (var key in Keys)
        {
            if (random.Next(4) > 0) facts.Add(new ParamLogged(key, RandomValue(random)));
            if (random.Next(3) > 0) facts.Add(new TagSet(key, Pick(random, Texts)));
            if (random.Next(3) == 0)
                facts.Add(new InputLogged(new DatasetInput
                {
                    Name = key,
                    Digest = "d" + random.Next(2),
                    Context = random.Next(2) == 0
                    ? "train" : null
                }));
        }

        if (random.Next(8) == 0) facts.Add(new RunStageChanged(LifecycleStage.Deleted));
        var points = Keys.Where(_ => random.Next(4) > 0).Select(key => Series(key, 0, random.Next(1, 3), _ => Pick(random, Numbers)))
            .ToList();
        return new RunBatch
        {
            Run = run,
            Time = Epoch,
            Facts = facts,
            Points = points,
            End = random.Next(2) == 0 ? new RunStatusChanged(
                Pick(random, Enum.GetValues<RunStatus>()), random.Next(2) == 0 ? Epoch.AddSeconds(random.Next(3)) : null, null) : null,
        };
    }

    private static RunQuery RandomQuery(Random random)
    {
        var order = Enumerable.Range(0, random.Next(4)).Select(
            _ => new SearchOrder(RandomField(random, withDatasets: false), random.Next(2) == 0));
        return new RunQuery
        {
            Filter = random.Next(10) == 0 ? null : RandomTree(random, 3),
            OrderBy = [.. order.DistinctBy(term => term.Field)],
            View = Pick(random, Enum.GetValues<StageView>()),
            MaxResults = random.Next(1, 12),
            ExperimentIds = random.Next(4) switch { 0 => [], 1 => ["1", "7", "x"], _ => null },
        };
    }

    private static SearchExpression RandomTree(Random random, int depth)
    {
        var kind = depth == 0 ? 0 : random.Next(6);
        if (kind == 1) return new NotExpression(RandomTree(random, depth - 1));
        if (kind is 2 or 3)
        {
            var terms = Enumerable.Range(0, random.Next(2, 4)).Select(_ => RandomTree(random, depth - 1)).ToList();
            return kind == 2 ? new AndExpression(terms) : new OrExpression(terms);
        }

        while (true)
        {
            var field = RandomField(random, withDatasets: true);
            SearchExpression leaf = random.Next(4) == 0
                ? new InExpression(field, [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomValue(random))], random.Next(2) == 0)
                : new ComparisonExpression(field, Pick(random, Enum.GetValues<ComparisonOperator>()), RandomValue(random));
            try
            {
                SearchValidator.RequireValid(SearchTarget.Runs, leaf);
                return leaf;
            }
            catch (ArgumentException)
            {
                // Not every literal and operator fits every field; another try.
            }
        }
    }

    private static SearchField RandomField(Random random, bool withDatasets) => random.Next(withDatasets ? 5 : 4) switch
    {
        0 => new(SearchEntity.Metric, Pick(random, Keys), Pick(random, Enum.GetValues<MetricAggregate>())),
        1 => new(SearchEntity.Param, Pick(random, Keys)),
        2 => new(SearchEntity.Tag, Pick(random, Keys)),
        3 => new(SearchEntity.Attribute, Pick(random, Attributes)),
        _ => new(SearchEntity.Dataset, Pick(random, ["name", "digest", "context"])),
    };

    private static ParamValue RandomValue(Random random) => random.Next(5) switch
    {
        0 => Pick(random, Integers),
        1 => Pick(random, Numbers),
        2 => random.Next(2) == 0,
        3 => Pick(random, ["FINISHED", "experiment 1", "train", "a", "d1", "1", "%a%", "_", "a%C"]),
        _ => Pick(random, Texts),
    };

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    // The store's tasks are complete when they are returned, and CsCheck's samples are synchronous.
    private static T Complete<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private static void Complete(ValueTask task) => task.AsTask().GetAwaiter().GetResult();
}
