namespace Lifecycle.Sdk.Evaluation;

/// <content>Precision, recall, F and Jaccard: ratios of true positives, false positives and false negatives, and their averages.</content>
public static partial class ClassificationMetrics
{
    /// <summary>Of the rows predicted as a class, the share that is of it: TP / (TP + FP).</summary>
    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels, row by row.</param>
    /// <param name="averaging">How the classes become one number.</param>
    /// <param name="positiveLabel">The class that is scored with <see cref="Averaging.Binary"/>; ignored otherwise.</param>
    /// <param name="zeroDivision">What the score of a class is when its denominator is zero.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentException">
    /// The rows or weights break the rules of this class, or there are other labels than two with <see cref="Averaging.Binary"/>.
    /// </exception>
    public static double Precision(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        Averaging averaging = Averaging.Macro,
        int positiveLabel = 1,
        ZeroDivision zeroDivision = ZeroDivision.Undefined,
        ReadOnlySpan<double> weights = default) =>
        Precision(ConfusionMatrix.Compute(truth, predicted, weights), averaging, Name(positiveLabel), zeroDivision);

    /// <summary>Of the rows predicted as a class, the share that is of it: TP / (TP + FP).</summary>
    public static double Precision(
        ConfusionMatrix confusion,
        Averaging averaging = Averaging.Macro,
        string positiveLabel = "1",
        ZeroDivision zeroDivision = ZeroDivision.Undefined) =>
        Average(confusion, averaging, positiveLabel, zeroDivision, static c => (c.Hit, c.Hit + c.FalsePositive));

    /// <summary>Of the rows of a class, the share that was predicted as it: TP / (TP + FN). Also called sensitivity.</summary>
    /// <inheritdoc cref="Precision(ReadOnlySpan{int}, ReadOnlySpan{int}, Averaging, int, ZeroDivision, ReadOnlySpan{double})"/>
    public static double Recall(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        Averaging averaging = Averaging.Macro,
        int positiveLabel = 1,
        ZeroDivision zeroDivision = ZeroDivision.Undefined,
        ReadOnlySpan<double> weights = default) =>
        Recall(ConfusionMatrix.Compute(truth, predicted, weights), averaging, Name(positiveLabel), zeroDivision);

    /// <summary>Of the rows of a class, the share that was predicted as it: TP / (TP + FN). Also called sensitivity.</summary>
    public static double Recall(
        ConfusionMatrix confusion,
        Averaging averaging = Averaging.Macro,
        string positiveLabel = "1",
        ZeroDivision zeroDivision = ZeroDivision.Undefined) =>
        Average(confusion, averaging, positiveLabel, zeroDivision, static c => (c.Hit, c.Hit + c.FalseNegative));

    /// <summary>The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).</summary>
    /// <inheritdoc cref="Precision(ReadOnlySpan{int}, ReadOnlySpan{int}, Averaging, int, ZeroDivision, ReadOnlySpan{double})"/>
    public static double F1(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        Averaging averaging = Averaging.Macro,
        int positiveLabel = 1,
        ZeroDivision zeroDivision = ZeroDivision.Undefined,
        ReadOnlySpan<double> weights = default) =>
        F1(ConfusionMatrix.Compute(truth, predicted, weights), averaging, Name(positiveLabel), zeroDivision);

    /// <summary>The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).</summary>
    public static double F1(
        ConfusionMatrix confusion,
        Averaging averaging = Averaging.Macro,
        string positiveLabel = "1",
        ZeroDivision zeroDivision = ZeroDivision.Undefined) =>
        FBeta(confusion, 1, averaging, positiveLabel, zeroDivision);

