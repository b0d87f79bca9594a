using CsCheck;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Sketches;

/// <summary>Histogram, HyperLogLog and top-k.</summary>
public sealed class CountingSketchTests
{
    private static readonly double[] Odd = [double.NegativeInfinity, double.MinValue, -1, -0.0, 0, double.Epsilon, 0.3, 1, double.MaxValue,
        double.PositiveInfinity];

    [Fact]
    public void Histogram_bins_are_those_of_the_definition() =>
        Gen.Select(Gen.OneOf(Gen.Double[-10, 10], Gen.OneOfConst(Odd)).Array[2, 40],
            Gen.OneOf(Gen.Double[-11, 11], Gen.OneOfConst(Odd)).Array[0, 200])
            .Sample((edges, values) =>
            {
                edges = [.. edges.Where(double.IsFinite).Select(edge => edge + 0.0).Distinct().Order()];
                if (edges.Length < 2) return;
                // Some values exactly on the edges.
                AssertDefinition(new HistogramSketch(edges), [.. values, .. edges]);
            });

    [Theory]
    [InlineData(0, 1, 30)]
    [InlineData(-0.7, 0.1, 7)]
    [InlineData(1e300, 1.5e308, 50)]
    [InlineData(-1.7e308, 1.7e308, 10)]
    [InlineData(0, 5e-323, 5)]
    public void Equal_widths_put_values_at_the_edges_into_the_bin_that_the_edges_say(double low, double high, int bins)
    {
        HistogramSketch sketch = HistogramSketch.EqualWidth(low, high, bins);
        double[] edges = sketch.Edges.ToArray();
        AssertDefinition(
            sketch, [.. edges, .. edges.Select(Math.BitIncrement), .. edges.Select(Math.BitDecrement), .. SketchData.Of("normal", 100)]);
    }

