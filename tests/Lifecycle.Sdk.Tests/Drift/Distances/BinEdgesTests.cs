using CsCheck;
using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Distances;

public sealed class BinEdgesTests
{
    [Fact]
    public void Quantile_edges_are_the_interpolated_order_statistics_however_the_values_are_spread()
    {
        var shapes = new (string Name, Func<double, double> Map)[]
        {
            ("normal", v => v),
            ("heavy tail", v => Math.Exp(20 * v)),
            ("both signs, heavy", v => Math.CopySign(Math.Exp(30 * Math.Abs(v)), v)),
            ("few values", v => Math.Floor(v)),
            ("subnormal", v => Math.Floor(v * 1000) * double.Epsilon),
            ("huge", v => v * 2.5e307),
            ("zeros of both signs", v => v < 0 ? -0.0 : v < 0.5 ? 0.0 : v),
            ("zeros of both signs under a heavy tail", v => v < -0.01 ? 0.0 : v < 0 ? -0.0 : Math.Exp(20 * v)),
            ("one outlier", v => v > 3 ? 1e300 : v),
        };
        foreach (var (name, map) in shapes)
        {
            // Above the length from which edges are selected rather than sorted.
            var values = Array.ConvertAll(Samples.Normal(20_011, 5), v => map(v));
            var sorted = values.Order().ToArray();
            foreach (var bins in (int[])[1, 2, 10, 77])
            {
                var expected = NaiveQuantiles(sorted, bins);
                Assert.True(expected.SequenceEqual(BinEdges.Quantiles(values, bins).Interior.ToArray()), $"{name}, {bins} bins");
                Assert.True(expected.SequenceEqual(BinEdges.QuantilesOfSorted(sorted, bins).Interior.ToArray()), $"{name}, {bins} sorted");
            }
        }
    }

    [Fact]
    public void Every_value_is_counted_in_the_bin_of_the_edges_at_or_below_it() =>
        Gen.Select(Gen.Double[-10, 10].Array[0, 300], Gen.Int[-10, 10].Array[0, 100], Gen.Bool).Sample((values, raw, onEdges) =>
        {
            var edges = raw.Distinct().Order().Select(i => (double)i).ToArray();
            if (onEdges) values = Array.ConvertAll(values, Math.Floor);
            var bins = BinEdges.FromInterior(edges);
            var expected = new long[edges.Length + 1];
            foreach (var value in values) expected[edges.Count(edge => edge <= value)]++;

            Assert.Equal(expected, bins.Count(values).Counts);
            Assert.All(values, value => Assert.Equal(edges.Count(edge => edge <= value), bins.BinOf(value)));
        });

    [Theory]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Many_edges_count_like_few(int bins)
    {
        double[] values = [.. Samples.Normal(10_007, 7), double.NegativeInfinity, double.PositiveInfinity, double.NaN];
        var edges = BinEdges.EqualWidth(-2, 2, bins);
        var expected = new long[bins];
        foreach (var value in values.Where(v => !double.IsNaN(v))) expected[edges.Interior.ToArray().Count(edge => edge <= value)]++;

        var counts = edges.Count(values, NaNPolicy.Drop);

        Assert.Equal(expected, counts.Counts);
        Assert.Equal((1, values.Length - 1), (counts.Dropped, counts.Total));
    }

    [Fact]
    public void Batches_add_up_to_the_whole()
    {
        var values = Samples.Normal(5000, 3);
        var edges = BinEdges.Quantiles(values);
        var running = new long[edges.BinCount];
        foreach (var batch in values.Chunk(701)) edges.AddCounts(batch, running);

        Assert.Equal(edges.Count(values).Counts, running);
    }

    [Fact]
    public void A_refused_NaN_leaves_the_running_counts_alone()
    {
        var edges = BinEdges.FromInterior([0]);
        long[] running = [1, 2];

        var error = Assert.Throws<ArgumentException>(() => edges.AddCounts([1, double.NaN], running));

        Assert.Contains("position 1", error.Message, StringComparison.Ordinal);
        Assert.Equal([1L, 2L], running);
        Assert.Throws<ArgumentException>(() => edges.AddCounts([1], new long[3]));
        Assert.Throws<ArgumentException>(() => edges.BinOf(double.NaN));
    }

