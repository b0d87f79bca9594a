using System.Globalization;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.Evaluation;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Classification metrics, curves, calibration and ranking.</summary>
internal static partial class ClassificationKinds
{
    public static void Register(KindTable table)
    {
        table.Add("accuracy", g => GoldenResult.Value(ClassificationMetrics.Accuracy(Confusion(g))));
        table.Add("balanced_accuracy",
            g => GoldenResult.Value(ClassificationMetrics.BalancedAccuracy(Confusion(g), g.Call.Flag("adjusted", false))));
        table.Add("hamming", g => GoldenResult.Value(ClassificationMetrics.HammingLoss(Confusion(g))));
        table.Add("mcc", g => GoldenResult.Value(ClassificationMetrics.MatthewsCorrelation(Confusion(g))));
        table.Add("cohen_kappa", g => GoldenResult.Value(ClassificationMetrics.CohenKappa(Confusion(g), Kappa(g))));
        table.Add("confusion_matrix", g => new GoldenResult().With("value", Confusion(g).Normalize(Normalization(g))));
        table.Add("precision_recall_f1", PrecisionRecallF1);
        table.Add("fbeta_macro", g => GoldenResult.Value(
            ClassificationMetrics.FBeta(Confusion(g), g.Call.Number("beta", 1), Average(g), zeroDivision: ZeroRule(g))));
        table.Add("jaccard_macro",
            g => GoldenResult.Value(ClassificationMetrics.Jaccard(Confusion(g), Average(g), zeroDivision: ZeroRule(g))));
        table.Add("roc_auc", g => GoldenResult.Value(ClassificationMetrics.RocAuc(Truth(g), g.Input("s"), Weights(g))));
        table.Add("roc_auc_partial", g => GoldenResult.Value(
            ClassificationMetrics.PartialRocAuc(Truth(g), g.Input("s"), g.Call.Number("max_fpr", 1), Weights(g))));
        table.Add("roc_auc_multiclass", g => GoldenResult.Value(ClassificationMetrics.RocAuc(
            g.IntegerInput("y"),
            g.Input("P"),
            Scheme(g),
            g.Argument("average") is null ? Averaging.Macro : Average(g))));
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
            ClassificationMetrics.TopKAccuracy(g.IntegerInput("y"), g.Input("P"), g.Call.Whole("k", 2), weights: Weights(g))));
        table.Add("ranking_ndcg", g => GoldenResult.Value(RankingMetrics.NormalizedDiscountedCumulativeGain(
            g.Input("y"), g.Input("s"), g.Argument("k") is null or "None" ? null : g.Call.Whole("k", 0))));
        table.Add("calibration_ece", CalibrationError);
        table.Add("calibration_curve", CalibrationCurve);
    }

    private static GoldenResult PrecisionRecallF1(GoldenCase golden)
    {
        var confusion = Confusion(golden);
        var rule = ZeroRule(golden);
        if (golden.Argument("average") is null or "None")
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
        if (golden.Call.Flag("drop_intermediate", true))
            throw GoldenCall.Unknown("drop_intermediate", "True");
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
        int[] labels = golden.Argument("labels") is null ? [] : BothClasses(golden);
        var value = ClassificationMetrics.LogLoss(golden.IntegerInput("y"), matrix, labels, Weights(golden));
        var binary = ClassificationMetrics.LogLoss(Truth(golden), positive, Weights(golden));
        return GoldenResult.Value(binary)
            .Check(Math.Abs(value - binary) <= 1e-12 * binary,
                string.Create(CultureInfo.InvariantCulture, $"two columns got {value} want {binary}"));
    }

    private static int[] BothClasses(GoldenCase golden) => TwoLabels().IsMatch(golden.Call.Text)
        ? [0, 1]
        : throw GoldenCall.Unknown("labels", golden.Argument("labels"));

    private static GoldenResult CalibrationError(GoldenCase golden)
    {
        var bins = (int)golden.PositionalNumbers()[^1];
        return new GoldenResult()
            .With("ece", Calibration.ExpectedError(Truth(golden), golden.Input("s"), bins))
            .With("mce", Calibration.MaximumError(Truth(golden), golden.Input("s"), bins));
    }

    private static GoldenResult CalibrationCurve(GoldenCase golden)
    {
        var binning = golden.Argument("strategy") switch
        {
            null or "uniform" => CalibrationBinning.Uniform,
            "quantile" => CalibrationBinning.Quantile,
            var other => throw GoldenCall.Unknown("strategy", other),
        };
        var curve = Calibration.Curve(Truth(golden), golden.Input("s"), golden.Call.Whole("n_bins", 5), binning);
        return new GoldenResult()
            .With("prob_true", curve.Select(bin => bin.ShareOfPositives).ToArray())
            .With("prob_pred", curve.Select(bin => bin.MeanPredicted).ToArray());
    }

    private static ConfusionMatrix Confusion(GoldenCase golden) =>
        ConfusionMatrix.Compute(golden.IntegerInput("y"), golden.IntegerInput("f"), Weights(golden));

    private static bool[] Truth(GoldenCase golden) => ClassificationMetrics.ToBinary(golden.IntegerInput("y"));

    private static double[] Weights(GoldenCase golden) => golden.Argument("sample_weight") is { } name ? golden.Input(name) : [];

    private static MulticlassScheme Scheme(GoldenCase golden) => golden.Argument("multi_class") switch
    {
        "ovo" => MulticlassScheme.OneVersusOne,
        "ovr" => MulticlassScheme.OneVersusRest,
        var other => throw GoldenCall.Unknown("multi_class", other),
    };

    private static ZeroDivision ZeroRule(GoldenCase golden) => golden.Argument("zero_division") switch
    {
        // Left out, the reference warns and gives 0.
        null or "warn" or "0" or "0.0" => ZeroDivision.Zero,
        "1" or "1.0" => ZeroDivision.One,
        "np.nan" => ZeroDivision.Undefined,
        var other => throw GoldenCall.Unknown("zero_division", other),
    };

    private static Averaging Average(GoldenCase golden) => golden.Argument("average") switch
    {
        "macro" => Averaging.Macro,
        "weighted" => Averaging.Weighted,
        "micro" => Averaging.Micro,
        null or "binary" => Averaging.Binary,
        var other => throw GoldenCall.Unknown("average", other),
    };

    private static KappaWeighting Kappa(GoldenCase golden) => golden.Argument("weights") switch
    {
        "linear" => KappaWeighting.Linear,
        "quadratic" => KappaWeighting.Quadratic,
        null or "None" => KappaWeighting.None,
        var other => throw GoldenCall.Unknown("weights", other),
    };

    private static ConfusionNormalization Normalization(GoldenCase golden) => golden.Argument("normalize") switch
    {
        "true" => ConfusionNormalization.True,
        "pred" => ConfusionNormalization.Predicted,
        "all" => ConfusionNormalization.All,
        null or "None" => ConfusionNormalization.None,
        var other => throw GoldenCall.Unknown("normalize", other),
    };

    [GeneratedRegex(@"labels=\[0(\.0)?, 1(\.0)?\]")]
    private static partial Regex TwoLabels();
}
