using System.Globalization;
using System.Text.Json;
using CsCheck;
using Lifecycle.Sdk.ProviderConformance;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Reading;

public sealed class ReadingTests
{
    private static readonly Gen<MetricPoint[]> Series = Gen.Select(
        Gen.Long[-1_000, 1_000], Gen.Long[0, 50], Gen.OneOf(Gen.Double[-1, 1], Gen.OneOfConst(double.NaN, double.PositiveInfinity, -0.0, 0.0)),
        (step, time, value) => new MetricPoint(step, time, value)).Array[0, 400];

    [Fact]
    public void Downsampling_keeps_the_ends_and_the_extremes_and_counts_what_it_left_out() => Gen.Select(Series, Gen.Int[4, 50]).Sample(
        (points, maxPoints) =>
        {
            if (points.Length == 0) return;
            var downsampler = new Downsampler(maxPoints, points.Min(point => point.Step), points.Max(point => point.Step));
            foreach (var point in points) downsampler.Add(point);
            var kept = downsampler.Build();
            var numbers = points.Where(point => !double.IsNaN(point.Value)).Select(point => point.Value).ToList();
            Assert.InRange(kept.Points.Count, 1, maxPoints);
            Assert.Equal((points.Length, points.Length - numbers.Count), (kept.OriginalCount, kept.NaNCount));
            Assert.Equal(kept.Points.Count < points.Length, kept.IsReduced);
            Assert.All(kept.Points, point => Assert.Contains(point, points));
            Assert.Equal((points.Min(point => point.Step), points.Max(point => point.Step)), (kept.Points[0].Step, kept.Points[^1].Step));
            if (numbers.Count > 0) Assert.Contains(kept.Points, point => point.Value == numbers.Min());
            if (numbers.Count > 0) Assert.Contains(kept.Points, point => point.Value == numbers.Max());
            if (!kept.IsReduced) Assert.Equal(points.Length, kept.Points.Count);
        },
        iter: 2_000);

