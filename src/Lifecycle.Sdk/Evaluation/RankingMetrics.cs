namespace Lifecycle.Sdk.Evaluation;

/// <summary>Metrics of one ranked list against graded relevance. Pure functions, safe to call from any thread.</summary>
/// <remarks>
/// Sources: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20 (2002); ties by McSherry and
/// Najork, "Computing information retrieval performance measures efficiently in the presence of tied scores", ECIR 2008.
/// </remarks>
public static class RankingMetrics
{
    /// <summary>
    /// Discounted cumulative gain, Σ relevance / log₂(rank + 1) over the first k ranks by falling score; the items of equal score share
    /// the mean of their gains, so the order of the input does not matter. O(n log n) time, O(n) memory.
    /// </summary>
    /// <param name="relevance">The graded relevance of each item, not negative.</param>
    /// <param name="scores">The scores that rank the items, highest first; NaN is refused.</param>
    /// <param name="k">How many ranks count; null counts all.</param>
    /// <exception cref="ArgumentException">No items, unequal lengths, a negative or NaN relevance, a NaN score, or k below 1.</exception>
    public static double DiscountedCumulativeGain(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores, int? k = null)
    {
        InputRules.Rows(relevance.Length, scores.Length, nameof(scores));
        InputRules.NotNegative(relevance, nameof(relevance), "A gain");
        InputRules.NoNaN(scores, nameof(scores));
        var ranks = k ?? relevance.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1, nameof(k));

        var order = ScoreOrder.Ascending(scores);
        var gain = default(RunningSum);
        for (var at = 0; at < order.Length && at < ranks;)
        {
            var score = scores[order[^(at + 1)]];
            double relevant = 0, discount = 0;
            var start = at;
            for (; at < order.Length && scores[order[^(at + 1)]] == score; at++)
            {
                relevant += relevance[order[^(at + 1)]];
                discount += at < ranks ? 1 / Math.Log2(at + 2) : 0;
            }

            gain.Add(relevant / (at - start) * discount);
        }

        return gain.Value;
    }

    /// <summary>
    /// The discounted cumulative gain over the best that any order of the items could reach, in [0, 1]; NaN when no item is relevant.
    /// </summary>
    /// <inheritdoc cref="DiscountedCumulativeGain"/>
    public static double NormalizedDiscountedCumulativeGain(ReadOnlySpan<double> relevance, ReadOnlySpan<double> scores, int? k = null)
    {
        var gain = DiscountedCumulativeGain(relevance, scores, k);
        var best = DiscountedCumulativeGain(relevance, relevance, k);
        return best == 0 ? double.NaN : gain / best;
    }
}
