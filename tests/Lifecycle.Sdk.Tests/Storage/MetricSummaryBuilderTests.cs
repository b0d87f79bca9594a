using CsCheck;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage;

public sealed class MetricSummaryBuilderTests
{
    private static readonly Gen<double> Value = Gen.OneOf(
        Gen.Double[-1e6, 1e6],
        Gen.OneOfConst(0.0, -0.0, 1, double.NaN, double.Epsilon, 1e300, -1e300),
        Gen.Int[-3, 3].Select(i => (double)i));

    private static readonly Gen<MetricPoint[]> Points =
        Gen.Select(Gen.Long[-4, 4], Gen.Long[0, 2], Value, (step, time, value) => new MetricPoint(step, time, value)).Array[1, 60];

    [Fact]
    public void A_summary_says_what_its_definition_says() => Points.Sample(
        points =>
        {
            var summary = Summarise(points).Build("loss");
            MetricPoint[] ordered = [.. points.Order(Comparer<MetricPoint>.Create((a, b) => MetricSummaryBuilder.Compare(a, b)))];
            MetricPoint[] numbers = [.. ordered.Where(p => !double.IsNaN(p.Value))];
            Assert.Equal(points.Length, summary.Count);
            Assert.Equal(points.Length - numbers.Length, summary.NaNCount);
            AssertSame(ordered[0], summary.First);
            AssertSame(ordered[^1], summary.Last);
            AssertSame(numbers.Length == 0 ? null : numbers.First(p => p.Value == numbers.Min(n => n.Value)), summary.Min);
            AssertSame(numbers.Length == 0 ? null : numbers.First(p => p.Value == numbers.Max(n => n.Value)), summary.Max);
        });

    [Fact]
    public void Order_and_grouping_do_not_matter() => Gen.Select(Points, Gen.Int[0, 1 << 30]).Sample(
        (points, seed) =>
        {
            var random = new Random(seed);
            var shuffled = (MetricPoint[])points.Clone();
            random.Shuffle(shuffled);
            var merged = new MetricSummaryBuilder();
            for (var at = 0; at < shuffled.Length;)
            {
                var length = Math.Min(random.Next(1, 9), shuffled.Length - at);
                merged.Add(Summarise(shuffled.AsSpan(at, length)));
                at += length;
            }

            var whole = Summarise(points).Build("x");
            var parts = merged.Build("x");
            Assert.Equal(whole with { Sum = 0 }, parts with { Sum = 0 });
            AssertSame(whole.Min, parts.Min);
            Assert.Equal(whole.Sum, parts.Sum, Math.Max(1e-300, points.Where(p => !double.IsNaN(p.Value)).Sum(p => Math.Abs(p.Value)) * 1e-28));
        });

    [Fact]
    public void The_sum_survives_cancellation() => Gen.Int[-1_000_000, 1_000_000].Array[1, 2_000].Sample(
        numbers =>
        {
            // Each number is far below the rounding error of a plain sum that passes through 1e25.
            double[] values = [1e25, .. numbers.Select((n, i) => Math.ScaleB(n, i % 10)), -1e25];
            var summary = Summarise([.. values.Select((v, i) => new MetricPoint(i, 0, v))]);
            Assert.Equal(numbers.Select((n, i) => (long)n << (i % 10)).Sum(), summary.Sum);
        },
        iter: 200);

    [Fact]
    public void NaN_loses_to_any_number_at_the_same_step_and_time()
    {
        var summary = Summarise([new(1, 1, double.NaN), new(1, 1, double.NegativeInfinity), new(1, 1, double.NaN)]).Build("x");
        Assert.Equal(double.NegativeInfinity, summary.Last.Value);
        Assert.Equal(2, summary.NaNCount);
    }

    [Fact]
    public void All_NaN_has_no_best_and_a_NaN_mean()
    {
        var summary = Summarise([new(1, 1, double.NaN)]).Build("x");
        Assert.Null(summary.Min);
        Assert.Null(summary.Max);
        Assert.Equal(double.NaN, summary.Mean);
    }

    [Fact]
    public void Infinities_sum_as_IEEE_says_in_any_order()
    {
        Assert.Equal(double.PositiveInfinity, Summarise([new(1, 1, 1), new(2, 1, double.PositiveInfinity), new(3, 1, 5)]).Sum);
        Assert.Equal(double.NaN, Summarise([new(1, 1, double.NegativeInfinity), new(2, 1, double.PositiveInfinity), new(3, 1, 5)]).Sum);
        Assert.Equal(double.PositiveInfinity, Summarise([new(1, 1, double.MaxValue), new(2, 1, double.MaxValue)]).Sum);
    }

    [Fact]
    public void Nothing_has_no_summary() => Assert.Throws<InvalidOperationException>(() => new MetricSummaryBuilder().Build("x"));

    [Fact]
    public void One_by_one_and_in_columns_agree() => Points.Sample(points =>
    {
        var single = new MetricSummaryBuilder();
        foreach (var point in points) single.Add(point);
        Assert.Equal(Summarise(points).Build("x") with { Sum = 0 }, single.Build("x") with { Sum = 0 });
    });

    private static MetricSummaryBuilder Summarise(ReadOnlySpan<MetricPoint> points)
    {
        var builder = new MetricSummaryBuilder();
        var all = points.ToArray();
        builder.Add(
            all.Select(p => p.Step).ToArray(), all.Select(p => p.UnixTimeMilliseconds).ToArray(), all.Select(p => p.Value).ToArray());
        return builder;
    }

    private static void AssertSame(MetricPoint? expected, MetricPoint? actual)
    {
        Assert.Equal(expected, actual);
        if (expected is { } a && actual is { } b) Assert.Equal(BitConverter.DoubleToInt64Bits(a.Value), BitConverter.DoubleToInt64Bits(b.Value));
    }
}