    [Fact]
    public void Equal_edges_are_kept_once()
    {
        Assert.Equal([3.0], BinEdges.Quantiles([3, 3, 3, 3]).Interior.ToArray());
        Assert.Equal([3.0], BinEdges.EqualWidth([3, 3, 3, 3]).Interior.ToArray());
        Assert.Equal([0.0, 0.5, 1.0], BinEdges.Quantiles([0, 1, 0, 1, 0, 1, 0, 1]).Interior.ToArray());
    }

    [Fact]
    public void Equal_width_edges_of_a_range_that_overflows_stay_finite_and_even()
    {
        double end = Math.ScaleB(1.5, 1023), half = end / 2;

        Assert.Equal([-half, 0, half], BinEdges.EqualWidth(-end, end, 4).Interior.ToArray());
        Assert.Equal([-half, 0, half], BinEdges.Histogram(-end, end, 4).Interior.ToArray());
    }

    [Fact]
    public void Infinities_shift_quantiles_but_have_no_width()
    {
        var edges = BinEdges.Quantiles([double.NegativeInfinity, 0, 1, 2, double.PositiveInfinity], 4);

        Assert.Equal([0.0, 1.0, 2.0], edges.Interior.ToArray());
        Assert.Throws<ArgumentException>(() => BinEdges.Quantiles([double.NegativeInfinity, double.PositiveInfinity], 2));
        Assert.Throws<ArgumentException>(() => BinEdges.EqualWidth([0, double.PositiveInfinity], 2));
    }

    [Fact]
    public void Edges_that_make_no_bins_are_refused()
    {
        Assert.Throws<ArgumentException>(() => BinEdges.FromInterior([1, 1]));
        Assert.Throws<ArgumentException>(() => BinEdges.FromInterior([2, 1]));
        Assert.Throws<ArgumentException>(() => BinEdges.FromInterior([double.NaN]));
        Assert.Throws<ArgumentException>(() => BinEdges.Quantiles([]));
        Assert.Throws<ArgumentException>(() => BinEdges.Quantiles([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => BinEdges.EqualWidth([]));
        Assert.Throws<ArgumentException>(() => BinEdges.EqualWidth([double.NaN], 3, NaNPolicy.Drop));
        Assert.Throws<ArgumentException>(() => BinEdges.QuantilesOfSorted([2, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinEdges.Quantiles([1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinEdges.EqualWidth(2, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinEdges.EqualWidth(0, double.NaN, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinEdges.EqualWidth(0, 1, BinEdges.MaxBins + 1));
    }

    [Fact]
    public void Dropped_NaN_do_not_move_the_edges()
    {
        double[] values = [5, 1, 4, 2, 3];
        double[] holed = [double.NaN, 5, 1, double.NaN, 4, 2, 3];

        Assert.Equal(BinEdges.Quantiles(values, 3).Interior.ToArray(), BinEdges.Quantiles(holed, 3, NaNPolicy.Drop).Interior.ToArray());
        Assert.Equal(BinEdges.EqualWidth(values, 3).Interior.ToArray(), BinEdges.EqualWidth(holed, 3, NaNPolicy.Drop).Interior.ToArray());
    }

    private static double[] NaiveQuantiles(double[] sorted, int bins)
    {
        var edges = new List<double>();
        for (var i = 1; i < bins; i++)
        {
            var (low, rest) = Math.DivRem((sorted.Length - 1L) * i, bins);
            var edge = rest == 0 ? sorted[low] : sorted[low] + ((sorted[low + 1] - sorted[low]) * ((double)rest / bins));
            if (edges.Count == 0 || edges[^1] < edge) edges.Add(edge);
        }

        return [.. edges];
    }
}
