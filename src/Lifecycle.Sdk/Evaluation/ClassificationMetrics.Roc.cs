namespace Lifecycle.Sdk.Evaluation;

/// <content>Areas under curves of scores against true classes.</content>
public static partial class ClassificationMetrics
{
    /// <summary>
    /// The area under the ROC curve in [0, 1]: the probability that a positive row scores above a negative one, ties counting half.
    /// Equals the Mann-Whitney U of the positives over (positives · negatives). O(n) time by radix sort (O(n log n) with weights), O(n)
    /// memory.
    /// </summary>
    /// <remarks>Source: Hanley and McNeil, Radiology 143 (1982).</remarks>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="scores">Any score that is higher for rows deemed positive; infinities are allowed, NaN is not.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="UndefinedMetricException">There are no positive rows, or no negative ones.</exception>
    /// <exception cref="ArgumentException">No rows, unequal lengths, a NaN score, or a weight that is negative or not finite.</exception>
    public static double RocAuc(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        if (!weights.IsEmpty)
            return RocCurve.Compute(truth, scores, weights).Auc;
        InputRules.Rows(truth.Length, scores.Length, nameof(scores));
        InputRules.NoNaN(scores, nameof(scores));
        return RankSum.Auc(truth, scores);
    }

    /// <summary>
    /// The area up to a false positive rate, standardised so that chance is 0.5 and perfection 1; see <see cref="RocCurve.PartialAuc"/>.
    /// </summary>
    /// <inheritdoc cref="RocAuc(ReadOnlySpan{bool}, ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="scores">Any score that is higher for rows deemed positive; infinities are allowed, NaN is not.</param>
    /// <param name="maxFalsePositiveRate">Where to stop, in (0, 1].</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside (0, 1].</exception>
    public static double PartialRocAuc(
        ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, double maxFalsePositiveRate, ReadOnlySpan<double> weights = default) =>
        RocCurve.Compute(truth, scores, weights).PartialAuc(maxFalsePositiveRate);

    /// <summary>The average precision; see <see cref="PrecisionRecallCurve.AveragePrecision"/>. O(n log n) time, O(n) memory.</summary>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="scores">Any score that is higher for rows deemed positive; infinities are allowed, NaN is not.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="UndefinedMetricException">There are no positive rows.</exception>
    /// <exception cref="ArgumentException">No rows, unequal lengths, a NaN score, or a weight that is negative or not finite.</exception>
    public static double AveragePrecision(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default) =>
        PrecisionRecallCurve.Compute(truth, scores, weights).AveragePrecision;

    /// <summary>
    /// The area under the ROC curve of several classes: the mean over classes (one versus rest) or pairs of classes (one versus one).
    /// O(classes · n log n), times classes for pairs.
    /// </summary>
    /// <param name="truth">The true labels; every class of <paramref name="labels"/> must occur.</param>
    /// <param name="scores">One row per row of the truth, one column per class in the order of the labels, row by row.</param>
    /// <param name="scheme">One versus rest, or one versus one.</param>
    /// <param name="averaging">
    /// <see cref="Averaging.Macro"/> or <see cref="Averaging.Weighted"/> (by the share of the class, or of the rows of the pair).
    /// </param>
    /// <param name="labels">The classes of the columns, distinct; empty takes the distinct labels of the truth, sorted.</param>
    /// <exception cref="UndefinedMetricException">A class has no rows, or all of them.</exception>
    /// <exception cref="ArgumentException">
    /// The scores do not fill the matrix, hold NaN, a label has no column, or the averaging is another one.
    /// </exception>
    public static double RocAuc(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<double> scores,
        MulticlassScheme scheme,
        Averaging averaging = Averaging.Macro,
        ReadOnlySpan<int> labels = default)
    {
        if (averaging is not (Averaging.Macro or Averaging.Weighted))
            throw new ArgumentOutOfRangeException(nameof(averaging), averaging, "Only Macro and Weighted are defined for several classes.");
        var classes = ClassColumns.Read(truth, scores, labels, nameof(scores));
        InputRules.NoNaN(scores, nameof(scores));
        return scheme switch
        {
            MulticlassScheme.OneVersusRest => OneVersusRest(classes, scores, averaging),
            MulticlassScheme.OneVersusOne => OneVersusOne(classes, scores, averaging),
            _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "Unknown scheme."),
        };
    }

    private static double OneVersusRest(ClassColumns classes, ReadOnlySpan<double> scores, Averaging averaging)
    {
        double sum = 0, weights = 0;
        for (var k = 0; k < classes.Count; k++)
        {
            var (truth, column) = classes.Against(scores, k, other: null);
            var weight = averaging == Averaging.Macro ? 1 : (double)truth.AsSpan().Count(true);
            sum += weight * RankSum.Auc(truth, column);
            weights += weight;
        }

        return sum / weights;
    }

    private static double OneVersusOne(ClassColumns classes, ReadOnlySpan<double> scores, Averaging averaging)
    {
        double sum = 0, weights = 0;
        for (var a = 0; a < classes.Count; a++)
        {
            for (var b = a + 1; b < classes.Count; b++)
            {
                var (truthOfA, columnOfA) = classes.Against(scores, a, b);
                var (truthOfB, columnOfB) = classes.Against(scores, b, a);
                double weight = averaging == Averaging.Macro ? 1 : truthOfA.Length;
                sum += weight * (RankSum.Auc(truthOfA, columnOfA) + RankSum.Auc(truthOfB, columnOfB)) / 2;
                weights += weight;
            }
        }

        return sum / weights;
    }
}
