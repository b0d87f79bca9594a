using System.Globalization;

namespace Lifecycle.Sdk.Evaluation;

/// <content>Scores of predicted probabilities.</content>
public static partial class ClassificationMetrics
{
    // Probabilities of 0 and 1 are moved inside by one rounding unit, as scikit-learn does, so that one wrong certainty costs 36 nats,
    // not infinity.
    private const double Epsilon = 2.220446049250313e-16;

    // Single precision leaves a row of probabilities this far from one.
    private const double RowSumTolerance = 1e-5;

    /// <summary>
    /// The mean negative log-likelihood in nats, at least 0: -mean(y ln p + (1 - y) ln(1 - p)), with p kept within [ε, 1 - ε], ε = 2⁻⁵².
    /// O(n).
    /// </summary>
    /// <remarks>Source: Good, "Rational decisions", Journal of the Royal Statistical Society B 14 (1952).</remarks>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="probabilities">The predicted probability that the row is positive, in [0, 1].</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentException">
    /// No rows, unequal lengths, a value outside [0, 1], or a weight that is negative or not finite.
    /// </exception>
    public static double LogLoss(ReadOnlySpan<bool> truth, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights = default)
    {
        CheckProbabilities(truth, probabilities, weights);
        RunningSum loss = default, total = default;
        for (var i = 0; i < truth.Length; i++)
        {
            var p = Math.Clamp(probabilities[i], Epsilon, 1 - Epsilon);
            var weight = weights.IsEmpty ? 1 : weights[i];
            loss.Add(-weight * Math.Log(truth[i] ? p : 1 - p));
            total.Add(weight);
        }

        return loss.Value / total.Value;
    }

    /// <summary>
    /// The mean negative log-likelihood of several classes in nats, at least 0: -mean(ln p of the true class), after each probability
    /// is kept within [ε, 1 - ε], ε = 2⁻⁵², and the row is scaled to sum to one. O(n · classes).
    /// </summary>
    /// <param name="truth">The true labels.</param>
    /// <param name="probabilities">
    /// One row per row of the truth, one column per class in the order of the labels, row by row; each in [0, 1], each row summing to one
    /// within 1e-5.
    /// </param>
    /// <param name="labels">The classes of the columns, distinct; empty takes the distinct labels of the truth, sorted.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="UndefinedMetricException">The truth holds one label only, and no labels were given.</exception>
    /// <exception cref="ArgumentException">
    /// The probabilities do not fill the matrix or break the rules above, or a label has no column.
    /// </exception>
    public static double LogLoss(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<double> probabilities,
        ReadOnlySpan<int> labels = default,
        ReadOnlySpan<double> weights = default)
    {
        InputRules.Weights(weights, truth.Length);
        var classes = ClassColumns.Read(truth, probabilities, labels, nameof(probabilities));
        InputRules.Probabilities(probabilities, nameof(probabilities));
        RunningSum loss = default, total = default;
        for (var i = 0; i < truth.Length; i++)
        {
            var row = probabilities.Slice(i * classes.Count, classes.Count);
            double sum = 0, clipped = 0;
            foreach (var p in row)
            {
                sum += p;
                clipped += Math.Clamp(p, Epsilon, 1 - Epsilon);
            }

            if (Math.Abs(sum - 1) > RowSumTolerance)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"The probabilities of row {i} sum to {sum}, not to one."),
                        nameof(probabilities));
            }

            var weight = weights.IsEmpty ? 1 : weights[i];
            loss.Add(-weight * Math.Log(Math.Clamp(row[classes.ColumnOfRow[i]], Epsilon, 1 - Epsilon) / clipped));
            total.Add(weight);
        }

        return loss.Value / total.Value;
    }

    /// <summary>The mean squared distance of probability and outcome, in [0, 1]; 0 is perfect. O(n).</summary>
    /// <remarks>
    /// Source: Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950), for two classes.
    /// </remarks>
    /// <inheritdoc cref="LogLoss(ReadOnlySpan{bool}, ReadOnlySpan{double}, ReadOnlySpan{double})"/>
    public static double Brier(ReadOnlySpan<bool> truth, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights = default)
    {
        CheckProbabilities(truth, probabilities, weights);
        RunningSum loss = default, total = default;
        for (var i = 0; i < truth.Length; i++)
        {
            var error = probabilities[i] - (truth[i] ? 1 : 0);
            var weight = weights.IsEmpty ? 1 : weights[i];
            loss.Add(weight * error * error);
            total.Add(weight);
        }

        return loss.Value / total.Value;
    }

    /// <summary>
    /// The share of rows whose true class is among the k classes of the highest score. Of equal scores, the class of the later column
    /// goes first, as in scikit-learn. O(n · classes).
    /// </summary>
    /// <param name="truth">The true labels.</param>
    /// <param name="scores">
    /// One row per row of the truth, one column per class in the order of the labels, row by row; NaN is refused.
    /// </param>
    /// <param name="k">How many classes count as predicted: 1 to the number of classes.</param>
    /// <param name="labels">The classes of the columns, distinct; empty takes the distinct labels of the truth, sorted.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="UndefinedMetricException">The truth holds one label only, and no labels were given.</exception>
    /// <exception cref="ArgumentException">
    /// The scores do not fill the matrix or hold NaN, a label has no column, or k is out of range.
    /// </exception>
    public static double TopKAccuracy(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<double> scores,
        int k,
        ReadOnlySpan<int> labels = default,
        ReadOnlySpan<double> weights = default)
    {
        InputRules.Weights(weights, truth.Length);
        var classes = ClassColumns.Read(truth, scores, labels, nameof(scores));
        InputRules.NoNaN(scores, nameof(scores));
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, classes.Count);
        double hits = 0, total = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            var row = scores.Slice(i * classes.Count, classes.Count);
            var own = classes.ColumnOfRow[i];
            var ahead = 0;
            for (var c = 0; c < row.Length; c++)
                ahead += row[c] > row[own] || (row[c] == row[own] && c > own) ? 1 : 0;
            var weight = weights.IsEmpty ? 1 : weights[i];
            hits += ahead < k ? weight : 0;
            total += weight;
        }

        return hits / total;
    }

    private static void CheckProbabilities(ReadOnlySpan<bool> truth, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights)
    {
        InputRules.Rows(truth.Length, probabilities.Length, nameof(probabilities));
        InputRules.Probabilities(probabilities, nameof(probabilities));
        InputRules.Weights(weights, truth.Length);
    }
}
