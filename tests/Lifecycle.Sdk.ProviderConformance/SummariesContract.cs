using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Summaries are the same in all stores, whatever order points and batches come in.</summary>
public abstract class SummariesContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task A_summary_counts_all_points_and_finds_the_ends()
    {
        var run = await StartAsync();
        await run.LogPointsAsync("m", new(5, 50, 2), new(1, 10, 4), new(9, 90, 1));
        await run.LogPointsAsync("m", new(-3, 5, 0.5), new(9, 80, 8));
        await ReopenAsync();
        var summary = await SummaryAsync(run, "m");
        Assert.Equal(("m", 5L, 0L), (summary.Key, summary.Count, summary.NaNCount));
        Assert.Equal((new MetricPoint(-3, 5, 0.5), new MetricPoint(9, 90, 1)), (summary.First, summary.Last));
        Assert.Equal((new MetricPoint(-3, 5, 0.5), new MetricPoint(9, 80, 8)), (summary.Min!.Value, summary.Max!.Value));
        Assert.Equal(15.5, summary.Sum);
    }

    [Fact]
    public async Task NaN_is_counted_and_loses_to_any_number()
    {
        var run = await StartAsync();
        await run.LogPointsAsync("m", new(1, 10, double.NaN), new(1, 10, -5), new(0, 0, double.NaN), new(0, 0, 7));
        await ReopenAsync();
        var summary = await SummaryAsync(run, "m");
        Assert.Equal((4L, 2L, -5.0, 2.0), (summary.Count, summary.NaNCount, summary.Last.Value, summary.Sum));
        Assert.True(double.IsNaN(summary.First.Value));
        Assert.Equal((-5.0, 7.0), (summary.Min!.Value.Value, summary.Max!.Value.Value));
    }

    [Fact]
    public async Task A_series_of_nothing_but_NaN_has_no_extremes()
    {
        var run = await StartAsync();
        await run.LogAsync("m", double.NaN, double.NaN);
        await ReopenAsync();
        var summary = await SummaryAsync(run, "m");
        Assert.Equal((2L, 2L), (summary.Count, summary.NaNCount));
        Assert.Null(summary.Min);
        Assert.Null(summary.Max);
        Assert.True(double.IsNaN(summary.Mean));
    }

    [Fact]
    public async Task Infinities_take_part()
    {
        var run = await StartAsync();
        await run.LogAsync("m", 1, double.PositiveInfinity, double.NegativeInfinity, 2);
        await ReopenAsync();
        var summary = await SummaryAsync(run, "m");
        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), (summary.Min!.Value.Value, summary.Max!.Value.Value));
        Assert.True(double.IsNaN(summary.Sum));
        Assert.Equal(0, summary.NaNCount);
    }

    [Fact]
    public async Task Of_equal_extremes_the_earliest_step_is_kept()
    {
        var run = await StartAsync();
        await run.LogPointsAsync("m", new(7, 7, 1), new(9, 9, 3));
        await run.LogPointsAsync("m", new(3, 3, 1), new(2, 2, 3), new(8, 8, 1));
        await ReopenAsync();
        var summary = await SummaryAsync(run, "m");
        Assert.Equal((3L, 2L), (summary.Min!.Value.Step, summary.Max!.Value.Step));
    }

    [Fact]
    public async Task The_order_of_batches_does_not_matter()
    {
        var random = new Random(5);
        var points = Enumerable.Range(0, 500)
            .Select(i => new MetricPoint(random.Next(-20, 20), random.Next(5), i % 17 == 0 ? double.NaN : Math.Round(random.NextDouble() * 8) / 4)).ToArray();
        var summaries = new List<MetricSummary>();
        foreach (var size in (int[])[500, 1, 37])
        {
            var run = await StartAsync();
            random.Shuffle(points);
            foreach (var chunk in points.Chunk(size)) await run.LogPointsAsync("m", chunk);
            summaries.Add(await SummaryAsync(run, "m"));
        }

        Assert.Equal(summaries[0], summaries[1]);
        Assert.Equal(summaries[0], summaries[2]);
    }

    private async Task<MetricSummary> SummaryAsync(RunScript run, string key) => (await Store.GetRunAsync(run.Id))!.Metrics[key];
}