    /// <summary>The weighted harmonic mean of precision and recall: (1 + β²) TP / ((1 + β²) TP + β² FN + FP).</summary>
    /// <remarks>Source: van Rijsbergen, "Information Retrieval", 2nd edition (1979), chapter 7.</remarks>
    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels, row by row.</param>
    /// <param name="beta">How many times recall counts as much as precision; finite and not negative (0 is the precision).</param>
    /// <param name="averaging">How the classes become one number.</param>
    /// <param name="positiveLabel">The class that is scored with <see cref="Averaging.Binary"/>; ignored otherwise.</param>
    /// <param name="zeroDivision">What the score of a class is when its denominator is zero.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative or not finite.</exception>
    /// <exception cref="ArgumentException">
    /// The rows or weights break the rules of this class, or there are other labels than two with <see cref="Averaging.Binary"/>.
    /// </exception>
    public static double FBeta(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        double beta,
        Averaging averaging = Averaging.Macro,
        int positiveLabel = 1,
        ZeroDivision zeroDivision = ZeroDivision.Undefined,
        ReadOnlySpan<double> weights = default) =>
        FBeta(ConfusionMatrix.Compute(truth, predicted, weights), beta, averaging, Name(positiveLabel), zeroDivision);

    /// <summary>The weighted harmonic mean of precision and recall: (1 + β²) TP / ((1 + β²) TP + β² FN + FP).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is negative or not finite.</exception>
    public static double FBeta(
        ConfusionMatrix confusion,
        double beta,
        Averaging averaging = Averaging.Macro,
        string positiveLabel = "1",
        ZeroDivision zeroDivision = ZeroDivision.Undefined)
    {
        if (!(beta >= 0) || double.IsInfinity(beta))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "Beta is finite and not negative.");
        var square = beta * beta;
        return Average(
            confusion,
            averaging,
            positiveLabel,
            zeroDivision,
            c => ((1 + square) * c.Hit, ((1 + square) * c.Hit) + (square * c.FalseNegative) + c.FalsePositive));
    }

    /// <summary>The overlap of truth and prediction: TP / (TP + FP + FN).</summary>
    /// <remarks>Source: Jaccard, Bulletin de la Société Vaudoise des Sciences Naturelles 37 (1901).</remarks>
    /// <inheritdoc cref="Precision(ReadOnlySpan{int}, ReadOnlySpan{int}, Averaging, int, ZeroDivision, ReadOnlySpan{double})"/>
    public static double Jaccard(
        ReadOnlySpan<int> truth,
        ReadOnlySpan<int> predicted,
        Averaging averaging = Averaging.Macro,
        int positiveLabel = 1,
        ZeroDivision zeroDivision = ZeroDivision.Undefined,
        ReadOnlySpan<double> weights = default) =>
        Jaccard(ConfusionMatrix.Compute(truth, predicted, weights), averaging, Name(positiveLabel), zeroDivision);

    /// <summary>The overlap of truth and prediction: TP / (TP + FP + FN).</summary>
    public static double Jaccard(
        ConfusionMatrix confusion,
        Averaging averaging = Averaging.Macro,
        string positiveLabel = "1",
        ZeroDivision zeroDivision = ZeroDivision.Undefined) =>
        Average(confusion, averaging, positiveLabel, zeroDivision, static c => (c.Hit, c.Hit + c.FalsePositive + c.FalseNegative));

    /// <summary>Precision, recall, F1 and support of every class, in the order of the labels. O(classes²).</summary>
    /// <param name="confusion">The counts.</param>
    /// <param name="zeroDivision">What a score is when its denominator is zero.</param>
    public static IReadOnlyList<ClassScores> PerClass(ConfusionMatrix confusion, ZeroDivision zeroDivision = ZeroDivision.Undefined)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        var scores = new ClassScores[confusion.ClassCount];
        for (var i = 0; i < scores.Length; i++)
        {
            var c = Outcomes.Of(confusion, i);
            scores[i] = new ClassScores(
                confusion.Labels[i],
                Divide((c.Hit, c.Hit + c.FalsePositive), zeroDivision),
                Divide((c.Hit, c.Hit + c.FalseNegative), zeroDivision),
                Divide((2 * c.Hit, (2 * c.Hit) + c.FalsePositive + c.FalseNegative), zeroDivision),
                confusion.TrueTotal(i));
        }

        return scores;
    }

    private static double Average(
        ConfusionMatrix confusion,
        Averaging averaging,
        string positiveLabel,
        ZeroDivision zeroDivision,
        Func<Outcomes, (double Part, double Whole)> score)
    {
        ArgumentNullException.ThrowIfNull(confusion);
        ArgumentNullException.ThrowIfNull(positiveLabel);
        return averaging switch
        {
            Averaging.Binary => Divide(score(Positive(confusion, positiveLabel)), zeroDivision),
            Averaging.Micro => Divide(score(Outcomes.All(confusion)), zeroDivision),
            Averaging.Macro => OverClasses(confusion, static (_, _) => 1, zeroDivision, score),
            Averaging.Weighted => OverClasses(confusion, static (c, i) => c.TrueTotal(i), zeroDivision, score),
            _ => throw new ArgumentOutOfRangeException(nameof(averaging), averaging, "Unknown averaging."),
        };
    }

    private static double OverClasses(
        ConfusionMatrix confusion,
        Func<ConfusionMatrix, int, double> weight,
        ZeroDivision zeroDivision,
        Func<Outcomes, (double Part, double Whole)> score)
    {
        double sum = 0, weights = 0;
        for (var i = 0; i < confusion.ClassCount; i++)
        {
            // A class that carries no weight must not make the average undefined.
            var w = weight(confusion, i);
            if (w > 0)
                sum += w * Divide(score(Outcomes.Of(confusion, i)), zeroDivision);
            weights += w;
        }

        return sum / weights;
    }

    private static Outcomes Positive(ConfusionMatrix confusion, string positiveLabel)
    {
        var position = confusion.IndexOf(positiveLabel);
        if (confusion.ClassCount > 2 || (confusion.ClassCount == 2 && position < 0))
        {
            throw new ArgumentException(
                $"Binary averaging scores the class '{positiveLabel}' against one other, but the labels are "
                + $"{string.Join(", ", confusion.Labels.Take(10))}; choose another averaging or another positive label.",
                nameof(positiveLabel));
        }

        return position < 0 ? default : Outcomes.Of(confusion, position);
    }

    private static double Divide((double Part, double Whole) ratio, ZeroDivision zeroDivision)
    {
        if (ratio.Whole != 0)
            return ratio.Part / ratio.Whole;
        return zeroDivision switch
        {
            ZeroDivision.Undefined => double.NaN,
            ZeroDivision.Zero => 0,
            ZeroDivision.One => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(zeroDivision), zeroDivision, "Unknown rule."),
        };
    }

    /// <summary>The outcomes of one class against all others.</summary>
    private readonly record struct Outcomes(double Hit, double FalsePositive, double FalseNegative)
    {
        internal static Outcomes Of(ConfusionMatrix confusion, int position)
        {
            // Adding the other cells instead of subtracting from the total keeps an empty class at exactly zero with odd weights.
            double falsePositive = 0, falseNegative = 0;
            for (var i = 0; i < confusion.ClassCount; i++)
            {
                if (i == position)
                    continue;
                falsePositive += confusion[i, position];
                falseNegative += confusion[position, i];
            }

            return new Outcomes(confusion[position, position], falsePositive, falseNegative);
        }

        /// <summary>The sum over all classes: every wrong row is a false positive of one class and a false negative of another.</summary>
        internal static Outcomes All(ConfusionMatrix confusion)
        {
            double hit = 0, falsePositive = 0, falseNegative = 0;
            for (var i = 0; i < confusion.ClassCount; i++)
            {
                var one = Of(confusion, i);
                hit += one.Hit;
                falsePositive += one.FalsePositive;
                falseNegative += one.FalseNegative;
            }

            return new Outcomes(hit, falsePositive, falseNegative);
        }
    }
}
