namespace Lifecycle.Sdk.Evaluation;

/// <content>How a report is computed.</content>
public sealed partial record ClassificationReport
{
    /// <summary>Computes the report of predicted integer labels. O(n).</summary>
    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels, row by row.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentException">No rows, unequal lengths, or a weight that is negative or not finite.</exception>
    public static ClassificationReport Compute(
        ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights = default) =>
        Of(ConfusionMatrix.Compute(truth, predicted, weights), truth.Length);

    /// <summary>Computes the report of predicted string labels. O(n).</summary>
    /// <inheritdoc cref="Compute(ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{double})"/>
    public static ClassificationReport Compute(
        ReadOnlySpan<string> truth, ReadOnlySpan<string> predicted, ReadOnlySpan<double> weights = default) =>
        Of(ConfusionMatrix.Compute(truth, predicted, weights), truth.Length);

    /// <summary>Computes the report of a binary classifier from its scores. O(n log n).</summary>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="scores">
    /// Any score that is higher for rows deemed positive. Log loss, Brier and calibration are computed when all lie in [0, 1], else NaN.
    /// </param>
    /// <param name="threshold">A row is predicted positive when its score is at least this; not NaN. Default: 0.5.</param>
    /// <param name="nanPolicy">What to do with rows whose score is NaN.</param>
    /// <param name="bins">The bins of the calibration errors. Default: 10.</param>
    /// <exception cref="ArgumentException">
    /// No rows (left), unequal lengths, a NaN threshold, a NaN score under <see cref="NaNPolicy.Refuse"/>, or no bins.
    /// </exception>
    public static ClassificationReport Compute(
        ReadOnlySpan<bool> truth,
        ReadOnlySpan<double> scores,
        double threshold = 0.5,
        NaNPolicy nanPolicy = NaNPolicy.Refuse,
        int bins = 10)
    {
        if (double.IsNaN(threshold))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold is NaN.");
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        InputRules.Rows(truth.Length, scores.Length, nameof(scores));
        var kept = CompleteRows.Of(scores, scores, nanPolicy, nameof(scores), nameof(scores));
        bool[] keptTruth = CompleteRows.Take(truth, kept);
        double[] keptScores = CompleteRows.Take(scores, kept);
        var predicted = Array.ConvertAll(keptScores, score => score >= threshold);
        return Of(ConfusionMatrix.Compute((ReadOnlySpan<bool>)keptTruth, predicted), kept.Length) with
        {
            Dropped = truth.Length - kept.Length,
            Scores = ScoreReport.Of(keptTruth, keptScores, bins),
        };
    }

    /// <summary>
    /// Computes the report of a classifier of several classes from its probabilities; the class of the highest is predicted. O(n ·
    /// classes²).
    /// </summary>
    /// <param name="truth">The true labels.</param>
    /// <param name="probabilities">
    /// One row per row of the truth, one column per class in the order of the labels, row by row, each row summing to one.
    /// </param>
    /// <param name="labels">The classes of the columns, distinct; empty takes the distinct labels of the truth, sorted.</param>
    /// <exception cref="UndefinedMetricException">The truth holds one label only, and no labels were given.</exception>
    /// <exception cref="ArgumentException">The probabilities do not fill the matrix or are none, or a label has no column.</exception>
    public static ClassificationReport Compute(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, ReadOnlySpan<int> labels)
    {
        var loss = ClassificationMetrics.LogLoss(truth, probabilities, labels);
        int[] columns = labels.IsEmpty ? ClassColumns.Distinct(truth) : labels.ToArray();
        var predicted = new int[truth.Length];
        for (var row = 0; row < predicted.Length; row++)
        {
            var best = 0;
            for (var column = 1; column < columns.Length; column++)
                best = probabilities[(row * columns.Length) + column] > probabilities[(row * columns.Length) + best] ? column : best;
            predicted[row] = columns[best];
        }

        return Compute(truth, predicted) with { Scores = ScoreReport.Of(truth, probabilities, columns, loss) };
    }

    private static ClassificationReport Of(ConfusionMatrix confusion, int rows)
    {
        ClassScores Mean(string name, Averaging averaging) => new(
            name,
            ClassificationMetrics.Precision(confusion, averaging),
            ClassificationMetrics.Recall(confusion, averaging),
            ClassificationMetrics.F1(confusion, averaging),
            confusion.Total);
        return new ClassificationReport
        {
            Rows = rows,
            Accuracy = ClassificationMetrics.Accuracy(confusion),
            BalancedAccuracy = ClassificationMetrics.BalancedAccuracy(confusion),
            MatthewsCorrelation = ClassificationMetrics.MatthewsCorrelation(confusion),
            CohenKappa = ClassificationMetrics.CohenKappa(confusion),
            Macro = Mean("macro mean", Averaging.Macro),
            Weighted = Mean("weighted mean", Averaging.Weighted),
            Classes = ClassificationMetrics.PerClass(confusion),
            Confusion = confusion,
        };
    }
}
