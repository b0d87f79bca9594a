using CsCheck;
using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Distances;

/// <summary>Wasserstein-1 and energy distance: what both are.</summary>
public sealed class SampleDistanceTests
{
    private static readonly Func<double[], double[], double>[] Distances =
        [(x, y) => Wasserstein.Distance(x, y).Value, (x, y) => EnergyDistance.Distance(x, y).Value];

    [Fact]
    public void Both_are_metrics() =>
        Gen.Select(Samples.Sample, Samples.Sample, Samples.Sample).Sample((x, y, z) =>
        {
            foreach (var distance in Distances)
            {
                Assert.Equal(0, distance(x, x));
                Samples.Close(distance(x, y), distance(y, x), 1e-12, 1e-12);
                Assert.True(distance(x, y) >= 0);
                Assert.True(distance(x, z) <= ((distance(x, y) + distance(y, z)) * (1 + 1e-12)) + 1e-9);
            }
        });

    [Fact]
    public void Order_does_not_matter_and_sorted_samples_may_be_passed_as_such() =>
        Gen.Select(Samples.Sample, Samples.Sample, Gen.ULong).Sample((x, y, seed) =>
        {
            foreach (var distance in Distances)
                Assert.Equal(distance(x, y), distance(Samples.Shuffled(x, seed), Samples.Shuffled(y, seed + 1)));
            double[] sortedX = [.. x.Order()], sortedY = [.. y.Order()];
            Assert.Equal(Wasserstein.Distance(x, y).Value, Wasserstein.DistanceOfSorted(sortedX, sortedY));
            Assert.Equal(EnergyDistance.Distance(x, y).Value, EnergyDistance.DistanceOfSorted(sortedX, sortedY));
        });

    [Fact]
    public void Wasserstein_is_the_area_between_the_distribution_functions_and_energy_the_root_of_twice_its_square() =>
        Gen.Select(Samples.Sample, Samples.Sample).Sample((x, y) =>
        {
            double[] points = [.. x.Concat(y).Order()];
            double area = 0, square = 0;
            for (var i = 1; i < points.Length; i++)
            {
                double Share(double[] sample) => (double)sample.Count(v => v <= points[i - 1]) / sample.Length;
                var gap = Math.Abs(Share(x) - Share(y));
                area += (points[i] - points[i - 1]) * gap;
                square += (points[i] - points[i - 1]) * gap * gap;
            }

            Samples.Close(area, Wasserstein.Distance(x, y).Value, 1e-11, 1e-9);
            Samples.Close(Math.Sqrt(2 * square), EnergyDistance.Distance(x, y).Value, 1e-9, 1e-6);
        });

    [Fact]
    public void Energy_distance_is_a_difference_of_mean_distances()
    {
        double[] x = Samples.Normal(40, 1), y = Samples.Normal(31, 2, mean: 0.7);
        static double Mean(double[] a, double[] b) => a.Average(v => b.Average(w => Math.Abs(v - w)));

        Samples.Close(Math.Sqrt((2 * Mean(x, y)) - Mean(x, x) - Mean(y, y)), EnergyDistance.Distance(x, y).Value, 1e-12);
    }

    [Fact]
    public void A_shift_moves_every_value_by_the_shift()
    {
        double[] x = Samples.Normal(5000, 1), shifted = Array.ConvertAll(x, v => v + 3);

        Samples.Close(3, Wasserstein.Distance(x, shifted).Value, 1e-12);
        Samples.Close(3, Wasserstein.Distance(x, [.. shifted, .. shifted]).Value, 1e-12);
    }

    [Fact]
    public void Repeating_every_value_or_weighting_it_changes_nothing() =>
        Gen.Select(Samples.Sample, Samples.Sample, Gen.Int[1, 4]).Sample((x, y, times) =>
        {
            double[] repeated = [.. x.SelectMany(v => Enumerable.Repeat(v, times))];
            double[] weights = new double[x.Length], ones = new double[y.Length];
            Array.Fill(weights, times);
            Array.Fill(ones, 1);
            Samples.Close(Wasserstein.Distance(x, y).Value, Wasserstein.Distance(repeated, y).Value, 1e-11, 1e-9);
            Samples.Close(EnergyDistance.Distance(x, y).Value, EnergyDistance.Distance(repeated, y).Value, 1e-11, 1e-9);
            Samples.Close(Wasserstein.Distance(x, y).Value, Wasserstein.WeightedDistance(x, weights, y, ones).Value, 1e-9, 1e-9);
            Samples.Close(EnergyDistance.Distance(x, y).Value, EnergyDistance.WeightedDistance(x, weights, y, ones).Value, 1e-9, 1e-6);
        });

    [Fact]
    public void A_weight_is_a_number_of_repetitions()
    {
        var repeated = Wasserstein.Distance([1, 1, 1, 5], [2, 8, 8]).Value;
        var weighted = Wasserstein.WeightedDistance([5, 1, 7], [1, 3, 0], [8, 2], [2, 1]).Value;

        Samples.Close(repeated, weighted);
        Samples.Close(
            EnergyDistance.Distance([1, 1, 1, 5], [2, 8, 8]).Value,
            EnergyDistance.WeightedDistance([5, 1, 7], [1, 3, 0], [8, 2], [2, 1]).Value);
    }

