namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// What happens when the threshold walks from the highest score to the lowest: after each distinct score, how much weight of true
/// and of false positives has been passed. The common ground of the ROC and the precision-recall curve.
/// </summary>
internal sealed class ScoreSteps
{
    private ScoreSteps(double[] thresholds, double[] truePositives, double[] falsePositives)
    {
        Thresholds = thresholds;
        TruePositives = truePositives;
        FalsePositives = falsePositives;
    }

    /// <summary>The distinct scores, highest first.</summary>
    internal double[] Thresholds { get; }

    internal double[] TruePositives { get; }

    internal double[] FalsePositives { get; }

    internal double Positives => TruePositives[^1];

    internal double Negatives => FalsePositives[^1];

    internal static ScoreSteps Compute(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights)
    {
        InputRules.Rows(truth.Length, scores.Length, nameof(scores));
        InputRules.NoNaN(scores, nameof(scores));
        InputRules.Weights(weights, truth.Length);

        return weights.IsEmpty ? Count(truth, scores) : Weigh(truth, scores, weights);
    }

    internal void RequirePositives(string what)
    {
        if (Positives == 0)
            throw new UndefinedMetricException($"{what} needs at least one positive row (of weight above zero).");
    }

    internal void RequireBothClasses(string what)
    {
        RequirePositives(what);
        if (Negatives == 0)
            throw new UndefinedMetricException($"{what} needs at least one negative row (of weight above zero).");
    }

    /// <summary>Without weights: merges the sorted scores of both classes from the top.</summary>
    private static ScoreSteps Count(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores)
    {
        using var split = new SplitScores(truth, scores);
        ReadOnlySpan<double> high = split.High, low = split.Low;
        double[] thresholds = new double[truth.Length], hits = new double[truth.Length], alarms = new double[truth.Length];
        int h = high.Length - 1, l = low.Length - 1, count = 0;
        while (h >= 0 || l >= 0)
        {
            var score = l < 0 || (h >= 0 && high[h] > low[l]) ? high[h] : low[l];
            while (h >= 0 && high[h] == score)
                h--;
            while (l >= 0 && low[l] == score)
                l--;
            thresholds[count] = score;
            hits[count] = high.Length - 1 - h;
            alarms[count] = low.Length - 1 - l;
            count++;
        }

        return new ScoreSteps(thresholds[..count], hits[..count], alarms[..count]);
    }

    private static ScoreSteps Weigh(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights)
    {
        var order = ScoreOrder.Ascending(scores);
        double[] thresholds = new double[truth.Length], hits = new double[truth.Length], alarms = new double[truth.Length];
        double hit = 0, alarm = 0;
        var count = 0;
        for (var at = order.Length - 1; at >= 0;)
        {
            var score = scores[order[at]];
            var counted = false;
            for (; at >= 0 && scores[order[at]] == score; at--)
            {
                // A row without weight is no row: it must not add a threshold either.
                var weight = weights[order[at]];
                counted |= weight > 0;
                hit += truth[order[at]] ? weight : 0;
                alarm += truth[order[at]] ? 0 : weight;
            }

            if (counted)
            {
                (thresholds[count], hits[count], alarms[count]) = (score, hit, alarm);
                count++;
            }
        }

        return new ScoreSteps(thresholds[..count], hits[..count], alarms[..count]);
    }
}
