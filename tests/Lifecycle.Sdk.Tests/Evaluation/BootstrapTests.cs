using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class BootstrapTests
{
    [Theory]
    [InlineData(BootstrapMethod.Percentile)]
    [InlineData(BootstrapMethod.BiasCorrectedAccelerated)]
    public void Intervals_cover_the_true_value_about_as_often_as_they_say(BootstrapMethod method)
    {
        var random = new Random(17);
        var covered = 0;
        const int Rounds = 300;
        for (var round = 0; round < Rounds; round++)
        {
            double[] truth = new double[60];
            double[] noise = [.. truth.Select(_ => -Math.Log(1 - random.NextDouble()))];
            var result = Bootstrap.Interval<double, double>(
                truth, noise, (y, f) => RegressionMetrics.MeanAbsoluteError(y, f),
                    new BootstrapOptions { Resamples = 300, Level = 0.9, Method = method, Seed = (ulong)round });
            covered += result.Interval.Lower <= 1 && 1 <= result.Interval.Upper ? 1 : 0;
        }

        // 0.9 with a standard error of 0.017, and the bootstrap itself is a little narrow for skewed rows of this number.
        Assert.InRange(covered / (double)Rounds, 0.83, 0.95);
    }

    [Fact]
    public void The_interval_of_a_mean_is_that_of_the_normal_law()
    {
        var random = new Random(3);
        double[] truth = new double[500];
        double[] values = [.. truth.Select(_ => 10 + random.NextDouble())];
        var result = Bootstrap.Interval<double, double>(truth, values, (y, f) => RegressionMetrics.MeanAbsoluteError(y, f));
        var error = Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / 499 / 500);

        Assert.Equal(values.Average(), result.Interval.Estimate, 1e-12);
        Assert.InRange(result.StandardError / error, 0.93, 1.07);
        Assert.InRange((result.Interval.Upper - result.Interval.Lower) / (2 * 1.96 * error), 0.92, 1.08);
        Assert.Equal((2_000, 0), (result.Resamples, result.Undefined));
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval()
    {
        double[] values = [1, 5, 2, 8, 3, 9, 4];
        BootstrapResult Run(ulong seed) => Bootstrap.Interval<double, double>(
            new double[7], values, (y, f) => RegressionMetrics.MeanAbsoluteError(y, f), new BootstrapOptions { Seed = seed });

        Assert.Equal(Run(1), Run(1));
        Assert.NotEqual(Run(1), Run(2));
    }

    [Fact]
    public void Resamples_that_do_not_define_the_metric_are_counted_and_left_out()
    {
        bool[] truth = [true, false, false, false, false, false];
        var result = Bootstrap.Interval<bool, double>(truth, [0.9, 0.1, 0.95, 0.3, 0.4, 0.2], (y, s) => ClassificationMetrics.RocAuc(y, s));

        // A row is missing from (5/6)^6 of the resamples.
        Assert.InRange(result.Undefined / 2_000.0, 0.28, 0.39);
        Assert.Equal(2_000, result.Undefined + result.Resamples);
        Assert.InRange(result.Interval.Lower, 0, result.Interval.Upper);
    }

    [Fact]
    public void A_perfect_score_has_an_interval_without_width_and_no_crash()
    {
        int[] labels = [0, 1, 1, 0, 1];
        var result = Bootstrap.Interval<int, int>(labels, labels, (y, f) => ClassificationMetrics.Accuracy(y, f));

        Assert.Equal(new ConfidenceInterval(1, 1, 1, 0.95), result.Interval);
    }

    [Fact]
    public void Bad_options_and_undefined_metrics_are_refused()
    {
        double[] one = [1], two = [1, 2];
        ScoreFunction<double, double> mean = (y, f) => RegressionMetrics.MeanAbsoluteError(y, f);
        Assert.Throws<ArgumentException>(() => Bootstrap.Interval(one, one, mean));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Interval(two, two, mean, new BootstrapOptions { Resamples = 5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bootstrap.Interval(two, two, mean, new BootstrapOptions { Level = 1 }));
        Assert.Throws<UndefinedMetricException>(() => Bootstrap.Interval<double, double>(two, two, (_, _) => double.NaN));
        Assert.Throws<InvalidOperationException>(
            () => Bootstrap.Interval<double, double>(two, two, (_, _) => throw new InvalidOperationException()));
    }
}