    [Fact]
    public void A_single_spike_in_a_million_points_survives()
    {
        var downsampler = new Downsampler(100, 0, 999_999);
        for (var i = 0; i < 1_000_000; i++) downsampler.Add(new MetricPoint(i, i, i == 654_321 ? 9 : 0.5));
        var kept = downsampler.Build();
        Assert.Contains(kept.Points, point => point.Value == 9);
        Assert.InRange(kept.Points.Count, 50, 100);
        Assert.True(kept.IsReduced);
        Assert.StartsWith($"{kept.Points.Count} of 1000000 points", kept.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_range_of_steps_can_be_downsampled()
    {
        var downsampler = new Downsampler(10, long.MinValue, long.MaxValue);
        foreach (var step in (long[])[long.MinValue, -1, 0, 1, long.MaxValue]) downsampler.Add(new MetricPoint(step, 0, step));
        Assert.False(downsampler.Build().IsReduced);
        for (var i = 0; i < 100; i++) downsampler.Add(new MetricPoint(long.MaxValue - i, 0, 1));
        Assert.Equal((long.MinValue, long.MaxValue), (downsampler.Build().Points[0].Step, downsampler.Build().Points[^1].Step));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Downsampler(3, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Downsampler(10, 1, 0));
    }

    [Fact]
    public async Task Histories_are_sorted_by_step_time_and_arrival()
    {
        await using var store = new InMemoryReferenceStore(new ReferenceData());
        var run = new RunScript(store);
        await run.StartAsync();
        await run.LogPointsAsync("m", new(5, 1, 50), new(1, 9, 19), new(1, 2, 12), new(1, 2, 11), new(-3, 0, 0));
        var history = await store.ReadHistoryAsync(run.Id, "m");
        Assert.Equal((double[])[0, 12, 11, 19, 50], history.Values.ToArray());
        var unsorted = await store.ReadHistoryAsync(run.Id, "m", sorted: false);
        Assert.Equal((double[])[50, 19, 12, 11, 0], unsorted.Values.ToArray());
        Assert.Equal(0, (await store.ReadHistoryAsync(run.Id, "none")).Count);
        var blocks = new List<double>();
        await foreach (var block in store.ReadSortedAsync(run.Id, "m", new PointRange { MinStep = 0 })) blocks.AddRange(block.Values.Span);
        Assert.Equal([12, 11, 19, 50], blocks);
        Assert.Equal(5, (await store.ReadDownsampledAsync(run.Id, "m", 100)).OriginalCount);
        Assert.Empty((await store.ReadDownsampledAsync(run.Id, "none", 100)).Points);
    }

    [Fact]
    public async Task Runs_are_compared_side_by_side()
    {
        await using var store = new InMemoryReferenceStore(new ReferenceData());
        var (a, b) = (await AddAsync(store, "a", 0.1, 3, 1, 2), await AddAsync(store, "b", 0.2, 4));
        var comparison = RunComparison.Of(a, b with { Name = "b\u001b[31m" });
        Assert.Equal(
            [("params.kind", false), ("params.lr", true), ("metrics.loss", true), ("min(metrics.loss)", true), ("max(metrics.loss)", true), ("tags.only", true)],
            comparison.Rows.Select(row => (row.Name, row.Differs)));
        Assert.Equal(["0.1", "0.2"], comparison.Rows[1].Values);
        Assert.Equal(["2", "4"], comparison.Rows[2].Values);
        Assert.Equal(["1", "4"], comparison.Rows[3].Values);
        Assert.Equal(5, comparison.OnlyDifferences().Rows.Count);
        var lines = comparison.ToString().Split('\n');
        Assert.Equal("  params.kind        gbt  gbt", lines[1]);
        Assert.Equal("* params.lr          0.1  0.2", lines[2]);
        Assert.Equal("* tags.only          x    -", lines[6]);
        Assert.DoesNotContain('\u001b', comparison.ToString());
        using var json = JsonDocument.Parse(comparison.ToJson());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("rows")[5].GetProperty("values")[1].ValueKind);
        Assert.Throws<ArgumentException>(() => RunComparison.Of());
    }

    [Fact]
    public async Task Runs_are_written_as_csv()
    {
        await using var store = new InMemoryReferenceStore(new ReferenceData());
        var run = new RunScript(store, RunId.Parse("r1"));
        await run.StartAsync();
        await run.ApplyAsync(new ParamLogged("lr", -0.1), new TagSet("evil", "=HYPERLINK(\"x\")"), new TagSet("dash", "-not a number"));
        await run.LogAsync("loss", 1.0 / 3, double.NegativeInfinity);
        var info = (await run.GetAsync()) with { Name = "a \"quoted\", name\nin two lines" };
        var text = new StringWriter(CultureInfo.InvariantCulture);
        await CsvExport.WriteRunsAsync([info], text);
        Assert.Equal(
            "run_id,run_name,experiment_id,status,start_time,end_time,user_id,parent_run_id,params.lr,metrics.loss,tags.dash,tags.evil\r\n"
            + "r1,\"a \"\"quoted\"\", name\nin two lines\",1,RUNNING,2026-01-31T12:00:00.000Z,,,,-0.1,-Infinity,'-not a number,\"'=HYPERLINK(\"\"x\"\")\"\r\n",
            text.ToString());
        var plain = new StringWriter(CultureInfo.InvariantCulture);
        await CsvExport.WriteRunsAsync([info], plain, guardFormulas: false);
        Assert.Contains(",-not a number,\"=HYPERLINK", plain.ToString(), StringComparison.Ordinal);

        // Ids of experiments are a server's.
        var foreign = new StringWriter(CultureInfo.InvariantCulture);
        await CsvExport.WriteRunsAsync([info with { ExperimentId = "=1+1" }], foreign);
        Assert.Contains(",'=1+1,", foreign.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Points_are_written_as_csv_that_reads_back_bit_for_bit()
    {
        await using var store = new InMemoryReferenceStore(new ReferenceData());
        var run = new RunScript(store, RunId.Parse("r1"));
        await run.StartAsync();
        double[] values = [1.0 / 3, -0.0, double.Epsilon, double.NaN, double.MaxValue];
        await run.LogAsync("loss{a=b,c=d}", values);
        var text = new StringWriter(CultureInfo.InvariantCulture);
        Assert.Equal(5, await CsvExport.WritePointsAsync(store, run.Id, text));
        var lines = text.ToString().Split("\r\n");
        Assert.Equal("run_id,metric,step,timestamp,value", lines[0]);
        Assert.StartsWith("r1,\"loss{a=b,c=d}\",0,1769860800000,0.333", lines[1], StringComparison.Ordinal);
        Assert.Equal(values, lines[1..6].Select(line => double.Parse(line.Split(',')[^1], CultureInfo.InvariantCulture)));
        Assert.True(double.IsNegative(double.Parse(lines[2].Split(',')[^1], CultureInfo.InvariantCulture)));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => CsvExport.WritePointsAsync(store, RunId.New(), text));
    }

    private static async Task<RunInfo> AddAsync(TrackingStore store, string name, double rate, params double[] losses)
    {
        var run = new RunScript(store);
        await run.StartAsync(name);
        await run.ApplyAsync(new ParamLogged("lr", rate), new ParamLogged("kind", "gbt"));
        if (name == "a") await run.ApplyAsync(new TagSet("only", "x"));
        await run.LogAsync("loss", losses);
        return await run.GetAsync();
    }
}