    [Fact]
    public void Infinities_at_equal_quantiles_cancel_and_others_are_infinitely_far()
    {
        const double Inf = double.PositiveInfinity;
        foreach (var distance in Distances)
        {
            Assert.Equal(distance([0, 1, 2], [0, 1, 3]) > 0, distance([-Inf, 0, 1, 2, Inf], [-Inf, 0, 1, 3, Inf]) is > 0 and < Inf);
            Assert.Equal(Inf, distance([0, 1, Inf], [0, 1, 2]));
            Assert.Equal(Inf, distance([0, Inf], [0, 1, Inf]));
            Assert.Equal(Inf, distance([-Inf], [Inf]));
            Assert.Equal(0, distance([-Inf, Inf], [-Inf, Inf]));
        }

        Samples.Close(0.2, Wasserstein.Distance([-Inf, 0, 1, 2, Inf], [-Inf, 0, 1, 3, Inf]).Value);
    }

    [Fact]
    public void Huge_and_subnormal_values_neither_overflow_nor_vanish()
    {
        Samples.Close(1.5e308, Wasserstein.Distance([-1e308, 1e308], [-1e308, -1e308, 1e308, -1e308]).Value * 3, 1e-12);
        Samples.Close(1.7e308, Wasserstein.Distance([-0.85e308], [0.85e308]).Value);
        Samples.Close(Math.Sqrt(2) * Math.Sqrt(1.7e308), EnergyDistance.Distance([-0.85e308], [0.85e308]).Value);
        Assert.Equal(double.Epsilon, Wasserstein.Distance([0], [double.Epsilon]).Value);
        Assert.Equal(double.PositiveInfinity, Wasserstein.Distance([-1.7e308], [1.7e308]).Value);
    }

    [Fact]
    public void Bad_input_is_named()
    {
        foreach (var distance in Distances)
        {
            Assert.Equal("reference", Assert.Throws<ArgumentException>(() => distance([], [1])).ParamName);
            Assert.Equal("current", Assert.Throws<ArgumentException>(() => distance([1], [double.NaN])).ParamName);
        }

        Assert.Throws<ArgumentException>(() => Wasserstein.DistanceOfSorted([2, 1], [1]));
        Assert.Throws<ArgumentException>(() => EnergyDistance.DistanceOfSorted([1], [1, double.NaN]));
        Assert.Throws<ArgumentException>(() => Wasserstein.WeightedDistance([1], [1, 2], [1], [1]));
        Assert.Throws<ArgumentException>(() => Wasserstein.WeightedDistance([1], [-1], [1], [1]));
        Assert.Throws<ArgumentException>(() => Wasserstein.WeightedDistance([1], [0], [1], [1]));
        Assert.Throws<ArgumentException>(() => Wasserstein.WeightedDistance([1], [double.PositiveInfinity], [1], [1]));
        Assert.Throws<ArgumentException>(() => EnergyDistance.WeightedDistance([1], [double.NaN], [1], [1]));
        Assert.Throws<ArgumentException>(() => EnergyDistance.WeightedDistance([], [], [1], [1]));
        Assert.Throws<ArgumentException>(() => Wasserstein.NormedDistance([1, double.PositiveInfinity], [1]));
    }

    [Fact]
    public void Dropped_NaN_are_counted_per_side_and_pair_by_pair()
    {
        double[] x = [1, double.NaN, 3], y = [double.NaN, 2, double.NaN];

        Assert.Equal(new DistanceResult(1, 2, 1, 1, 2), Wasserstein.Distance(x, y, NaNPolicy.Drop));
        var weighted = Wasserstein.WeightedDistance([1, 2, 3], [double.NaN, 1, 1], [double.NaN, 2], [1, 1], NaNPolicy.Drop);
        Assert.Equal((2, 1, 1, 1), (weighted.ReferenceCount, weighted.CurrentCount, weighted.ReferenceDropped, weighted.CurrentDropped));
        Assert.Throws<ArgumentException>(() => Wasserstein.Distance([double.NaN], y, NaNPolicy.Drop));
    }

    [Fact]
    public void The_normed_distance_counts_in_standard_deviations_of_the_reference()
    {
        double[] x = [-2, 2, -2, 2], y = [0, 4, 0, 4];

        Samples.Close(1, Wasserstein.NormedDistance(x, y).Value);
        Samples.Close(1, Wasserstein.NormedDistance(Array.ConvertAll(x, v => v * 1e200), Array.ConvertAll(y, v => v * 1e200)).Value);
        // A constant reference has no deviation; the floor stands in.
        Samples.Close(2000, Wasserstein.NormedDistance([5, 5], [7]).Value);
    }

    [Fact]
    public void Large_samples_take_the_parallel_path_to_the_same_number()
    {
        double[] x = Samples.Normal(150_000, 1), y = Samples.Normal(150_000, 2, mean: 0.1);
        double[] sortedX = [.. x.Order()], sortedY = [.. y.Order()];

        Samples.Close(sortedX.Zip(sortedY, (a, b) => Math.Abs(a - b)).Average(), Wasserstein.Distance(x, y).Value, 1e-11);
    }
}
