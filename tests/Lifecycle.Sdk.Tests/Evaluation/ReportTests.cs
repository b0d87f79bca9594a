using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class ReportTests
{
    [Fact]
    public void A_binary_report_holds_the_single_metrics()
    {
        bool[] truth = [true, false, true, true, false, false];
        double[] scores = [0.9, 0.4, 0.5, 0.2, 0.6, 0.1];
        int[] labels = [1, 0, 1, 1, 0, 0], predicted = [1, 0, 1, 0, 1, 0];

        var report = ClassificationReport.Compute(truth, scores);

        Assert.Equal(ClassificationMetrics.Accuracy(labels, predicted), report.Accuracy);
        Assert.Equal(ClassificationMetrics.F1(labels, predicted), report.Metrics["f1_macro"]);
        Assert.Equal(ClassificationMetrics.RocAuc(truth, scores), report.Metrics["roc_auc"]);
        Assert.Equal(ClassificationMetrics.LogLoss(truth, scores), report.Scores!.LogLoss);
        Assert.Equal(Calibration.ExpectedError(truth, scores), report.Scores.ExpectedCalibrationError);
        Assert.Equal(["0", "1"], report.Confusion.Labels);
        Assert.True(ClassificationReport.Compute(truth, scores, threshold: 0.7).Confusion.PredictedTotal(1) == 1);
    }

    [Fact]
    public void Rows_with_NaN_are_refused_or_dropped_and_counted()
    {
        bool[] truth = [true, false, true];
        double[] scores = [0.9, double.NaN, 0.5];

        Assert.Throws<ArgumentException>(() => ClassificationReport.Compute(truth, scores));
        var report = ClassificationReport.Compute(truth, scores, nanPolicy: NaNPolicy.Drop);
        Assert.Equal((2, 1), (report.Rows, report.Dropped));
        Assert.Equal(double.NaN, report.Scores!.RocAuc);
        Assert.Contains("1 rows were left out", report.ToString(), StringComparison.Ordinal);

        Assert.Throws<ArgumentException>(() => RegressionReport.Compute([1, double.NaN], [1, 2]));
        var regression = RegressionReport.Compute([1, double.NaN, 3], [1, 2, double.NaN], [2, 1, 1], NaNPolicy.Drop);
        Assert.Equal((1, 2, 0.0), (regression.Rows, regression.Dropped, regression.MeanAbsoluteError));
        Assert.Throws<ArgumentException>(() => RegressionReport.Compute([double.NaN], [1], default, NaNPolicy.Drop));
        Assert.Throws<ArgumentOutOfRangeException>(() => RegressionReport.Compute([1], [1], default, (NaNPolicy)5));
    }

    [Fact]
    public void Scores_that_are_no_probabilities_still_rank()
    {
        var report = ClassificationReport.Compute([true, false], [12.0, -3], threshold: 0);

        Assert.Equal((1.0, double.NaN), (report.Scores!.RocAuc, report.Scores.LogLoss));
    }

    [Fact]
    public void A_report_of_several_classes_predicts_the_most_probable()
    {
        int[] truth = [3, 5, 9];
        double[] p = [0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.4, 0.5, 0.1];

        var report = ClassificationReport.Compute(truth, p, []);

        Assert.Equal(2 / 3.0, report.Accuracy, 1e-12);
        Assert.Equal(ClassificationMetrics.LogLoss(truth, p), report.Scores!.LogLoss);
        Assert.Equal(double.NaN, ClassificationReport.Compute([3, 5], p.AsSpan(0, 6), [3, 5, 9]).Scores!.RocAuc);
    }

    [Fact]
    public void Reports_survive_JSON_with_NaN_and_read_aligned()
    {
        var report = ClassificationReport.Compute(["cat", "dog", "cat"], ["cat", "cat", "cat"]);
        var read = ClassificationReport.FromJson(report.ToJson());

        Assert.Equal(double.NaN, report.Macro.Precision);
        Assert.Equal(report.Metrics, read.Metrics);
        Assert.Equal(report.Classes, read.Classes);
        Assert.Equal(report.ToString(), read.ToString());
        var lines = report.ToString().Split('\n')[..5];
        Assert.Single(lines.Select(line => line.Length).Distinct());

        var regression = RegressionReport.Compute([1, -2, 3], [1, 2, 4]);
        Assert.Equal(regression, RegressionReport.FromJson(regression.ToJson()));
        Assert.Equal(double.NaN, regression.MeanSquaredLogError);
        Assert.Equal(14, regression.Metrics.Count);
        Assert.Equal(16, regression.ToString().TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public void Names_from_outside_cannot_break_the_lines_of_a_report()
    {
        string evil = "cat\n\u001b[31m" + new string('x', 100);
        var classes = ClassificationReport.Compute([evil, "dog"], [evil, "dog"]);
        var groups = FairnessReport.Compute([true, false], [true, false], [evil, "dog"]);

        Assert.All([classes.ToString(), groups.ToString()], text =>
        {
            Assert.DoesNotContain('\u001b', text);
            Assert.DoesNotContain(new string('x', 61), text, StringComparison.Ordinal);
            Assert.Contains("cat  [31m", text, StringComparison.Ordinal);
        });
        // Both groups are small; the mark survives the cut.
        Assert.Contains("… *", groups.ToString(), StringComparison.Ordinal);
    }
}
