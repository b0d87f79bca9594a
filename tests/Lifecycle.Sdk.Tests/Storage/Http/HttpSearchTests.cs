using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>Searches on a server that knows AND and the latest value only.</summary>
public sealed class HttpSearchTests : IAsyncLifetime
{
    private readonly HttpLab _lab = new();
    private readonly List<RunId> _ids = [];

    public async ValueTask InitializeAsync()
    {
        await using var tracker = _lab.Open();
        for (var i = 0; i < 6; i++)
        {
            await using var run = tracker.StartRun(i < 4 ? "a" : "b", new RunOptions { Name = $"run-{i}", Parent = i == 5 ? _ids[0] : null });
            _ids.Add(run.Id);
            run.LogParam("kind", i % 2 == 0 ? "gbt" : "net").LogParam("depth", i).SetTag("team", i < 3 ? "red" : "blue");
            run.LogInput(new DatasetInput { Name = i % 2 == 0 ? "Even" : "odd", Digest = "1", Source = "d", SourceType = "file" });
            var auc = run.Metric("auc", ("subset", "test"));
            auc.Log(0.9 - (i * 0.1), 0);
            auc.Log(i * 0.1, 1);
            if (i == 3) run.Fail("no");
            else run.Complete();
            await run.FlushAsync();
        }
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Theory]
    [InlineData("metrics.`auc{subset=test}` > 0.15 and params.kind = 'gbt'", "2 4")]
    [InlineData("tags.team != 'red' and attributes.status = 'FINISHED'", "4 5")]
    [InlineData("attributes.run_name LIKE 'run-%' and params.kind ILIKE 'NET'", "1 3 5")]
    [InlineData("attributes.start_time > 0 and tags.team = 'red'", "0 1 2")]
    [InlineData("params.depth = '4'", "4")]
    [InlineData("metrics.`auc{subset=test}` < 1e300 and metrics.`auc{subset=test}` > -1e-300", "0 1 2 3 4 5")]
    [InlineData("attributes.start_time < 1e18", "0 1 2 3 4 5")]
    [InlineData("dataset.name in ('odd', 'x')", "1 3 5")]
    [InlineData("dataset.name = 'odd' and tags.team = 'blue'", "3 5")]
    [InlineData("dataset.name = 'odd' and attributes.status = 'FINISHED'", "1 5")]
    public async Task What_the_server_can_do_is_passed_through(string filter, string expected)
    {
        await using var tracker = _lab.Open();
        Assert.Equal(expected, await FindAsync(tracker, filter));
        Assert.Single(_lab.Server.Requests, request => request.Endpoint == "runs/search" && request.Text.Contains("\"filter\":\"", StringComparison.Ordinal) && !request.Text.Contains("lifecycle.run_id", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("params.kind = 'gbt' or tags.team = 'blue'", "OR", "0 2 3 4 5")]
    [InlineData("not (params.kind = 'gbt')", "NOT", "1 3 5")]
    [InlineData("params.depth > 3", "compares a param by value", "4 5")]
    [InlineData("params.kind in ('gbt', 'x')", "IN on params.kind", "0 2 4")]
    [InlineData("max(metrics.`auc{subset=test}`) > 0.75", "latest value of a metric only", "0 1")]
    [InlineData("attributes.status = 'INTERRUPTED'", "INTERRUPTED", "")]
    [InlineData("attributes.status in ('FAILED', 'KILLED')", "IN on attributes.status", "3")]
    [InlineData("dataset.name in ('Even', 'x')", "lower case", "0 2 4")]
    [InlineData("attributes.start_time > 0.5", "whole milliseconds", "0 1 2 3 4 5")]
    public async Task What_it_can_not_do_is_refused_by_name_or_decided_here(string filter, string named, string expected)
    {
        await using (var strict = _lab.Open())
        {
            var error = await Assert.ThrowsAsync<ArgumentException>(() => FindAsync(strict, filter));
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
            Assert.Contains("EvaluateSearchLocally", error.Message, StringComparison.Ordinal);
        }

        await using var tracker = _lab.Open(options => options.EvaluateSearchLocally = true);
        Assert.Equal(expected, await FindAsync(tracker, filter));
    }

    [Fact]
    public async Task Runs_are_found_by_their_own_ids_and_by_their_parents()
    {
        await using var tracker = _lab.Open();
        Assert.Equal("2", await FindAsync(tracker, $"attributes.run_id = '{_ids[2]}'"));
        Assert.Equal("5", await FindAsync(tracker, $"attributes.parent_run_id = '{_ids[0]}'"));
    }

    [Fact]
    public async Task Orders_pages_and_experiments_are_the_servers()
    {
        await using var tracker = _lab.Open();
        var page = await tracker.Runs.SearchPageAsync(new RunQuery { OrderBy = [RunOrder.ByMetric("auc{subset=test}").GreatestFirst()], MaxResults = 4 }, TestContext.Current.CancellationToken);
        Assert.Equal(["run-5", "run-4", "run-3", "run-2"], page.Items.Select(run => run.Name));
        var rest = await tracker.Runs.SearchPageAsync(
            new RunQuery { OrderBy = [RunOrder.ByMetric("auc{subset=test}").GreatestFirst()], MaxResults = 4, PageToken = page.NextPageToken }, TestContext.Current.CancellationToken);
        Assert.Equal(["run-1", "run-0"], rest.Items.Select(run => run.Name));
        Assert.Null(rest.NextPageToken);
        var inB = new List<string>();
        await foreach (var run in tracker.Runs.SearchAsync(orderBy: "attributes.start_time", experiment: "b")) inB.Add(run.Name);
        Assert.Equal(["run-4", "run-5"], inB);
        await Assert.ThrowsAsync<ArgumentException>(() => tracker.Runs.SearchPageAsync(new RunQuery { OrderBy = [RunOrder.ByParam("depth")] }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_best_run_is_found_by_reading_the_histories()
    {
        await using var tracker = _lab.Open();
        var best = (await tracker.Runs.BestAsync(null, "auc{subset=test}", MetricGoal.Maximize))!;
        // Its latest value is the worst of all.
        Assert.Equal(("run-0", 0.9, 0), (best.Name, best.Metrics["auc{subset=test}"].Max!.Value.Value, best.Metrics["auc{subset=test}"].Max!.Value.Step));
        Assert.Equal("run-1", (await tracker.Runs.BestAsync("a", "auc{subset=test}", MetricGoal.Maximize, "params.kind = 'net'"))!.Name);
        Assert.Null(await tracker.Runs.BestAsync("a", "nothing", MetricGoal.Minimize));
    }

    [Fact]
    public async Task Comparisons_do_not_claim_extremes_that_are_not_known()
    {
        await using var tracker = _lab.Open();
        var rows = (await tracker.Runs.CompareAsync([_ids[0], _ids[1]])).Rows.Where(row => row.Name.Contains("auc", StringComparison.Ordinal)).ToDictionary(row => row.Name, row => row.Values);
        Assert.Equal(["0", "0.1"], rows["metrics.`auc{subset=test}`"]);
        Assert.Equal([null, null], rows["max(metrics.`auc{subset=test}`)"]);
    }

    private static async Task<string> FindAsync(Tracker tracker, string filter)
    {
        var found = new List<string>();
        await foreach (var run in tracker.Runs.SearchAsync(filter)) found.Add(run.Name["run-".Length..]);
        return string.Join(' ', found.Order(StringComparer.Ordinal));
    }
}
