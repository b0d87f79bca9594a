using CsCheck;
using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Distances;

public sealed class MaximumMeanDiscrepancyTests
{
    [Fact]
    public void Both_statistics_are_the_means_of_their_definition()
    {
        double[] x = Samples.Normal(21, 1), y = Samples.Normal(12, 2, mean: 1);
        const int Columns = 3;
        const double Scale = 2.5;
        double[][] rowsX = [.. x.Chunk(Columns)], rowsY = [.. y.Chunk(Columns)];
        static double Kernel(double[] a, double[] b) => Math.Exp(-a.Zip(b, (v, w) => (v - w) * (v - w)).Sum() / Scale);
        static double Mean(double[][] a, double[][] b) => a.Average(r => b.Average(s => Kernel(r, s)));
        static double OffDiagonal(double[][] a) => a.SelectMany((r, i) => a.Where((_, j) => j != i).Select(s => Kernel(r, s))).Average();

        var result = MaximumMeanDiscrepancy.Compute(x, y, Columns, Scale);

        Samples.Close(Mean(rowsX, rowsX) + Mean(rowsY, rowsY) - (2 * Mean(rowsX, rowsY)), result.Biased, 1e-12);
        Samples.Close(OffDiagonal(rowsX) + OffDiagonal(rowsY) - (2 * Mean(rowsX, rowsY)), result.Unbiased, 1e-12);
        Assert.Equal((7, 4, Scale), (result.ReferenceCount, result.CurrentCount, result.Scale));
    }

    [Fact]
    public void The_default_scale_is_the_exact_median_of_pooled_squared_distances() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 8], Gen.Int[1, 8], Gen.Bool, Gen.ULong).Sample((columns, n, m, ties, seed) =>
        {
            double[] Table(int rows, ulong s) => Array.ConvertAll(Samples.Normal(rows * columns, s), v => ties ? Math.Round(v) : v);
            double[] x = Table(n, seed), y = Table(m, seed + 1);
            double[][] rows = [.. x.Concat(y).Chunk(columns)];
            double[] squared =
                [.. rows.SelectMany((a, i) => rows.Skip(i + 1).Select(b => a.Zip(b, (v, w) => (v - w) * (v - w)).Sum())).Order()];
            var median = (squared[(squared.Length - 1) / 2] + squared[squared.Length / 2]) / 2;

            Samples.Close(median == 0 ? 1 : median, MaximumMeanDiscrepancy.Compute(x, y, columns).Scale, 1e-14);
        });

    [Fact]
    public void Equal_samples_have_no_biased_discrepancy_and_one_row_no_unbiased()
    {
        var x = Samples.Normal(50, 1);

        Assert.Equal(0, MaximumMeanDiscrepancy.Compute(x, Samples.Shuffled(x, 3)).Biased, 1e-13);
        Assert.True(double.IsNaN(MaximumMeanDiscrepancy.Compute([1], x).Unbiased));
        Assert.Equal(1, MaximumMeanDiscrepancy.Compute([2, 2], [2]).Scale);
    }

    [Fact]
    public void The_linear_estimate_agrees_with_the_quadratic_one_within_its_error()
    {
        const int Rows = 20_000;
        double[] x = Samples.Normal(Rows, 1), y = Samples.Normal(Rows, 2, mean: 0.5);
        var linear = new LinearMmd(1, 2);
        linear.UpdateMany(x, y);
        var quadratic = MaximumMeanDiscrepancy.Compute(x.AsSpan(0, 2000), y.AsSpan(0, 2000), 1, 2).Unbiased;

        Assert.Equal(Rows / 2, linear.Terms);
        Assert.InRange(linear.Estimate, quadratic - 0.02, quadratic + 0.02);
        Assert.True(linear.Estimate > 6 * linear.StandardError);
        Assert.InRange(linear.PValue, 0, 1e-9);
    }

    [Fact]
    public void Without_drift_the_linear_estimate_is_standard_normal_in_units_of_its_error()
    {
        int beyond = 0, significant = 0;
        for (ulong seed = 0; seed < 400; seed++)
        {
            var linear = new LinearMmd(2, 2);
            linear.UpdateMany(Samples.Normal(800, 2 * seed), Samples.Normal(800, (2 * seed) + 1));
            if (Math.Abs(linear.Estimate) > 1.96 * linear.StandardError) beyond++;
            if (linear.PValue < 0.05) significant++;
        }

        // 5 % of 400 is 20; the interval holds all but one in ten thousand binomial draws.
        Assert.InRange(beyond, 5, 40);
        Assert.InRange(significant, 5, 40);
    }

    [Fact]
    public void The_linear_estimate_is_the_mean_of_its_terms()
    {
        var linear = new LinearMmd(1, 1);
        Assert.True(double.IsNaN(linear.Estimate) && double.IsNaN(linear.PValue));
        linear.UpdateMany([0, 1, 2, 5, 9], [3, 3, 4, 4]);
        static double K(double a, double b) => Math.Exp(-(a - b) * (a - b));
        var first = K(0, 1) + K(3, 3) - K(0, 3) - K(1, 3);
        var second = K(2, 5) + K(4, 4) - K(2, 4) - K(5, 4);

        Samples.Close((first + second) / 2, linear.Estimate);
        Samples.Close(Math.Abs(first - second) / 2, linear.StandardError, 1e-12);
    }

    [Fact]
    public void Tables_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Compute([1, 2, 3], [1, 2], 2));
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Compute([], [1]));
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Compute([1, double.NaN], [1]));
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Compute([double.PositiveInfinity], [1]));
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Compute([1e200, -1e200], [1]));
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Compute([double.NaN, 1], [1, 2], 2, nanPolicy: NaNPolicy.Drop));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximumMeanDiscrepancy.Compute([1], [1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximumMeanDiscrepancy.Compute([1], [1], 1, 0));
        Assert.Throws<ArgumentException>(() => new LinearMmd(2, 1).Update([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => new LinearMmd(1, 1).Update([double.NaN], [1]));
        Assert.Equal(1, MaximumMeanDiscrepancy.Compute([1, double.NaN, 3, 4], [1, 2], 2, 1, NaNPolicy.Drop).ReferenceDropped);
    }
}
