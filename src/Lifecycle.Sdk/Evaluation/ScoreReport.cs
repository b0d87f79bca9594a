namespace Lifecycle.Sdk.Evaluation;

/// <summary>The metrics of scores and probabilities; NaN where the rows or the scores do not define one.</summary>
/// <param name="RocAuc">The area under the ROC curve; for several classes one versus rest, macro.</param>
/// <param name="AveragePrecision">The average precision; binary only.</param>
/// <param name="LogLoss">The mean negative log-likelihood in nats.</param>
/// <param name="Brier">The mean squared distance of probability and outcome; binary only.</param>
/// <param name="ExpectedCalibrationError">The expected calibration error; binary only.</param>
/// <param name="MaximumCalibrationError">The maximum calibration error; binary only.</param>
public sealed record ScoreReport(
    double RocAuc, double AveragePrecision, double LogLoss, double Brier, double ExpectedCalibrationError, double MaximumCalibrationError)
{
    internal static ScoreReport Of(bool[] truth, double[] scores, int bins)
    {
        var positives = truth.AsSpan().Count(true);
        var probabilities = Array.TrueForAll(scores, score => score is >= 0 and <= 1);
        return new ScoreReport(
            positives > 0 && positives < truth.Length ? ClassificationMetrics.RocAuc(truth, scores) : double.NaN,
            positives > 0 ? ClassificationMetrics.AveragePrecision(truth, scores) : double.NaN,
            probabilities ? ClassificationMetrics.LogLoss(truth, scores) : double.NaN,
            probabilities ? ClassificationMetrics.Brier(truth, scores) : double.NaN,
            probabilities ? Calibration.ExpectedError(truth, scores, bins) : double.NaN,
            probabilities ? Calibration.MaximumError(truth, scores, bins) : double.NaN);
    }

    internal static ScoreReport Of(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int[] labels, double logLoss)
    {
        // With explicit labels a class may have no rows; then the mean over all classes does not exist.
        var allOccur = ClassColumns.Distinct(truth).Length == labels.Length;
        var area = allOccur
            ? ClassificationMetrics.RocAuc(truth, probabilities, MulticlassScheme.OneVersusRest, Averaging.Macro, labels)
            : double.NaN;
        return new ScoreReport(area, double.NaN, logLoss, double.NaN, double.NaN, double.NaN);
    }

    internal void AddTo(Dictionary<string, double> metrics)
    {
        metrics["roc_auc"] = RocAuc;
        metrics["average_precision"] = AveragePrecision;
        metrics["log_loss"] = LogLoss;
        metrics["brier"] = Brier;
        metrics["expected_calibration_error"] = ExpectedCalibrationError;
        metrics["maximum_calibration_error"] = MaximumCalibrationError;
    }
}
