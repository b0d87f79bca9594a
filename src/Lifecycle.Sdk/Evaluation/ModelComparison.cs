using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// Is the candidate better than the baseline? Tests of two models that predicted the same rows, which is far sharper than comparing
/// two separate intervals. Pure functions, safe to call from any thread.
/// </summary>
/// <remarks>
/// Source: Dietterich, "Approximate statistical tests for comparing supervised classification learning algorithms", Neural Computation 10
/// (1998).
/// </remarks>
public static partial class ModelComparison
{
    /// <summary>
    /// McNemar's test of two classifiers: only rows on which one is right and the other wrong can tell them apart. Exact by the binomial
    /// law, or by χ² with Edwards' continuity correction. O(n).
    /// </summary>
    /// <remarks>Sources: McNemar, Psychometrika 12 (1947); Edwards, Psychometrika 13 (1948).</remarks>
    /// <param name="truth">The true labels.</param>
    /// <param name="baseline">The labels the baseline predicted.</param>
    /// <param name="candidate">The labels the candidate predicted.</param>
    /// <param name="exact">Whether to use the binomial law, which is right for any number of rows. Default: true.</param>
    /// <exception cref="ArgumentException">No rows, or unequal lengths.</exception>
    public static ComparisonResult McNemar(
        ReadOnlySpan<int> truth, ReadOnlySpan<int> baseline, ReadOnlySpan<int> candidate, bool exact = true)
    {
        InputRules.Rows(truth.Length, baseline.Length, nameof(baseline));
        InputRules.SameLength(truth.Length, candidate.Length, nameof(candidate));
        int bothRight = 0, lost = 0, won = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            var before = baseline[i] == truth[i];
            var after = candidate[i] == truth[i];
            bothRight += before && after ? 1 : 0;
            lost += before && !after ? 1 : 0;
            won += !before && after ? 1 : 0;
        }

        double n = truth.Length;
        var (better, worse) = exact ? (CoinTail(won, lost + won), CoinTail(lost, lost + won)) : EdwardsTails(lost, won);
        return new ComparisonResult
        {
            Metric = "accuracy",
            Method = exact ? "McNemar, exact" : "McNemar, continuity-corrected",
            Count = truth.Length,
            Baseline = (bothRight + lost) / n,
            Candidate = (bothRight + won) / n,
            Improvement = (won - lost) / n,
            PValue = Math.Min(1, 2 * Math.Min(better, worse)),
            PValueBetter = better,
            PValueWorse = worse,
        };
    }

    /// <summary>
    /// The corrected resampled t-test of scores on the same folds: as training sets overlap, the variance of the mean difference is
    /// (1/k + test rows / train rows) s², not s²/k. p is NaN when all differences are equal but not zero: folds cannot show their spread
    /// then.
    /// </summary>
    /// <remarks>Source: Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52 (2003).</remarks>
    /// <param name="metric">The name of the metric.</param>
    /// <param name="baseline">The score of the baseline on each fold, at least two.</param>
    /// <param name="candidate">The score of the candidate on the same folds.</param>
    /// <param name="testToTrainRatio">Test rows over training rows of a fold, above zero: 1 / (k - 1) for k-fold.</param>
    /// <param name="direction">Which way the metric improves.</param>
    /// <param name="level">The level of the interval of the improvement, in (0, 1).</param>
    /// <exception cref="ArgumentException">
    /// Fewer than two folds, unequal lengths, a score that is not finite, or a ratio or level out of range.
    /// </exception>
    public static ComparisonResult CorrectedResampledTTest(
        string metric,
        ReadOnlySpan<double> baseline,
        ReadOnlySpan<double> candidate,
        double testToTrainRatio,
        MetricDirection direction = MetricDirection.HigherIsBetter,
        double level = 0.95)
    {
        ArgumentException.ThrowIfNullOrEmpty(metric);
        if (baseline.Length < 2 || baseline.Length != candidate.Length)
            throw new ArgumentException(
                "Both models need scores of the same folds, at least two; "
                + $"got {baseline.Length} and {candidate.Length}.", nameof(candidate));
        if (!(testToTrainRatio > 0) || double.IsInfinity(testToTrainRatio))
            throw new ArgumentOutOfRangeException(
                nameof(testToTrainRatio), testToTrainRatio, "The ratio of test to training rows is finite and above zero.");
        ConfidenceInterval.CheckLevel(level);

        var differences = new double[baseline.Length];
        for (var i = 0; i < differences.Length; i++)
            differences[i] = Improvement(baseline[i], candidate[i], direction);
        if (!Array.TrueForAll(differences, double.IsFinite))
            throw new ArgumentException("The scores of every fold must be finite.", nameof(candidate));

        var k = differences.Length;
        var mean = differences.Average();
        var constant = Ranks.IsConstant(differences);
        var variance = constant ? 0 : differences.Sum(d => (d - mean) * (d - mean)) / (k - 1);
        var error = Math.Sqrt(variance * ((1.0 / k) + testToTrainRatio));
        var half = error * StudentT.Quantile((1 + level) / 2, k - 1);
        var (better, worse) = Tails(mean, error, t => StudentT.Sf(t, k - 1));
        return new ComparisonResult
        {
            Metric = metric,
            Method = "corrected resampled t-test",
            Count = k,
            Baseline = Mean(baseline),
            Candidate = Mean(candidate),
            Improvement = mean,
            Interval = error == 0 ? null : new ConfidenceInterval(mean, mean - half, mean + half, level),
            PValue = Math.Min(1, 2 * Math.Min(better, worse)),
            PValueBetter = better,
            PValueWorse = worse,
        };
    }

    private static double Improvement(double baseline, double candidate, MetricDirection direction) => direction switch
    {
        MetricDirection.HigherIsBetter => candidate - baseline,
        MetricDirection.LowerIsBetter => baseline - candidate,
        _ => throw new ArgumentOutOfRangeException(nameof(direction), direction, "Unknown direction."),
    };

    /// <summary>
    /// One-sided p-values for better and for worse. Without spread, no difference is no evidence, and a difference is not comparable.
    /// </summary>
    private static (double Better, double Worse) Tails(double improvement, double error, Func<double, double> upperTail)
    {
        if (error == 0)
            return improvement == 0 ? (1, 1) : (double.NaN, double.NaN);
        return (upperTail(improvement / error), upperTail(-improvement / error));
    }

    /// <summary>The chance of at least so many heads in fair tosses.</summary>
    private static double CoinTail(int heads, int tosses) => heads == 0 ? 1 : Beta.Regularized(heads, tosses - heads + 1, 0.5, 0.5);

    private static (double Better, double Worse) EdwardsTails(int lost, int won)
    {
        if (lost + won == 0)
            return (1, 1);
        var z = Math.Max(0, Math.Abs(won - lost) - 1) / Math.Sqrt((double)lost + won);
        var toward = Normal.Sf(z);
        return won >= lost ? (toward, 1 - toward) : (1 - toward, toward);
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = default(RunningSum);
        foreach (var value in values)
            sum.Add(value);
        return sum.Value / values.Length;
    }
}
