using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Numerics;

/// <summary>
/// Statistics that do not depend on where zero lies, on whole numbers, so that adding the offset is exact: times and identifiers are such
/// values. A mean that is rounded to a double would be off by a quarter of the deviation here.
/// </summary>
public sealed class CommonOffsetTests
{
    private const double Offset = 1L << 52;

    private static readonly double[] X = [1, 2, 3, 5, 8, 2, 7], Y = [2, 4, 6, 7, 9, 13], Z = [0, 0, 3, 11];

    [Fact]
    public void Analysis_of_variance_is_blind_to_it()
    {
        Assert.Equal(OneWayAnova.Compare([X, Y, Z]).Statistic, OneWayAnova.Compare([Far(X), Far(Y), Far(Z)]).Statistic, 1e-13);
    }

    [Theory]
    [InlineData(Center.Median)]
    [InlineData(Center.Mean)]
    [InlineData(Center.TrimmedMean)]
    public void Levenes_test_is_blind_to_it(Center center) =>
        Assert.Equal(Levene.Compare([X, Y, Z], center).Statistic, Levene.Compare([Far(X), Far(Y), Far(Z)], center).Statistic, 1e-13);

    [Fact]
    public void Shares_of_variance_and_correlations_are_blind_to_it()
    {
        double[] truth = X, predicted = [2, 2, 4, 4, 6, 3, 9], weights = [1, 2, 0, 1, 3, 1, 1];

        Assert.Equal(
            RegressionMetrics.R2(truth, predicted, weights), RegressionMetrics.R2(Far(truth), Far(predicted), weights), 1e-13);
        Assert.Equal(
            RegressionMetrics.ExplainedVariance(truth, predicted), RegressionMetrics.ExplainedVariance(Far(truth), Far(predicted)), 1e-13);
        Assert.Equal(Correlation.Pearson(truth, predicted).Coefficient, Correlation.Pearson(Far(truth), Far(predicted)).Coefficient, 1e-13);
        Assert.Equal(Wasserstein.NormedDistance(X, Y).Value, Wasserstein.NormedDistance(Far(X), Far(Y)).Value, 1e-13);
    }

    // The mean of three times 0.1 is not 0.1 as a double: deviations from it would look like a spread.
    [Fact]
    public void Equal_values_have_no_spread_although_their_mean_rounds()
    {
        double[] constant = [0.1, 0.1, 0.1], same = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1];

        Assert.Throws<ArgumentException>(() => StudentTTest.Compare(constant, same));
        Assert.Throws<ArgumentException>(() => OneWayAnova.Compare([constant, same]));
        Assert.Equal(double.NegativeInfinity, StudentTTest.Compare(constant, [0.3, 0.3, 0.3]).Statistic);
    }

    private static double[] Far(double[] values) => [.. values.Select(value => value + Offset)];
}
