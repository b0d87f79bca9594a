using CsCheck;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class RegressionMetricsTests
{
    private static readonly Gen<double> Value = Gen.Int[-10_000, 10_000].Select(i => i / 100.0);

    private static readonly Gen<(double[] Truth, double[] Predicted)> Pairs =
        Gen.Int[2, 60].SelectMany(n => Gen.Select(Value.Array[n], Value.Array[n]));

    private delegate double Metric(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights);

    public static TheoryData<string> Weighted =>
        ["mae", "mse", "rmse", "mape", "r2", "explained", "pinball"];

    [Fact]
    public void Errors_are_ordered_as_the_means_of_powers_are() => Pairs.Sample((y, f) =>
    {
        var absolute = RegressionMetrics.MeanAbsoluteError(y, f);

        Assert.InRange(RegressionMetrics.RootMeanSquaredError(y, f), absolute * (1 - 1e-12),
            RegressionMetrics.MaxError(y, f) * (1 + 1e-12));
        Assert.InRange(RegressionMetrics.MedianAbsoluteError(y, f), 0, RegressionMetrics.MaxError(y, f));
        Assert.Equal(absolute / 2, RegressionMetrics.PinballLoss(y, f), 1e-10);
        Assert.True(RegressionMetrics.R2(y, f) <= RegressionMetrics.ExplainedVariance(y, f) + 1e-9);
    });

    [Fact]
    public void Symmetric_errors_do_not_care_which_side_is_the_truth_and_shares_do_not_care_about_the_unit() => Pairs.Sample((y, f) =>
    {
        double[] y2 = [.. y.Select(v => (8 * v) + 3)], f2 = [.. f.Select(v => (8 * v) + 3)];

        Assert.Equal(RegressionMetrics.MeanAbsoluteError(f, y), RegressionMetrics.MeanAbsoluteError(y, f));
        Assert.Equal(RegressionMetrics.MeanSquaredError(f, y), RegressionMetrics.MeanSquaredError(y, f));
        Assert.True(Math.Abs(RegressionMetrics.R2(y, f) - RegressionMetrics.R2(y2, f2)) <= 1e-9 * Math.Max(
            1, Math.Abs(RegressionMetrics.R2(y, f))));
    });

    [Theory]
    [MemberData(nameof(Weighted))]
    public void Integer_weights_count_like_repeated_rows(string name) => Pairs.Sample((y, f) =>
    {
        Metric metric = name switch
        {
            "mae" => RegressionMetrics.MeanAbsoluteError,
            "mse" => RegressionMetrics.MeanSquaredError,
            "rmse" => RegressionMetrics.RootMeanSquaredError,
            "mape" => RegressionMetrics.MeanAbsolutePercentageError,
            "r2" => RegressionMetrics.R2,
            "explained" => RegressionMetrics.ExplainedVariance,
            _ => (t, p, w) => RegressionMetrics.PinballLoss(t, p, 0.3, w),
        };
        double[] weights = [.. y.Select((_, i) => (double)((i * 5 % 3) + (i < 2 ? 1 : 0)))];
        int[] rows = [.. Enumerable.Range(0, y.Length).SelectMany(row => Enumerable.Repeat(row, (int)weights[row]))];

        var repeated = metric([.. rows.Select(row => y[row])], [.. rows.Select(row => f[row])], default);

        Assert.True(Math.Abs(repeated - metric(y, f, weights)) <= 1e-10 * Math.Max(1, Math.Abs(repeated)));
    });

    [Fact]
    public void Perfect_predictions_have_no_error_and_explain_everything()
    {
        double[] y = [1, 2, 5];
        var report = RegressionReport.Compute(y, y);

        Assert.Equal(0, report.MeanAbsoluteError + report.MeanSquaredError + report.MaxError);
        Assert.Equal(0, report.MedianAbsoluteError + report.MeanSquaredLogError);
        Assert.Equal(0, report.PoissonDeviance + report.GammaDeviance);
        Assert.Equal((1.0, 1.0, 1.0), (report.R2, report.ExplainedVariance, report.D2AbsoluteError));
    }

    [Fact]
    public void Predicting_the_mean_scores_zero_and_constant_truth_is_never_rounding_noise()
    {
        Assert.Equal(0, RegressionMetrics.R2([1, 2, 6], [3, 3, 3]));
        Assert.Equal(0, RegressionMetrics.D2AbsoluteError([1, 2, 6], [2, 2, 2]));

        // The sum of these is not exactly the value times their number.
        double[] constant = [.. Enumerable.Repeat(0.1, 7)];
        double[] off = [.. Enumerable.Repeat(0.3, 7)];
        Assert.Equal(0, RegressionMetrics.R2(constant, off));
        Assert.Equal(1, RegressionMetrics.R2(constant, constant));
        Assert.Equal(double.NaN, RegressionMetrics.R2([1], [2]));
        Assert.Equal(double.NaN, RegressionMetrics.D2AbsoluteError([1], [2]));
    }

    [Fact]
    public void Small_logarithmic_errors_keep_their_digits()
    {
        // ln(1 + x) = x - x²/2 + …; adding the one first would leave four digits.
        Assert.Equal(1e-24, RegressionMetrics.MeanSquaredLogError([2e-12], [1e-12]), 1e-33);
    }

    [Fact]
    public void Sums_of_many_rows_lose_no_digits()
    {
        double[] y = new double[1_000_001];
        double[] f = new double[y.Length];
        f[0] = 1e16;
        f.AsSpan(1).Fill(1);

        Assert.Equal((1e16 + 1e6) / 1_000_001, RegressionMetrics.MeanAbsoluteError(y, f));
    }

    [Fact]
    public void Huge_and_infinite_values_give_infinity_or_NaN_but_no_plausible_number()
    {
        Assert.Equal(double.PositiveInfinity, RegressionMetrics.MeanSquaredError([1e308], [-1e308]));
        Assert.Equal(double.PositiveInfinity, RegressionMetrics.MeanAbsoluteError([double.PositiveInfinity], [0]));
        Assert.Equal(double.NaN, RegressionMetrics.MeanAbsoluteError([double.PositiveInfinity], [double.PositiveInfinity]));
        Assert.Equal(double.NaN, RegressionMetrics.MedianAbsoluteError([double.PositiveInfinity, 1], [double.PositiveInfinity, 1]));
        Assert.Equal(double.NaN, RegressionMetrics.R2([double.PositiveInfinity, 1], [1, 2]));
    }

    [Fact]
    public void A_weighted_median_is_a_value_that_occurs_and_zero_weights_do_not_count()
    {
        Assert.Equal(3, RegressionMetrics.MedianAbsoluteError([0, 0, 0], [1, 2, 3], [1, 1, 5]));
        Assert.Equal(2, RegressionMetrics.MedianAbsoluteError([0, 0, 0, 0], [1, 2, 3, 4], [1, 1, 1, 1]));
        Assert.Equal(2.5, RegressionMetrics.MedianAbsoluteError([0, 0, 0, 0], [1, 2, 3, 4]));
        Assert.Equal(7, RegressionMetrics.MedianAbsoluteError([0, 0], [1, 7], [0, 1]));
        Assert.Equal(7, RegressionMetrics.MeanAbsoluteError([0, 0], [double.PositiveInfinity, 7], [0, 1]));
    }

    [Fact]
    public void Bad_values_are_refused_with_argument_position_and_rule()
    {
        var nan = Assert.Throws<ArgumentException>(() => RegressionMetrics.R2([1, double.NaN], [1, 2]));
        Assert.Equal("truth", nan.ParamName);
        Assert.Contains("position 1", nan.Message, StringComparison.Ordinal);
        Assert.Equal("predicted", Assert.Throws<ArgumentException>(() => RegressionMetrics.MaxError([1], [1, 2])).ParamName);
        Assert.Equal("predicted", Assert.Throws<ArgumentException>(() => RegressionMetrics.PoissonDeviance([1], [0])).ParamName);
        Assert.Equal("truth", Assert.Throws<ArgumentException>(() => RegressionMetrics.GammaDeviance([0], [1])).ParamName);
        Assert.Equal("predicted", Assert.Throws<ArgumentException>(() => RegressionMetrics.MeanSquaredLogError([1], [-1])).ParamName);
        Assert.Throws<ArgumentException>(() => RegressionMetrics.MeanAbsoluteError([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => RegressionMetrics.PinballLoss([1], [1], 1.5));
    }
}
