using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <content>Two areas under the ROC curve on the same rows.</content>
public static partial class ModelComparison
{
    /// <summary>
    /// DeLong's test of two areas under the ROC curve: their difference over its standard error is standard normal for many rows. p is
    /// NaN when the areas differ but the rows show no spread at all. O(n) by radix sort (Sun and Xu).
    /// </summary>
    /// <remarks>
    /// Sources: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988); Sun and Xu, IEEE Signal Processing Letters 21 (2014).
    /// </remarks>
    /// <param name="truth">Whether each row is positive; at least two rows of each class.</param>
    /// <param name="baseline">The scores of the baseline; NaN is refused.</param>
    /// <param name="candidate">The scores of the candidate; NaN is refused.</param>
    /// <param name="level">The level of the interval of the improvement, in (0, 1).</param>
    /// <exception cref="UndefinedMetricException">Fewer than two rows of a class.</exception>
    /// <exception cref="ArgumentException">Unequal lengths, a NaN score, or a level out of range.</exception>
    public static ComparisonResult DeLong(
        ReadOnlySpan<bool> truth, ReadOnlySpan<double> baseline, ReadOnlySpan<double> candidate, double level = 0.95)
    {
        InputRules.Rows(truth.Length, baseline.Length, nameof(baseline));
        InputRules.SameLength(truth.Length, candidate.Length, nameof(candidate));
        InputRules.NoNaN(baseline, nameof(baseline));
        InputRules.NoNaN(candidate, nameof(candidate));
        ConfidenceInterval.CheckLevel(level);
        var positives = truth.Count(true);
        if (positives < 2 || truth.Length - positives < 2)
            throw new UndefinedMetricException("DeLong's test needs at least two rows of each class.", nameof(truth));

        var before = Placements.Of(truth, baseline, positives);
        var after = Placements.Of(truth, candidate, positives);
        var improvement = after.Auc - before.Auc;
        var error = Math.Sqrt(
            (VarianceOfDifference(before.OfPositives, after.OfPositives) / positives)
            + (VarianceOfDifference(before.OfNegatives, after.OfNegatives) / (truth.Length - positives)));
        var half = -Normal.Quantile((1 - level) / 2) * error;
        var (better, worse) = Tails(improvement, error, Normal.Sf);
        return new ComparisonResult
        {
            Metric = "roc_auc",
            Method = "DeLong",
            Count = truth.Length,
            Baseline = before.Auc,
            Candidate = after.Auc,
            Improvement = improvement,
            Interval = error == 0 ? null : new ConfidenceInterval(improvement, improvement - half, improvement + half, level),
            PValue = Math.Min(1, 2 * Math.Min(better, worse)),
            PValueBetter = better,
            PValueWorse = worse,
        };
    }

    private static double VarianceOfDifference(double[] before, double[] after)
    {
        RunningSum sum = default, squares = default;
        for (var i = 0; i < before.Length; i++)
            sum.Add(after[i] - before[i]);
        var mean = sum.Value / before.Length;
        for (var i = 0; i < before.Length; i++)
            squares.Add((after[i] - before[i] - mean) * (after[i] - before[i] - mean));
        return squares.Value / (before.Length - 1);
    }

    /// <summary>Of each positive the share of negatives it beats, and of each negative the share of positives that beat it.</summary>
    private sealed record Placements(double Auc, double[] OfPositives, double[] OfNegatives)
    {
        internal static Placements Of(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, int positives)
        {
            var negatives = scores.Length - positives;
            double[] high = new double[positives], low = new double[negatives];
            int h = 0, l = 0;
            for (var i = 0; i < scores.Length; i++)
            {
                if (truth[i])
                    high[h++] = scores[i];
                else
                    low[l++] = scores[i];
            }

            double[] among = Ranks.Mean(scores), amongHigh = Ranks.Mean(high), amongLow = Ranks.Mean(low);
            double[] ofPositives = new double[positives], ofNegatives = new double[negatives];
            h = l = 0;
            for (var i = 0; i < scores.Length; i++)
            {
                if (truth[i])
                    ofPositives[h] = (among[i] - amongHigh[h++]) / negatives;
                else
                    ofNegatives[l] = 1 - ((among[i] - amongLow[l++]) / positives);
            }

            return new Placements(Mean(ofPositives), ofPositives, ofNegatives);
        }
    }
}
