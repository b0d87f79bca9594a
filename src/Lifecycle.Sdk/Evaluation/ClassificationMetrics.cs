using System.Globalization;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// Metrics of predicted classes against true classes, with and without weights. Every metric takes integer labels, or a
/// <see cref="ConfusionMatrix"/> that was counted once (from integers, strings or Booleans) and serves them all.
/// Pure functions, safe to call from any thread. Scores are shares in [0, 1] unless stated otherwise.
/// </summary>
/// <remarks>
/// Source of the definitions: Sokolova and Lapalme, "A systematic analysis of performance measures for classification tasks",
/// Information Processing and Management 45 (2009); the numbers equal scikit-learn's, except where a ratio is undefined
/// (see <see cref="ZeroDivision"/>). All functions over labels throw <see cref="ArgumentException"/> for no rows, unequal lengths,
/// and weights that are negative, not finite or all zero. Counting takes O(n), the metric itself O(classes²).
/// </remarks>
public static partial class ClassificationMetrics
{
    /// <summary>The share of rows that were predicted right.</summary>
    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels, row by row.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentException">The rows or weights break the rules above.</exception>
    public static double Accuracy(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights = default) =>
        Accuracy(ConfusionMatrix.Compute(truth, predicted, weights));

    /// <summary>The share of rows that were predicted right: the diagonal over the total.</summary>
    public static double Accuracy(ConfusionMatrix confusion)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        return confusion.Correct / confusion.Total;
    }

    /// <summary>The share of rows that were predicted wrong: 1 - accuracy, the Hamming loss of single labels.</summary>
    /// <inheritdoc cref="Accuracy(ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{double})"/>
    public static double HammingLoss(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights = default) =>
        HammingLoss(ConfusionMatrix.Compute(truth, predicted, weights));

    /// <summary>The share of rows that were predicted wrong: 1 - accuracy, the Hamming loss of single labels.</summary>
    public static double HammingLoss(ConfusionMatrix confusion)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        return (confusion.Total - confusion.Correct) / confusion.Total;
    }

    /// <summary>The mean recall over the classes that occur in the truth, so that a rare class counts as much as a frequent one.</summary>
    /// <remarks>Source: Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR 2010.</remarks>
    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels, row by row.</param>
    /// <param name="adjusted">
    /// Whether to rescale so that guessing scores 0 and perfection 1: (b - 1/k) / (1 - 1/k), which may be negative; NaN for one class.
    /// </param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentException">The rows or weights break the rules of this class.</exception>
    public static double BalancedAccuracy(
        ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, bool adjusted = false, ReadOnlySpan<double> weights = default) =>
        BalancedAccuracy(ConfusionMatrix.Compute(truth, predicted, weights), adjusted);

    /// <summary>The mean recall over the classes that occur in the truth, so that a rare class counts as much as a frequent one.</summary>
    public static double BalancedAccuracy(ConfusionMatrix confusion, bool adjusted = false)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        var sum = 0.0;
        var classes = 0;
        for (var i = 0; i < confusion.ClassCount; i++)
        {
            if (confusion.TrueTotal(i) > 0)
            {
                sum += confusion[i, i] / confusion.TrueTotal(i);
                classes++;
            }
        }

        var score = sum / classes;
        var chance = 1.0 / classes;
        return adjusted ? (score - chance) / (1 - chance) : score;
    }

    /// <summary>
    /// The correlation of truth and prediction over all classes, in [-1, 1]; 0 also when the truth or the prediction is constant, the
    /// limit that Chicco and Jurman recommend for that 0/0.
    /// </summary>
    /// <remarks>
    /// Sources: Matthews, BBA 405 (1975); Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient",
    /// Computational Biology and Chemistry 28 (2004).
    /// </remarks>
    /// <inheritdoc cref="Accuracy(ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{double})"/>
    public static double MatthewsCorrelation(
        ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights = default) =>
        MatthewsCorrelation(ConfusionMatrix.Compute(truth, predicted, weights));

    /// <summary>
    /// The correlation of truth and prediction over all classes, in [-1, 1]; 0 also when the truth or the prediction is constant.
    /// </summary>
    public static double MatthewsCorrelation(ConfusionMatrix confusion)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        double both = 0, trueSquares = 0, predictedSquares = 0;
        for (var i = 0; i < confusion.ClassCount; i++)
        {
            both += confusion.TrueTotal(i) * confusion.PredictedTotal(i);
            trueSquares += confusion.TrueTotal(i) * confusion.TrueTotal(i);
            predictedSquares += confusion.PredictedTotal(i) * confusion.PredictedTotal(i);
        }

        var square = confusion.Total * confusion.Total;
        var trueSpread = square - trueSquares;
        var predictedSpread = square - predictedSquares;
        if (IsConstant(confusion, truth: true) || IsConstant(confusion, truth: false))
            return 0;
        return Math.Clamp(((confusion.Correct * confusion.Total) - both) / (Math.Sqrt(trueSpread) * Math.Sqrt(predictedSpread)), -1, 1);
    }

    /// <summary>
    /// The agreement beyond what the class frequencies alone would give, 1 - observed / expected disagreement; at most 1, NaN when
    /// truth and prediction hold one and the same class only (no disagreement is to be expected).
    /// </summary>
    /// <remarks>Source: Cohen, Educational and Psychological Measurement 20 (1960); weighted: Psychological Bulletin 70 (1968).</remarks>
    /// <param name="truth">The true labels, or the judgements of the first rater.</param>
    /// <param name="predicted">The predicted labels, or the judgements of the second rater.</param>
    /// <param name="weighting">What each confusion costs.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentException">The rows or weights break the rules of this class.</exception>
    public static double CohenKappa(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        KappaWeighting weighting = KappaWeighting.None,
        ReadOnlySpan<double> weights = default) =>
        CohenKappa(ConfusionMatrix.Compute(truth, predicted, weights), weighting);

    /// <summary>The agreement beyond what the class frequencies alone would give; at most 1, NaN for one class only.</summary>
    public static double CohenKappa(ConfusionMatrix confusion, KappaWeighting weighting = KappaWeighting.None)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        double observed = 0, expected = 0;
        for (var i = 0; i < confusion.ClassCount; i++)
        {
            for (var j = 0; j < confusion.ClassCount; j++)
            {
                double distance = Math.Abs(i - j);
                var cost = weighting switch
                {
                    KappaWeighting.None => i == j ? 0 : 1,
                    KappaWeighting.Linear => distance,
                    KappaWeighting.Quadratic => distance * distance,
                    _ => throw new ArgumentOutOfRangeException(nameof(weighting), weighting, "Unknown weighting."),
                };
                observed += cost * confusion[i, j];
                expected += cost * (confusion.TrueTotal(i) * confusion.PredictedTotal(j) / confusion.Total);
            }
        }

        return expected == 0 ? double.NaN : 1 - (observed / expected);
    }

    /// <summary>Integer labels as Booleans: true where the label is the positive one.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="positiveLabel">The label that becomes true. Default: 1.</param>
    public static bool[] ToBinary(ReadOnlySpan<int> labels, int positiveLabel = 1)
    {
        var binary = new bool[labels.Length];
        for (var i = 0; i < labels.Length; i++)
            binary[i] = labels[i] == positiveLabel;
        return binary;
    }

    private static bool IsConstant(ConfusionMatrix confusion, bool truth)
    {
        var classes = 0;
        for (var i = 0; i < confusion.ClassCount; i++)
            classes += (truth ? confusion.TrueTotal(i) : confusion.PredictedTotal(i)) > 0 ? 1 : 0;
        return classes < 2;
    }

    private static string Name(int label) => label.ToString(CultureInfo.InvariantCulture);
}
