using System.Globalization;
using Lifecycle.Sdk.Evaluation;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Classification metrics, curves, calibration and ranking.</summary>
internal static class ClassificationKinds
{
    public static void Register(KindTable table)
    {
        table.Add("accuracy", g => GoldenResult.Value(ClassificationMetrics.Accuracy(Confusion(g))));
        table.Add("balanced_accuracy",
            g => GoldenResult.Value(ClassificationMetrics.BalancedAccuracy(Confusion(g), g.Argument("adjusted") == "True")));
        table.Add("hamming", g => GoldenResult.Value(ClassificationMetrics.HammingLoss(Confusion(g))));
        table.Add("mcc", g => GoldenResult.Value(ClassificationMetrics.MatthewsCorrelation(Confusion(g))));
        table.Add("cohen_kappa", g => GoldenResult.Value(ClassificationMetrics.CohenKappa(Confusion(g), Kappa(g))));
        table.Add("confusion_matrix", g => new GoldenResult().With("value", Confusion(g).Normalize(Normalization(g))));
        table.Add("precision_recall_f1", PrecisionRecallF1);
        table.Add("fbeta_macro", g => GoldenResult.Value(
            ClassificationMetrics.FBeta(Confusion(g), Number(g, "beta"), Average(g), zeroDivision: ZeroRule(g))));
        table.Add("jaccard_macro",
            g => GoldenResult.Value(ClassificationMetrics.Jaccard(Confusion(g), Average(g), zeroDivision: ZeroRule(g))));
        table.Add("roc_auc", g => GoldenResult.Value(ClassificationMetrics.RocAuc(Truth(g), g.Input("s"), Weights(g))));
        table.Add("roc_auc_partial", g => GoldenResult.Value(
            ClassificationMetrics.PartialRocAuc(Truth(g), g.Input("s"), Number(g, "max_fpr"), Weights(g))));
        table.Add("roc_auc_multiclass", g => GoldenResult.Value(ClassificationMetrics.RocAuc(
            g.IntegerInput("y"),
            g.Input("P"),
            g.Argument("multi_class") == "ovo" ? MulticlassScheme.OneVersusOne : MulticlassScheme.OneVersusRest,
            Average(g))));
        table.Add("roc_curve", RocCurveOf);
        table.Add("precision_recall_curve", PrecisionRecallCurveOf);
        table.Add("average_precision", g => GoldenResult.Value(ClassificationMetrics.AveragePrecision(Truth(g), g.Input("s"), Weights(g))));
        table.Add("pr_auc_trapezoid",
            g => GoldenResult.Value(PrecisionRecallCurve.Compute(Truth(g), g.Input("s"), Weights(g)).TrapezoidAuc));
        table.Add("log_loss", LogLoss);
        table.Add("log_loss_multiclass",
            g => GoldenResult.Value(ClassificationMetrics.LogLoss(g.IntegerInput("y"), g.Input("P"), weights: Weights(g))));
        table.Add("brier", g => GoldenResult.Value(ClassificationMetrics.Brier(Truth(g), g.Input("s"), Weights(g))));
        table.Add("top_k_accuracy", g => GoldenResult.Value(
            ClassificationMetrics.TopKAccuracy(g.IntegerInput("y"), g.Input("P"), (int)Number(g, "k"), weights: Weights(g))));
        table.Add("ranking_ndcg", g => GoldenResult.Value(RankingMetrics.NormalizedDiscountedCumulativeGain(
            g.Input("y"), g.Input("s"), g.Argument("k") is { } k ? int.Parse(k, CultureInfo.InvariantCulture) : null)));
        table.Add("calibration_ece", CalibrationError);
        table.Add("calibration_curve", CalibrationCurve);
    }

    private static GoldenResult PrecisionRecallF1(GoldenCase golden)
    {
        var confusion = Confusion(golden);
        var rule = ZeroRule(golden);
        if (golden.Argument("average") == "None")
        {
            var classes = ClassificationMetrics.PerClass(confusion, rule);
            return new GoldenResult()
                .With("precision", classes.Select(c => c.Precision).ToArray())
                .With("recall", classes.Select(c => c.Recall).ToArray())
                .With("f1", classes.Select(c => c.F1).ToArray())
                .With("support", classes.Select(c => c.Support).ToArray());
        }

        return new GoldenResult()
            .With("precision", ClassificationMetrics.Precision(confusion, Average(golden), "1", rule))
            .With("recall", ClassificationMetrics.Recall(confusion, Average(golden), "1", rule))
            .With("f1", ClassificationMetrics.F1(confusion, Average(golden), "1", rule));
    }

