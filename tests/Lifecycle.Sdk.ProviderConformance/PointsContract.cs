using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Points come back bit for bit, in the order each writer logged.</summary>
public abstract class PointsContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    private static readonly long[] OddBits =
    [
        0x0000000000000000, unchecked((long)0x8000000000000000), 0x0000000000000001, 0x000FFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000,
        unchecked((long)0xFFF0000000000000), 0x7FF8000000000000, unchecked((long)0xFFF8000000000000), 0x7FF0000000000001, 0x7FFFDEADBEEF1234,
        unchecked((long)0xFFFFFFFFFFFFFFFF), 0x3FB999999999999A,
    ];

    [Fact]
    public async Task Every_double_comes_back_bit_for_bit()
    {
        var isExact = Fixture.Capabilities.KeepsPointsExactly;
        var expected = OddBits.Select(bits => isExact || !double.IsNaN(BitConverter.Int64BitsToDouble(bits)) ? bits : BitConverter.DoubleToInt64Bits(double.NaN)).ToArray();
        var run = await StartAsync();
        var points = OddBits.Select((bits, i) => new MetricPoint(i, i, BitConverter.Int64BitsToDouble(bits))).ToArray();
        await run.LogPointsAsync("odd", points);
        foreach (var point in points) await run.LogPointsAsync($"single/{point.Step}", point);
        await ReopenAsync();
        Assert.Equal(expected, (await ReadAsync(run, "odd")).Select(point => BitConverter.DoubleToInt64Bits(point.Value)));
        foreach (var point in points)
            Assert.Equal(expected[point.Step], BitConverter.DoubleToInt64Bits((await ReadAsync(run, $"single/{point.Step}"))[0].Value));
    }

    [Fact]
    public async Task Steps_come_in_any_order_negative_and_at_the_ends_of_their_range()
    {
        long[] steps = [5, 3, 3, -1, 0, long.MaxValue, long.MinValue, long.MaxValue, 4, long.MinValue + 1, 5];
        var run = await StartAsync();
        await run.LogPointsAsync("loss", [.. steps.Select((step, i) => new MetricPoint(step, i, i))]);
        await ReopenAsync();
        Assert.Equal(Fixture.Capabilities.KeepsPointsExactly ? steps : steps.Order(), (await ReadAsync(run, "loss")).Select(point => point.Step));
        var summary = (await Store.GetRunAsync(run.Id))!.Metrics["loss"];
        Assert.Equal((long.MinValue, long.MaxValue), (summary.First.Step, summary.Last.Step));
    }

    [Fact]
    public async Task Clocks_may_go_backwards_and_stand_at_the_ends_of_their_range()
    {
        long[] times = [1000, 999, 0, -1, long.MaxValue, long.MinValue, 1000, 1000];
        var run = await StartAsync();
        await run.LogPointsAsync("loss", [.. times.Select((time, i) => new MetricPoint(i, time, i))]);
        await ReopenAsync();
        Assert.Equal(times, (await ReadAsync(run, "loss")).Select(point => point.UnixTimeMilliseconds));
    }

    [Fact]
    public async Task Batches_follow_each_other_in_the_order_logged()
    {
        var run = await StartAsync();
        for (var i = 0; i < 50; i++) await run.LogAsync("loss", [.. Enumerable.Range(i * 7, 7).Select(v => (double)v)]);
        await ReopenAsync();
        Assert.Equal(Enumerable.Range(0, 350).Select(v => (double)v), (await ReadAsync(run, "loss")).Select(point => point.Value));
    }

    [Fact]
    public async Task A_range_of_steps_is_read()
    {
        var run = await StartAsync();
        await run.LogAsync("loss", [.. Enumerable.Range(0, 20_000).Select(v => (double)v)]);
        await ReopenAsync();
        Assert.Equal([9_998, 9_999, 10_000], (await ReadAsync(run, "loss", new PointRange { MinStep = 9_998, MaxStep = 10_000 })).Select(p => p.Value));
        Assert.Equal([19_999], (await ReadAsync(run, "loss", new PointRange { MinStep = 19_999 })).Select(p => p.Value));
        Assert.Equal([0], (await ReadAsync(run, "loss", new PointRange { MaxStep = 0 })).Select(p => p.Value));
        Assert.Empty(await ReadAsync(run, "loss", new PointRange { MinStep = 5, MaxStep = 4 }));
        Assert.Equal(20_000, (await ReadAsync(run, "loss")).Count);
    }

    [Fact]
    public async Task An_unknown_series_has_no_points()
    {
        var run = await StartAsync();
        await run.LogAsync("loss", 1);
        Assert.Empty(await ReadAsync(run, "los"));
        Assert.Empty(await ReadAsync(run, "loss{subset=train}"));
    }

    [Fact]
    public async Task Series_that_differ_in_their_context_are_different_series()
    {
        var run = await StartAsync();
        string[] keys = ["loss", "loss{subset=train}", "loss{subset=val}", "loss{fold=1,subset=val}", "loss/subset=val", "loss.subset.val"];
        for (var i = 0; i < keys.Length; i++) await run.LogAsync(keys[i], i);
        await ReopenAsync();
        for (var i = 0; i < keys.Length; i++) Assert.Equal([i], (await ReadAsync(run, keys[i])).Select(point => point.Value));
        Assert.Equal(keys.Order(StringComparer.Ordinal), (await Store.GetRunAsync(run.Id))!.Metrics.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_million_points_of_one_series_come_back()
    {
        const int Count = 1_000_000;
        var run = await StartAsync();
        var random = new Random(1);
        var (steps, times, values) = (new long[Count], new long[Count], new double[Count]);
        for (var i = 0; i < Count; i++) (steps[i], times[i], values[i]) = (i, 1_700_000_000_000 + (i * 3L), (float)(1 / (1 + (i * 1e-3)) + (random.NextDouble() * 0.01)));
        const int Batch = 125_000;
        for (var from = 0; from < Count; from += Batch)
        {
            await run.SendAsync(run.Batch() with
            {
                Points = [new SeriesPoints("loss", steps.AsMemory(from, Batch), times.AsMemory(from, Batch), values.AsMemory(from, Batch))],
            });
        }

        await ReopenAsync();
        var at = 0;
        await foreach (var block in Store.ReadPointsAsync(run.Id, "loss", PointRange.All))
        {
            Assert.True(block.Steps.Span.SequenceEqual(steps.AsSpan(at, block.Count)));
            Assert.True(block.Timestamps.Span.SequenceEqual(times.AsSpan(at, block.Count)));
            Assert.True(block.Values.Span.SequenceEqual(values.AsSpan(at, block.Count)));
            at += block.Count;
        }

        Assert.Equal(Count, at);
        Assert.Equal(Count, (await Store.GetRunAsync(run.Id))!.Metrics["loss"].Count);
    }

    [Fact]
    public async Task Ten_thousand_series_come_back()
    {
        var run = await StartAsync();
        var batch = run.Batch() with
        {
            Points = [.. Enumerable.Range(0, 10_000).Select(i => RunScript.Series($"layer{i / 100}/unit{i % 100}", new MetricPoint(0, i, i)))],
        };
        await run.SendAsync(batch);
        await run.LogAsync("layer7/unit7", 1, 2);
        await ReopenAsync();
        var metrics = (await Store.GetRunAsync(run.Id))!.Metrics;
        Assert.Equal(10_000, metrics.Count);
        Assert.Equal(1234, metrics["layer12/unit34"].Last.Value);
        Assert.Equal(3, metrics["layer7/unit7"].Count);
        Assert.Equal([9999], (await ReadAsync(run, "layer99/unit99")).Select(point => point.Value));
    }
}
