using CsCheck;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class ClassificationMetricsTests
{
    private static readonly Gen<(int[] Truth, int[] Predicted)> Labels =
        Gen.Int[1, 120].SelectMany(n => Gen.Select(Gen.Int[0, 4].Array[n], Gen.Int[0, 4].Array[n]));

    [Fact]
    public void All_scores_stay_in_their_range() => Labels.Sample((truth, predicted) =>
    {
        var c = ConfusionMatrix.Compute(truth, predicted);
        foreach (var averaging in new[] { Averaging.Macro, Averaging.Micro, Averaging.Weighted })
        {
            Assert.InRange(ClassificationMetrics.Precision(c, averaging, zeroDivision: ZeroDivision.Zero), 0, 1 + 1e-12);
            Assert.InRange(ClassificationMetrics.Recall(c, averaging, zeroDivision: ZeroDivision.One), 0, 1 + 1e-12);
            Assert.InRange(ClassificationMetrics.F1(c, averaging), 0, 1 + 1e-12);
            Assert.InRange(ClassificationMetrics.Jaccard(c, averaging), 0, 1 + 1e-12);
        }

        Assert.InRange(ClassificationMetrics.BalancedAccuracy(c), 0, 1);
        Assert.InRange(ClassificationMetrics.MatthewsCorrelation(c), -1, 1);
        Assert.True(ClassificationMetrics.CohenKappa(c) is <= 1 or double.NaN);
        Assert.Equal(1, ClassificationMetrics.Accuracy(c) + ClassificationMetrics.HammingLoss(c), 1e-12);
    });

    [Fact]
    public void Renaming_the_classes_changes_nothing_but_ordered_kappa() => Labels.Sample((truth, predicted) =>
    {
        static int Rename(int label) => (label * 3 % 5) + 100;
        var before = ConfusionMatrix.Compute(truth, predicted);
        var after = ConfusionMatrix.Compute(Array.ConvertAll(truth, Rename), Array.ConvertAll(predicted, Rename));

        Assert.Equal(ClassificationMetrics.F1(before), ClassificationMetrics.F1(after), 1e-12);
        Assert.Equal(ClassificationMetrics.MatthewsCorrelation(before), ClassificationMetrics.MatthewsCorrelation(after), 1e-12);
        Assert.Equal(ClassificationMetrics.CohenKappa(before), ClassificationMetrics.CohenKappa(after), 1e-12);
        Assert.Equal(ClassificationMetrics.BalancedAccuracy(before), ClassificationMetrics.BalancedAccuracy(after), 1e-12);
    });

    [Fact]
    public void Micro_averages_of_single_labels_are_the_accuracy() => Labels.Sample((truth, predicted) =>
    {
        var accuracy = ClassificationMetrics.Accuracy(truth, predicted);

        Assert.Equal(accuracy, ClassificationMetrics.Precision(truth, predicted, Averaging.Micro), 1e-12);
        Assert.Equal(accuracy, ClassificationMetrics.Recall(truth, predicted, Averaging.Micro), 1e-12);
        Assert.Equal(accuracy, ClassificationMetrics.F1(truth, predicted, Averaging.Micro), 1e-12);
    });

    [Fact]
    public void F_beta_runs_from_precision_to_recall_and_jaccard_is_a_function_of_f1() => Labels.Sample((truth, predicted) =>
    {
        foreach (var scores in ClassificationMetrics.PerClass(ConfusionMatrix.Compute(truth, predicted)))
        {
            var label = int.Parse(scores.Label, System.Globalization.CultureInfo.InvariantCulture);
            int[] t = [.. truth.Select(y => y == label ? 1 : 0)], p = [.. predicted.Select(y => y == label ? 1 : 0)];
            Assert.Equal(scores.Precision, ClassificationMetrics.FBeta(t, p, 0, Averaging.Binary), 1e-12);
            Assert.Equal(scores.F1 / (2 - scores.F1), ClassificationMetrics.Jaccard(t, p, Averaging.Binary), 1e-12);
            if (scores.Support > 0)
                Assert.Equal(scores.Recall, ClassificationMetrics.FBeta(t, p, 1e8, Averaging.Binary), 1e-6);
        }
    });

    [Fact]
    public void Perfect_and_worst_predictions_reach_the_ends()
    {
        int[] truth = [0, 1, 1, 0, 1];
        int[] wrong = [1, 0, 0, 1, 0];

        Assert.Equal(1, ClassificationMetrics.F1(truth, truth));
        Assert.Equal(1, ClassificationMetrics.MatthewsCorrelation(truth, truth), 1e-15);
        Assert.Equal(1, ClassificationMetrics.CohenKappa(truth, truth));
        Assert.Equal(1, ClassificationMetrics.BalancedAccuracy(truth, truth, adjusted: true), 1e-15);
        Assert.Equal(0, ClassificationMetrics.F1(truth, wrong));
        Assert.Equal(-1, ClassificationMetrics.MatthewsCorrelation(truth, wrong), 1e-15);
        Assert.Equal(0, ClassificationMetrics.Accuracy(truth, wrong));
    }

    [Fact]
    public void A_ratio_without_denominator_follows_the_rule_and_is_undefined_by_default()
    {
        int[] truth = [0, 1, 1], never = [0, 0, 0];

        Assert.Equal(double.NaN, ClassificationMetrics.Precision(truth, never, Averaging.Binary));
        Assert.Equal(double.NaN, ClassificationMetrics.Precision(truth, never));
        Assert.Equal(0, ClassificationMetrics.Precision(truth, never, Averaging.Binary, zeroDivision: ZeroDivision.Zero));
        Assert.Equal(1, ClassificationMetrics.Precision(truth, never, Averaging.Binary, zeroDivision: ZeroDivision.One));
        Assert.Equal(0, ClassificationMetrics.F1(truth, never, Averaging.Binary));
    }

    [Fact]
    public void A_class_without_weight_does_not_make_a_weighted_mean_undefined()
    {
        // Class 2 is predicted but never true: its recall does not exist, and it carries no weight.
        Assert.Equal(0.5, ClassificationMetrics.Recall([0, 0, 1, 1], [0, 2, 1, 2], Averaging.Weighted), 1e-12);
        Assert.Equal(double.NaN, ClassificationMetrics.Recall([0, 0, 1, 1], [0, 2, 1, 2]));
    }

    [Fact]
    public void Binary_averaging_needs_two_classes_one_of_them_positive()
    {
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.F1([0, 1, 2], [0, 1, 2], Averaging.Binary));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.F1([0, 2], [0, 2], Averaging.Binary));
        Assert.Equal(1, ClassificationMetrics.F1([0, 2], [0, 2], Averaging.Binary, positiveLabel: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationMetrics.FBeta([0, 1], [0, 1], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationMetrics.F1([0, 1], [0, 1], (Averaging)9));
    }

    [Fact]
    public void Kappa_of_one_class_is_undefined_and_matthews_is_zero_by_convention()
    {
        Assert.Equal(double.NaN, ClassificationMetrics.CohenKappa([1, 1], [1, 1]));
        Assert.Equal(0, ClassificationMetrics.MatthewsCorrelation([1, 1], [1, 1]));
        Assert.Equal(0, ClassificationMetrics.MatthewsCorrelation([0, 1, 1], [1, 1, 1], [0.1, 0.2, 0.7]));
    }

    [Fact]
    public void Weighted_kappa_forgives_near_misses_more_than_far_ones()
    {
        int[] truth = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4];
        int[] near = [1, 2, 3, 4, 3, 0, 1, 2, 3, 4];
        int[] far = [4, 4, 0, 0, 0, 0, 1, 2, 3, 4];

        Assert.Equal(ClassificationMetrics.CohenKappa(truth, near), ClassificationMetrics.CohenKappa(truth, far), 1);
        Assert.True(ClassificationMetrics.CohenKappa(truth, near, KappaWeighting.Quadratic) > ClassificationMetrics.CohenKappa(
            truth, far, KappaWeighting.Quadratic) + 0.5);
    }
}
