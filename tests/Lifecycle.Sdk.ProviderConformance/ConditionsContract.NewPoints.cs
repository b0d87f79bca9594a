using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <content><see cref="BatchConditions.NewPointsOnly"/>: what is sent again is kept once, bit by bit.</content>
public abstract partial class ConditionsContract<TFixture>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Points_sent_again_are_kept_once(bool isDirect)
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        var points = Enumerable.Range(0, 300).Select(i => new MetricPoint(i, 1_000 + i, i / 3.0)).ToArray();
        foreach (var part in points.Chunk(50)) Assert.True((await SendNewAsync(run, isDirect, part)).Applied);
        await ReopenAsync();
        foreach (var part in points.Chunk(75)) Assert.True((await SendNewAsync(run, isDirect, part)).Applied);
        Assert.Equal(points, await ReadAsync(run, "loss"));
        Assert.Equal(300, (await Store.GetRunAsync(run.Id))!.Metrics["loss"].Count);

        // Half known, half new.
        var more = Enumerable.Range(250, 100).Select(i => new MetricPoint(i, 1_000 + i, i / 3.0)).ToArray();
        await SendNewAsync(run, isDirect, more);
        Assert.Equal([.. points, .. more[50..]], await ReadAsync(run, "loss"));
    }

    [Fact]
    public async Task A_batch_whose_points_are_all_held_counts_as_applied()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        var points = new[] { new MetricPoint(1, 1, 1), new MetricPoint(2, 2, 2) };
        await SendNewAsync(run, false, points);
        var again = await SendNewAsync(run, false, points);
        Assert.True(again.Applied);
        Assert.Empty(again.Conflicts);
        await ReopenAsync();
        Assert.Equal(points, await ReadAsync(run, "loss"));
        if (!Fixture.Capabilities.RecordsMarks) return;
        var mark = (await Store.GetMarkAsync(run.Id, run.Writer))!;
        Assert.Equal((run.Sequence, run.Sequence), (mark.Sequence, BitConverter.ToInt64(mark.Mark.Span)));
    }

    [Fact]
    public async Task Points_that_differ_in_one_bit_are_all_kept()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        long[] bits =
        [
            BitConverter.DoubleToInt64Bits(0.0), BitConverter.DoubleToInt64Bits(-0.0), BitConverter.DoubleToInt64Bits(double.NaN), 0x7FF8000000000001, 0x7FF8000000000000,
            BitConverter.DoubleToInt64Bits(double.PositiveInfinity), BitConverter.DoubleToInt64Bits(double.NegativeInfinity), 1, BitConverter.DoubleToInt64Bits(1.0), BitConverter.DoubleToInt64Bits(Math.BitIncrement(1.0)),
        ];
        var points = bits.SelectMany(value => new[] { (Step: 5L, Time: 7L), (5, 8), (6, 7) }.Select(at => new MetricPoint(at.Step, at.Time, BitConverter.Int64BitsToDouble(value)))).ToArray();
        foreach (var point in points) await SendNewAsync(run, false, point);
        await ReopenAsync();
        foreach (var point in points) await SendNewAsync(run, true, point);
        await SendNewAsync(run, false, [.. points, .. points]);
        Assert.Equal(points.Select(Bits).Order(), (await ReadAsync(run, "loss")).Select(Bits).Order());
    }

    [Fact]
    public async Task Identical_points_within_one_batch_are_kept_once_in_the_order_logged()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        var (a, b, c) = (new MetricPoint(3, 1, 0.5), new MetricPoint(1, 1, double.NaN), new MetricPoint(3, 1, -0.5));
        await SendNewAsync(run, false, a, a, b, c, b, a);
        Assert.Equal([a, b, c], await ReadAsync(run, "loss"));
        await SendNewAsync(run, false, a, a, b, c, b, a);
        Assert.Equal([a, b, c], await ReadAsync(run, "loss"));
    }

    [Fact]
    public async Task Steps_out_of_order_are_told_apart_across_blocks_of_any_size()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        var random = new Random(4711);
        var held = new List<MetricPoint>();
        foreach (var size in (int[])[1, 9_000, 3, 500, 1, 2_000])
        {
            var points = Enumerable.Range(0, size).Select(_ => new MetricPoint(random.Next(-2_000, 2_000), random.Next(2), random.Next(2))).ToArray();
            await SendNewAsync(run, random.Next(2) == 0, points);
            held.AddRange(points);
            if (size > 1_000) await ReopenAsync();
        }

        var read = await ReadAsync(run, "loss");
        Assert.Equal(held.Distinct().Select(Bits).Order(), read.Select(Bits).Order());
        Assert.Equal(read.Count, (await Store.GetRunAsync(run.Id))!.Metrics["loss"].Count);
    }

    [Fact]
    public async Task Series_and_runs_do_not_hide_each_others_points()
    {
        SkipUnlessChecked();
        var (one, other) = (await StartAsync(), await StartAsync());
        var point = new MetricPoint(1, 1, 1);
        foreach (var run in (RunScript[])[one, other, one])
        {
            foreach (var key in (string[])["a", "b"])
                await Store.ApplyAsync(run.Batch() with { Points = [RunScript.Series(key, point)], Conditions = BatchConditions.NewPointsOnly });
        }

        foreach (var run in (RunScript[])[one, other])
        {
            Assert.Equal([point], await ReadAsync(run, "a"));
            Assert.Equal([point], await ReadAsync(run, "b"));
        }
    }

    [Fact]
    public async Task A_point_that_another_attempt_superseded_may_be_logged_again()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        var points = Enumerable.Range(0, 10).Select(i => new MetricPoint(i, i, i)).ToArray();
        await SendNewAsync(run, false, points);
        run.Attempt = 1;
        await run.SendAsync(run.Batch() with { Facts = [new RunResumed(5)], Points = [RunScript.Series("loss", points)], Conditions = BatchConditions.NewPointsOnly });
        await SendNewAsync(run, false, points);
        Assert.Equal(points, (await ReadAsync(run, "loss")).OrderBy(point => point.Step));
        Assert.Equal(15, (await ReadAsync(run, "loss", new PointRange { IncludeSuperseded = true })).Count);

        // What comes late from the attempt before, and again, is kept once as well, superseded as it is.
        run.Attempt = 0;
        await SendNewAsync(run, false, new MetricPoint(7, 7, 7), new MetricPoint(20, 20, 20));
        await SendNewAsync(run, false, new MetricPoint(20, 20, 20));
        await ReopenAsync();
        Assert.Equal(points, (await ReadAsync(run, "loss")).OrderBy(point => point.Step));
        Assert.Equal(16, (await ReadAsync(run, "loss", new PointRange { IncludeSuperseded = true })).Count);
    }

    [Fact]
    public async Task Points_of_another_process_count_as_held_at_once()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        var other = new RunScript(Open(), run.Id);
        await other.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            var point = new MetricPoint(i, i, i);
            // The other one logs without a condition, on its short way.
            await other.LogPointsAsync("loss", point);
            await SendNewAsync(run, i % 2 == 0, point);
        }

        Assert.Equal(5, (await ReadAsync(run, "loss")).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Many_that_send_the_same_at_once_store_it_once(bool isDirect)
    {
        SkipUnlessChecked();
        const int Senders = 8, Batches = 12;
        var run = await StartAsync();
        var first = run.Sequence;
        var applied = 0;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Open()).Select(store => Task.Run(async () =>
        {
            for (var b = 1; b <= Batches; b++)
            {
                var points = Enumerable.Range(b * 10, 10).Select(i => new MetricPoint(i, i, i)).ToArray();
                var batch = new RunBatch
                {
                    Run = run.Id,
                    Writer = isDirect ? default : run.Writer,
                    Sequence = isDirect ? 0 : first + b,
                    Time = T0,
                    Points = [RunScript.Series("loss", points)],
                    Conditions = All,
                };
                if ((await store.ApplyAsync(batch)).Applied) Interlocked.Increment(ref applied);
            }
        })));
        await ReopenAsync();
        Assert.Equal(Enumerable.Range(10, Batches * 10).Select(i => (double)i), (await ReadAsync(run, "loss")).Select(point => point.Value).Order());
        Assert.Equal(Batches * 10, (await Store.GetRunAsync(run.Id))!.Metrics["loss"].Count);
        Assert.Equal(isDirect || !Fixture.Capabilities.RecordsMarks ? Senders * Batches : Batches, applied);
    }

    [Fact]
    public async Task Of_many_that_set_a_param_differently_at_once_one_wins_and_is_not_contradicted()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (Store: Open(), Value: i)).Select(sender => Task.Run(async () =>
        {
            var batch = new RunBatch
            {
                Run = run.Id,
                Time = T0,
                Facts = [new ParamLogged("p", sender.Value), new TagSet("winner", $"{sender.Value}")],
                Conditions = BatchConditions.NoConflicts,
            };
            return (sender.Value, (await sender.Store.ApplyAsync(batch)).Applied);
        })));
        var winner = Assert.Single(results, result => result.Applied).Value;
        var info = (await Store.GetRunAsync(run.Id))!;
        Assert.Equal(($"{winner}", $"{winner}"), (info.Params["p"].ToString(), info.Tags["winner"]));
    }

    private static (long, long, long) Bits(MetricPoint point) => (point.Step, point.UnixTimeMilliseconds, BitConverter.DoubleToInt64Bits(point.Value));

    private ValueTask<ApplyResult> SendNewAsync(RunScript run, bool isDirect, params MetricPoint[] points) => Store.ApplyAsync(
        Direct(run, isDirect, BatchConditions.NewPointsOnly) with { Attempt = run.Attempt, Points = [RunScript.Series("loss", points)] });
}