    private static GoldenResult RocCurveOf(GoldenCase golden)
    {
        var curve = RocCurve.Compute(Truth(golden), golden.Input("s"), Weights(golden));
        return new GoldenResult()
            .With("fpr", curve.FalsePositiveRates)
            .With("tpr", curve.TruePositiveRates)
            .With("thresholds", curve.Thresholds);
    }

    private static GoldenResult PrecisionRecallCurveOf(GoldenCase golden)
    {
        var curve = PrecisionRecallCurve.Compute(Truth(golden), golden.Input("s"), Weights(golden));
        return new GoldenResult().With("precision", curve.Precision).With("recall", curve.Recall).With("thresholds", curve.Thresholds);
    }

    /// <summary>Without labels the classes have to be inferred from the truth, which the version for several classes does.</summary>
    private static GoldenResult LogLoss(GoldenCase golden)
    {
        var positive = golden.Input("s");
        double[] matrix = [.. positive.SelectMany(p => new[] { 1 - p, p })];
        int[] labels = golden.Argument("labels") is null ? [] : [0, 1];
        var value = ClassificationMetrics.LogLoss(golden.IntegerInput("y"), matrix, labels, Weights(golden));
        var binary = ClassificationMetrics.LogLoss(Truth(golden), positive, Weights(golden));
        return GoldenResult.Value(binary)
            .Check(Math.Abs(value - binary) <= 1e-12 * binary,
                string.Create(CultureInfo.InvariantCulture, $"two columns got {value} want {binary}"));
    }

    private static GoldenResult CalibrationError(GoldenCase golden)
    {
        var bins = (int)golden.PositionalNumbers()[^1];
        return new GoldenResult()
            .With("ece", Calibration.ExpectedError(Truth(golden), golden.Input("s"), bins))
            .With("mce", Calibration.MaximumError(Truth(golden), golden.Input("s"), bins));
    }

    private static GoldenResult CalibrationCurve(GoldenCase golden)
    {
        var binning = golden.Argument("strategy") == "quantile" ? CalibrationBinning.Quantile : CalibrationBinning.Uniform;
        var curve = Calibration.Curve(Truth(golden), golden.Input("s"), (int)Number(golden, "n_bins"), binning);
        return new GoldenResult()
            .With("prob_true", curve.Select(bin => bin.ShareOfPositives).ToArray())
            .With("prob_pred", curve.Select(bin => bin.MeanPredicted).ToArray());
    }

    private static ConfusionMatrix Confusion(GoldenCase golden) =>
        ConfusionMatrix.Compute(golden.IntegerInput("y"), golden.IntegerInput("f"), Weights(golden));

    private static bool[] Truth(GoldenCase golden) => ClassificationMetrics.ToBinary(golden.IntegerInput("y"));

    private static double[] Weights(GoldenCase golden) => golden.Argument("sample_weight") is { } name ? golden.Input(name) : [];

    private static double Number(GoldenCase golden, string keyword) =>
        double.Parse(golden.Argument(keyword)!, CultureInfo.InvariantCulture);

    private static ZeroDivision ZeroRule(GoldenCase golden) => golden.Argument("zero_division") switch
    {
        "0" => ZeroDivision.Zero,
        "1" => ZeroDivision.One,
        _ => ZeroDivision.Undefined,
    };

    private static Averaging Average(GoldenCase golden) => golden.Argument("average") switch
    {
        "macro" => Averaging.Macro,
        "weighted" => Averaging.Weighted,
        "micro" => Averaging.Micro,
        _ => Averaging.Binary,
    };

    private static KappaWeighting Kappa(GoldenCase golden) => golden.Argument("weights") switch
    {
        "linear" => KappaWeighting.Linear,
        "quadratic" => KappaWeighting.Quadratic,
        _ => KappaWeighting.None,
    };

    private static ConfusionNormalization Normalization(GoldenCase golden) => golden.Argument("normalize") switch
    {
        "true" => ConfusionNormalization.True,
        "pred" => ConfusionNormalization.Predicted,
        "all" => ConfusionNormalization.All,
        _ => ConfusionNormalization.None,
    };
}
