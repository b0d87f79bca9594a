namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// The receiver operating characteristic: the share of positives found against the share of negatives taken for positives, as the
/// threshold falls from above the highest score to the lowest. Immutable, and safe to share between threads.
/// </summary>
/// <remarks>Source: Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006).</remarks>
public sealed class RocCurve
{
    private readonly double[] _falsePositiveRates;
    private readonly double[] _truePositiveRates;

    private RocCurve(double[] falsePositiveRates, double[] truePositiveRates, double[] thresholds)
    {
        _falsePositiveRates = falsePositiveRates;
        _truePositiveRates = truePositiveRates;
        Thresholds = thresholds;
        Auc = Trapezoid.Area(_falsePositiveRates, _truePositiveRates);
    }

    /// <summary>FP / (FP + TN) at each threshold, rising from 0 to 1.</summary>
    public IReadOnlyList<double> FalsePositiveRates => _falsePositiveRates;

    /// <summary>TP / (TP + FN) at each threshold, rising from 0 to 1.</summary>
    public IReadOnlyList<double> TruePositiveRates => _truePositiveRates;

    /// <summary>
    /// The thresholds, falling: a row is predicted positive when its score is at least the threshold. The first lies one above the
    /// highest score, so that nothing is predicted positive; all distinct scores follow, also those on a straight line.
    /// </summary>
    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>
    /// The area under the curve in [0, 1]: the probability that a positive row scores above a negative one, ties counting half.
    /// </summary>
    public double Auc { get; }

    /// <summary>Computes the curve. O(n log n) time, O(n) memory.</summary>
    /// <param name="truth">Whether each row is positive.</param>
    /// <param name="scores">Any score that is higher for rows deemed positive; infinities are allowed, NaN is not.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="UndefinedMetricException">There are no positive rows, or no negative ones.</exception>
    /// <exception cref="ArgumentException">No rows, unequal lengths, a NaN score, or a weight that is negative or not finite.</exception>
    public static RocCurve Compute(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        var steps = ScoreSteps.Compute(truth, scores, weights);
        steps.RequireBothClasses("The ROC curve");
        var falsePositiveRates = new double[steps.Thresholds.Length + 1];
        var truePositiveRates = new double[falsePositiveRates.Length];
        for (var i = 1; i < falsePositiveRates.Length; i++)
        {
            falsePositiveRates[i] = steps.FalsePositives[i - 1] / steps.Negatives;
            truePositiveRates[i] = steps.TruePositives[i - 1] / steps.Positives;
        }

        return new RocCurve(falsePositiveRates, truePositiveRates, [steps.Thresholds[0] + 1, .. steps.Thresholds]);
    }

    /// <summary>
    /// The area up to a false positive rate, standardised by McClish so that chance is 0.5 and perfection 1:
    /// ½ (1 + (A - m) / (M - m)) with m = ½ r², M = r and r = <paramref name="maxFalsePositiveRate"/>. O(n).
    /// </summary>
    /// <remarks>Source: McClish, "Analyzing a portion of the ROC curve", Medical Decision Making 9 (1989).</remarks>
    /// <param name="maxFalsePositiveRate">Where to stop, in (0, 1]; 1 gives <see cref="Auc"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside (0, 1].</exception>
    public double PartialAuc(double maxFalsePositiveRate)
    {
        if (!(maxFalsePositiveRate > 0 && maxFalsePositiveRate <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxFalsePositiveRate), maxFalsePositiveRate, "The false positive rate to stop at lies in (0, 1].");
        }

        if (maxFalsePositiveRate == 1)
            return Auc;

        var stop = 0;
        while (_falsePositiveRates[stop] <= maxFalsePositiveRate)
            stop++;
        double left = _falsePositiveRates[stop - 1], right = _falsePositiveRates[stop];
        double low = _truePositiveRates[stop - 1], high = _truePositiveRates[stop];
        var atStop = low + ((high - low) * ((maxFalsePositiveRate - left) / (right - left)));
        var area = Trapezoid.Area(_falsePositiveRates.AsSpan(0, stop), _truePositiveRates.AsSpan(0, stop))
            + ((maxFalsePositiveRate - left) * (low + atStop) / 2);
        var least = 0.5 * maxFalsePositiveRate * maxFalsePositiveRate;
        return 0.5 * (1 + ((area - least) / (maxFalsePositiveRate - least)));
    }
}
