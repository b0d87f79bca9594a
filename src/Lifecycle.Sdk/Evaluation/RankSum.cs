namespace Lifecycle.Sdk.Evaluation;

/// <summary>The Mann-Whitney count behind the area under the ROC curve.</summary>
internal static class RankSum
{
    /// <summary>The area; the count of wins is an integer, so there is one rounding only.</summary>
    internal static double Auc(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores)
    {
        using var split = new SplitScores(truth, scores);
        if (split.High.IsEmpty || split.Low.IsEmpty)
        {
            throw new UndefinedMetricException(
                $"The area under the ROC curve needs rows of both classes; "
                + $"all {truth.Length} rows are {(split.High.IsEmpty ? "negative" : "positive")}.",
                nameof(truth));
        }

        return TwiceWins(split.High, split.Low) / (2.0 * split.High.Length * split.Low.Length);
    }

    /// <summary>Two for each pair in which the positive is higher, one for each tie. Below 2⁶² for spans of any length.</summary>
    private static long TwiceWins(ReadOnlySpan<double> high, ReadOnlySpan<double> low)
    {
        long wins = 0;
        int below = 0, notAbove = 0;
        foreach (var score in high)
        {
            while (below < low.Length && low[below] < score)
                below++;
            notAbove = Math.Max(notAbove, below);
            while (notAbove < low.Length && low[notAbove] <= score)
                notAbove++;
            wins += below + (long)notAbove;
        }

        return wins;
    }
}