    [Fact]
    public void Histograms_of_other_edges_do_not_merge_and_bad_edges_are_refused()
    {
        Assert.Throws<ArgumentException>(() => HistogramSketch.EqualWidth(0, 1, 4).Merge(HistogramSketch.EqualWidth(0, 1, 5)));
        Assert.Throws<ArgumentException>(() => new HistogramSketch([]));
        Assert.Throws<ArgumentException>(() => new HistogramSketch([1]));
        Assert.Throws<ArgumentException>(() => new HistogramSketch([1, 1]));
        Assert.Throws<ArgumentException>(() => new HistogramSketch([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => new HistogramSketch([1, double.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => HistogramSketch.EqualWidth(1, 1, 3));
        Assert.Throws<ArgumentException>(() => HistogramSketch.EqualWidth(1, Math.BitIncrement(1.0), 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => HistogramSketch.EqualWidth(0, 1, 0));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    public void Distinct_counts_are_within_three_standard_errors(int precision)
    {
        int runs = 0, missed = 0;
        double signed = 0;
        foreach (int n in (int[])[1, 10, 100, 1000, 20_000, 100_000])
        {
            for (int run = 0; run < 10; run++)
            {
                var sketch = new HyperLogLog(precision);
                for (int i = 0; i < n; i++) sketch.Update((double)((long)run * n + i));
                double error = sketch.EstimateDistinct() / n - 1;
                signed += error;
                runs++;
                // Below one register's worth the estimate is a whole number off at most.
                if (Math.Abs(error) > 3 * sketch.StandardError + 0.5 / n) missed++;
            }
        }
        Assert.True(missed <= 2, $"{missed} of {runs} estimates missed three standard errors");
        Assert.InRange(
            signed / runs, -4 * 1.04 / Math.Sqrt(1 << precision) / Math.Sqrt(runs), 4 * 1.04 / Math.Sqrt(1 << precision) / Math.Sqrt(runs));
    }

    [Fact]
    public void Distinct_strings_and_integers_are_counted_as_well()
    {
        var text = new HyperLogLog();
        var integers = new HyperLogLog();
        for (int i = 0; i < 50_000; i++)
        {
            text.Update($"customer-{i % 10_000}");
            integers.Update((1L << 60) + i % 10_000);
        }
        Assert.InRange(text.EstimateDistinct(), 9_500, 10_500);
        Assert.InRange(integers.EstimateDistinct(), 9_500, 10_500);
        Assert.Equal(50_000, text.Count);
    }

    [Fact]
    public void Merging_gives_exactly_the_sketch_of_the_union() =>
        Gen.Select(Gen.Int[0, 500].Array, Gen.Int[0, 500].Array).Sample((a, b) =>
        {
            HyperLogLog left = Of(a), right = Of(b), whole = Of([.. a, .. b]);
            HyperLogLog swapped = Of(b);
            left.Merge(right);
            swapped.Merge(Of(a));
            Assert.Equal(whole.ToArray(), left.ToArray());
            Assert.Equal(whole.ToArray(), swapped.ToArray());
        });

    [Fact]
    public void An_empty_stream_has_no_distinct_values_and_both_zeros_are_one()
    {
        var sketch = new HyperLogLog();
        Assert.Equal(0, sketch.EstimateDistinct());
        sketch.Update([0.0, -0.0]);
        Assert.InRange(sketch.EstimateDistinct(), 0.9, 1.1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new HyperLogLog(3));
        Assert.Throws<ArgumentException>(() => new HyperLogLog(10).Merge(new HyperLogLog(11)));
    }

    [Fact]
    public void Top_k_bounds_hold_for_every_item_whole_and_merged() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60], (a, b) => Math.Min(a, b)).Array[0, 2000].Sample(stream =>
        {
            var whole = new TopKSketch<long>(16);
            var merged = new TopKSketch<long>(16);
            foreach (long item in stream) whole.Update(item);
            foreach (int[] part in stream.Chunk(100))
            {
                var sketch = new TopKSketch<long>(16);
                foreach (long item in part) sketch.Update(item);
                merged.Merge(sketch);
            }
            ILookup<int, int> truth = stream.ToLookup(item => item);
            foreach (TopKSketch<long> sketch in (TopKSketch<long>[])[whole, merged])
            {
                Assert.Equal(stream.Length, sketch.Count);
                Assert.InRange(sketch.MaximumError, 0, 2.0 * stream.Length / 16);
                for (int item = 0; item <= 60; item++)
                {
                    TopKItem<long> estimate = sketch.Estimate(item);
                    Assert.InRange(truth[item].Count(), estimate.LowerBound, estimate.UpperBound);
                    if (truth[item].Count() > sketch.MaximumError) Assert.Contains(sketch.Top(16), top => top.Item == item);
                }
            }
        });

    [Fact]
    public void Top_k_merges_are_commutative_to_the_byte() =>
        Gen.Select(Gen.Int[0, 40].Array[0, 500], Gen.Int[20, 60].Array[0, 500]).Sample((a, b) =>
        {
            TopKSketch<long> left = Top(a), right = Top(b);
            left.Merge(Top(b));
            right.Merge(Top(a));
            Assert.Equal(left.ToArray(), right.ToArray());
        });

    [Fact]
    public void Top_k_is_exact_and_ordered_while_it_has_room()
    {
        var sketch = new TopKSketch<string>();
        foreach (string item in "b a c a b a d".Split(' ')) sketch.Update(item);
        Assert.Equal(
            [new TopKItem<string>("a", 3, 3), new TopKItem<string>("b", 2, 2), new TopKItem<string>("c", 1, 1)], sketch.Top(3));
        Assert.Equal(0, sketch.MaximumError);
    }

    [Fact]
    public void Top_k_refuses_what_it_cannot_count()
    {
        Assert.Throws<ArgumentException>(() => new TopKSketch<double>().Update(double.NaN));
        Assert.Throws<ArgumentNullException>(() => new TopKSketch<string>().Update((string)null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopKSketch<string>(1));
        Assert.ThrowsAny<Exception>(() => new TopKSketch<DateTime>());
        var dropping = new TopKSketch<double>(nanPolicy: NaNPolicy.Drop);
        dropping.Update([1, double.NaN, 1]);
        Assert.Equal((2L, 1L), (dropping.Count, dropping.DroppedCount));
    }

    [Fact]
    public void Top_k_updates_allocate_nothing_in_steady_state()
    {
        double[] values = SketchData.Of("normal", 20_000);
        var sketch = new TopKSketch<double>();
        sketch.Update(values);
        Assert.Equal(0, Allocated.BytesOf(() => sketch.Update(values)));
    }

    private static void AssertDefinition(HistogramSketch sketch, double[] values)
    {
        sketch.Update(values);
        double[] edges = sketch.Edges.ToArray();
        Assert.Equal(values.Count(value => value < edges[0]), sketch.BelowCount);
        Assert.Equal(values.Count(value => value > edges[^1]), sketch.AboveCount);
        for (int i = 0; i < edges.Length - 1; i++)
        {
            bool last = i == edges.Length - 2;
            Assert.Equal(
                values.Count(value => value >= edges[i] && (last ? value <= edges[i + 1] : value < edges[i + 1])), sketch.Counts[i]);
        }
        Assert.Equal(values.Length, sketch.Count);
    }

    private static HyperLogLog Of(int[] values)
    {
        var sketch = new HyperLogLog(8);
        foreach (int value in values) sketch.Update((double)value);
        return sketch;
    }

    private static TopKSketch<long> Top(int[] values)
    {
        var sketch = new TopKSketch<long>(8);
        foreach (int value in values) sketch.Update(value);
        return sketch;
    }
}
