using CsCheck;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class ProbabilityMetricsTests
{
    private static readonly Gen<(bool[] Truth, double[] Probabilities)> Predicted =
        Gen.Int[1, 60].SelectMany(n => Gen.Select(Gen.Bool.Array[n], Gen.Double[0, 1].Array[n]));

    [Fact]
    public void Losses_are_not_negative_and_calibration_errors_are_ordered() => Predicted.Sample((truth, p) =>
    {
        Assert.True(ClassificationMetrics.LogLoss(truth, p) >= 0);
        Assert.InRange(ClassificationMetrics.Brier(truth, p), 0, 1);
        Assert.InRange(Calibration.ExpectedError(truth, p), 0, Calibration.MaximumError(truth, p) + 1e-15);
        Assert.InRange(Calibration.MaximumError(truth, p), 0, 1);
    });

    [Fact]
    public void One_bin_of_calibration_is_the_difference_of_the_means() => Predicted.Sample((truth, p) =>
        Assert.Equal(Math.Abs(truth.Average(t => t ? 1.0 : 0) - p.Average()), Calibration.ExpectedError(truth, p, 1), 1e-12));

    [Fact]
    public void Every_row_is_in_one_bin_of_the_curve() => Predicted.Sample((truth, p) =>
    {
        foreach (var binning in new[] { CalibrationBinning.Uniform, CalibrationBinning.Quantile })
        {
            var curve = Calibration.Curve(truth, p, 7, binning);
            Assert.Equal(truth.Length, curve.Sum(bin => bin.Count));
            Assert.Equal(p.Sum(), curve.Sum(bin => bin.Count * bin.MeanPredicted), 1e-10);
            Assert.Equal(truth.Count(t => t), curve.Sum(bin => bin.Count * bin.ShareOfPositives), 1e-10);
        }
    });

    [Fact]
    public void A_probability_on_an_edge_belongs_to_the_bin_below_and_quantile_bins_are_even()
    {
        bool[] truth = [false, true, true, true];
        double[] p = [0.1, 0.5, 0.625, 0.875];

        Assert.Equal([new CalibrationBin(2, 0.3, 0.5), new CalibrationBin(2, 0.75, 1)], Calibration.Curve(truth, p, 2));
        Assert.Equal([1, 3], Calibration.Curve(truth, [0.5, 0.6, 0.7, 0.8], 2).Select(bin => bin.Count));
        Assert.Equal([2, 2], Calibration.Curve(truth, [0.6, 0.61, 0.62, 0.63], 2, CalibrationBinning.Quantile).Select(bin => bin.Count));
        // The error is cut the other way round, as its definition says: 0.5 belongs above.
        Assert.Equal(0.75 * (1 - ((0.5 + 0.625 + 0.875) / 3)) + (0.25 * 0.1), Calibration.ExpectedError(truth, p, 2), 1e-12);
    }

    [Fact]
    public void Certainty_costs_nothing_when_right_and_a_finite_price_when_wrong()
    {
        Assert.Equal(0, ClassificationMetrics.LogLoss([true, false], [1, 0]), 1e-15);
        Assert.Equal(-Math.Log(Math.Pow(2, -52)), ClassificationMetrics.LogLoss([true], [0]), 1e-12);
        Assert.Equal(1, ClassificationMetrics.Brier([true, false], [0, 1]));
    }

    [Fact]
    public void Log_loss_of_columns_agrees_with_the_binary_one_and_knows_given_labels() => Predicted.Sample((truth, p) =>
    {
        int[] labels = [.. truth.Select(t => t ? 7 : 3)];
        double[] columns = [.. p.SelectMany(q => new[] { 1 - q, q })];

        Assert.Equal(ClassificationMetrics.LogLoss(truth, p), ClassificationMetrics.LogLoss(labels, columns, [3, 7]), 1e-8);
    });

    [Fact]
    public void Values_that_are_no_probabilities_are_refused_by_position()
    {
        foreach (var value in new[] { -0.1, 1.1, double.NaN, double.PositiveInfinity })
        {
            var error = Assert.Throws<ArgumentException>(() => ClassificationMetrics.Brier([true, false], [0.5, value]));
            Assert.Contains("position 1", error.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => ClassificationMetrics.LogLoss([true, false], [0.5, value]));
            Assert.Throws<ArgumentException>(() => Calibration.ExpectedError([true, false], [0.5, value]));
        }

        Assert.Contains("row 0 sum", Assert.Throws<ArgumentException>(
            () => ClassificationMetrics.LogLoss([0, 1], [0.5, 0.6, 0.5, 0.5])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Calibration.Curve([true], [0.5], 0));
    }

    [Fact]
    public void Top_k_grows_with_k_up_to_certainty()
    {
        int[] truth = [0, 1, 2, 2];
        double[] scores = [0.5, 0.3, 0.2, 0.2, 0.3, 0.5, 0.1, 0.8, 0.1, 0.1, 0.1, 0.8];

        Assert.Equal(0.5, ClassificationMetrics.TopKAccuracy(truth, scores, 1));
        Assert.Equal(1, ClassificationMetrics.TopKAccuracy(truth, scores, 2));
        Assert.Equal(1, ClassificationMetrics.TopKAccuracy(truth, scores, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationMetrics.TopKAccuracy(truth, scores, 4));
    }

    [Fact]
    public void Ranking_gain_is_one_for_the_best_order_and_shares_ties()
    {
        double[] relevance = [3, 1, 0, 2];

        Assert.Equal(1, RankingMetrics.NormalizedDiscountedCumulativeGain(relevance, [0.9, 0.3, 0.1, 0.5]), 1e-13);
        Assert.Equal(1.5 * (1 + (1 / Math.Log2(3)) + 0.5 + (1 / Math.Log2(5))),
            RankingMetrics.DiscountedCumulativeGain(relevance, [1, 1, 1, 1]), 1e-12);
        Assert.Equal(3, RankingMetrics.DiscountedCumulativeGain(relevance, [0.9, 0.3, 0.1, 0.5], 1));
        Assert.Equal(double.NaN, RankingMetrics.NormalizedDiscountedCumulativeGain([0, 0], [1, 2]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.NormalizedDiscountedCumulativeGain([1, -1], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RankingMetrics.DiscountedCumulativeGain(relevance, relevance, 0));
    }
}
