using CsCheck;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class RocCurveTests
{
    /// <summary>Both classes occur; scores are coarse, so that ties are common.</summary>
    private static readonly Gen<(bool[] Truth, double[] Scores)> Scored =
        Gen.Int[2, 80].SelectMany(n => Gen.Select(Gen.Bool.Array[n], Gen.Int[0, 12].Select(i => i / 12.0).Array[n])).Select(
            (truth, scores) =>
        {
            truth[0] = true;
            truth[1] = false;
            return (truth, scores);
        });

    [Fact]
    public void The_area_is_the_share_of_pairs_won_counted_one_by_one() => Scored.Sample((truth, scores) =>
    {
        var wins = 0.0;
        var pairs = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            for (var j = 0; j < truth.Length; j++)
            {
                if (!truth[i] || truth[j])
                    continue;
                pairs++;
                wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
            }
        }

        Assert.Equal(wins / pairs, ClassificationMetrics.RocAuc(truth, scores), 1e-13);
        Assert.Equal(wins / pairs, RocCurve.Compute(truth, scores).Auc, 1e-12);
        Assert.Equal(wins / pairs, RocCurve.Compute(truth, scores).PartialAuc(1), 1e-12);
    });

    [Fact]
    public void Monotone_maps_and_the_order_of_rows_change_nothing_and_negation_mirrors() => Scored.Sample((truth, scores) =>
    {
        var auc = ClassificationMetrics.RocAuc(truth, scores);
        double[] mapped = [.. scores.Select(score => Math.Exp(3 * score) - 1000)];
        bool[] reversed = [.. truth.Reverse()];

        Assert.Equal(auc, ClassificationMetrics.RocAuc(truth, mapped));
        Assert.Equal(auc, ClassificationMetrics.RocAuc(reversed, [.. scores.Reverse()]));
        Assert.Equal(1 - auc, ClassificationMetrics.RocAuc(truth, [.. scores.Select(score => -score)]), 1e-13);
        Assert.Equal(1 - auc, ClassificationMetrics.RocAuc([.. truth.Select(t => !t)], scores), 1e-13);
    });

    [Fact]
    public void Integer_weights_count_like_repeated_rows() => Scored.Sample((truth, scores) =>
    {
        double[] weights = [.. truth.Select((_, i) => (double)((i * 7 % 3) + (i < 2 ? 1 : 0)))];
        int[] rows = [.. Enumerable.Range(0, truth.Length).SelectMany(row => Enumerable.Repeat(row, (int)weights[row]))];
        bool[] truths = [.. rows.Select(row => truth[row])];
        double[] repeated = [.. rows.Select(row => scores[row])];

        Assert.Equal(ClassificationMetrics.RocAuc(truths, repeated), ClassificationMetrics.RocAuc(truth, scores, weights), 1e-12);
        Assert.Equal(ClassificationMetrics.AveragePrecision(truths, repeated),
            ClassificationMetrics.AveragePrecision(truth, scores, weights), 1e-12);
        Assert.Equal(RocCurve.Compute(truths, repeated).Thresholds, RocCurve.Compute(truth, scores, weights).Thresholds);
    });

    [Fact]
    public void Curves_start_and_end_in_their_corners_and_never_turn_back() => Scored.Sample((truth, scores) =>
    {
        var roc = RocCurve.Compute(truth, scores);
        var recall = PrecisionRecallCurve.Compute(truth, scores);

        Assert.Equal((0.0, 0.0), (roc.FalsePositiveRates[0], roc.TruePositiveRates[0]));
        Assert.Equal((1.0, 1.0), (roc.FalsePositiveRates[^1], roc.TruePositiveRates[^1]));
        Assert.Equal(roc.TruePositiveRates.Order(), roc.TruePositiveRates);
        Assert.Equal(roc.Thresholds.OrderDescending(), roc.Thresholds);
        Assert.Equal(scores.Distinct().Count() + 1, roc.Thresholds.Count);
        Assert.Equal((1.0, 1.0, 0.0), (recall.Recall[0], recall.Precision[^1], recall.Recall[^1]));
        Assert.Equal(recall.Recall.OrderDescending(), recall.Recall);
        Assert.InRange(recall.AveragePrecision, 0, 1 + 1e-12);
    });

    [Fact]
    public void Large_inputs_take_the_parallel_sort_and_agree_with_the_curve()
    {
        var random = new Random(3);
        bool[] truth = [.. Enumerable.Range(0, 200_000).Select(i => i % 2 == 0)];
        double[] scores = [.. truth.Select(t => Math.Round(random.NextDouble() + (t ? 0.2 : 0), 4))];

        Assert.Equal(RocCurve.Compute(truth, scores).Auc, ClassificationMetrics.RocAuc(truth, scores), 1e-12);
    }

    [Fact]
    public void Infinite_scores_are_ordered_like_others()
    {
        double[] scores = [double.NegativeInfinity, 0, double.PositiveInfinity, double.PositiveInfinity];

        Assert.Equal(1, ClassificationMetrics.RocAuc([false, false, true, true], scores));
        Assert.Equal(0.625, ClassificationMetrics.RocAuc([false, true, false, true], scores));
    }

    [Fact]
    public void The_partial_area_of_chance_is_one_half_and_of_perfection_one()
    {
        bool[] truth = [false, true, false, true];

        Assert.Equal(0.5, ClassificationMetrics.PartialRocAuc(truth, [1, 1, 1, 1], 0.3), 1e-13);
        Assert.Equal(1, ClassificationMetrics.PartialRocAuc(truth, [0, 1, 0, 1], 0.3), 1e-13);
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationMetrics.PartialRocAuc(truth, [0, 1, 0, 1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationMetrics.PartialRocAuc(truth, [0, 1, 0, 1], double.NaN));
    }

    [Fact]
    public void One_class_empty_rows_and_NaN_are_refused_and_say_why()
    {
        Assert.Contains("positive", Assert.Throws<UndefinedMetricException>(
            () => ClassificationMetrics.RocAuc([true, true], [0.1, 0.2])).Message, StringComparison.Ordinal);
        Assert.Throws<UndefinedMetricException>(() => RocCurve.Compute([false, false], [0.1, 0.2]));
        Assert.Throws<UndefinedMetricException>(() => ClassificationMetrics.AveragePrecision([false, false], [0.1, 0.2]));
        Assert.Throws<UndefinedMetricException>(() => ClassificationMetrics.RocAuc([true, false], [0.1, 0.2], [1.0, 0]));
        Assert.Equal("scores", Assert.Throws<ArgumentException>(
            () => ClassificationMetrics.RocAuc([true, false], [0.1, double.NaN])).ParamName);
        Assert.Equal("scores", Assert.Throws<ArgumentException>(() => ClassificationMetrics.RocAuc([true, false], [0.1])).ParamName);
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.RocAuc([], []));
    }

    [Fact]
    public void With_two_classes_both_multiclass_schemes_are_the_binary_area() => Scored.Sample((truth, scores) =>
    {
        int[] labels = [.. truth.Select(t => t ? 1 : 0)];
        double[] columns = [.. scores.SelectMany(score => new[] { 1 - score, score })];
        var binary = ClassificationMetrics.RocAuc(truth, scores);

        // 1 - score may merge two close scores by rounding; these are twelfths, which stay apart.
        Assert.Equal(binary, ClassificationMetrics.RocAuc(labels, columns, MulticlassScheme.OneVersusRest), 1e-12);
        Assert.Equal(binary, ClassificationMetrics.RocAuc(labels, columns, MulticlassScheme.OneVersusOne, Averaging.Weighted), 1e-12);
    });

    [Fact]
    public void Columns_must_match_the_classes()
    {
        double[] matrix = [0.2, 0.8, 0.6, 0.4];

        Assert.Throws<UndefinedMetricException>(() => ClassificationMetrics.RocAuc([1, 1], matrix, MulticlassScheme.OneVersusRest));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.RocAuc([0, 1], [0.8, 0.6, 0.4], MulticlassScheme.OneVersusRest));
        Assert.Throws<ArgumentException>(
            () => ClassificationMetrics.RocAuc([0, 2], matrix, MulticlassScheme.OneVersusRest, labels: [0, 1]));
        Assert.Throws<ArgumentException>(
            () => ClassificationMetrics.RocAuc([0, 1], matrix, MulticlassScheme.OneVersusRest, labels: [1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ClassificationMetrics.RocAuc([0, 1], matrix, MulticlassScheme.OneVersusRest, Averaging.Micro));
    }
}
