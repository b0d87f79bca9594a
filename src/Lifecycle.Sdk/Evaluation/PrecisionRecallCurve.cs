namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// Precision against recall as the threshold rises from the lowest score to above the highest. Immutable, and safe to share between
/// threads.
/// </summary>
/// <remarks>Source: Davis and Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006.</remarks>
public sealed class PrecisionRecallCurve
{
    private readonly double[] _precision;
    private readonly double[] _recall;

    private PrecisionRecallCurve(double[] precision, double[] recall, double[] thresholds)
    {
        _precision = precision;
        _recall = recall;
        Thresholds = thresholds;
        AveragePrecision = StepArea(precision, recall);
        TrapezoidAuc = Trapezoid.Area(recall, precision);
    }

    /// <summary>
    /// TP / (TP + FP) at each threshold; one more, 1 by convention, stands at the end where nothing is predicted positive.
    /// </summary>
    public IReadOnlyList<double> Precision => _precision;

    /// <summary>TP / (TP + FN) at each threshold, falling from 1; one more, 0, stands at the end.</summary>
    public IReadOnlyList<double> Recall => _recall;

    /// <summary>The distinct scores, rising; one less than there are points.</summary>
    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>
    /// Σ (Rᵢ - Rᵢ₋₁) Pᵢ: the mean precision over the positives, in (0, 1]. It does not interpolate, so it is not too optimistic.
    /// </summary>
    public double AveragePrecision { get; }

    /// <summary>
    /// The area by the trapezoidal rule, in [0, 1]. Straight lines between points are too optimistic in this plane: prefer
    /// <see cref="AveragePrecision"/>.
    /// </summary>
    public double TrapezoidAuc { get; }

    /// <summary>Computes the curve. O(n log n) time, O(n) memory.</summary>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="scores">Any score that is higher for rows deemed positive; infinities are allowed, NaN is not.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="UndefinedMetricException">There are no positive rows.</exception>
    /// <exception cref="ArgumentException">No rows, unequal lengths, a NaN score, or a weight that is negative or not finite.</exception>
    public static PrecisionRecallCurve Compute(
        ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        var steps = ScoreSteps.Compute(truth, scores, weights);
        steps.RequirePositives("The precision-recall curve");
        var count = steps.Thresholds.Length;
        var precision = new double[count + 1];
        var recall = new double[count + 1];
        for (var i = 0; i < count; i++)
        {
            var step = count - 1 - i;
            precision[i] = steps.TruePositives[step] / (steps.TruePositives[step] + steps.FalsePositives[step]);
            recall[i] = steps.TruePositives[step] / steps.Positives;
        }

        precision[count] = 1;
        var thresholds = steps.Thresholds;
        Array.Reverse(thresholds);
        return new PrecisionRecallCurve(precision, recall, thresholds);
    }

    private static double StepArea(double[] precision, double[] recall)
    {
        var area = default(RunningSum);
        for (var i = 1; i < recall.Length; i++)
            area.Add((recall[i - 1] - recall[i]) * precision[i - 1]);
        return area.Value;
    }
}
