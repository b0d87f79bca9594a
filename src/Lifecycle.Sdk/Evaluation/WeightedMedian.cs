using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>The median, with and without weights, as scikit-learn defines it.</summary>
internal static class WeightedMedian
{
    /// <summary>
    /// Without weights the middle value, or the mean of the middle two; with weights the smallest value at which the cumulative weight
    /// reaches half of the total.
    /// </summary>
    internal static double Of(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        var sorted = values.ToArray();
        if (weights.IsEmpty)
        {
            RadixSort.Sort(sorted);
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : Middle(sorted[middle - 1], sorted[middle]);
        }

        var order = ScoreOrder.Ascending(values);
        var total = 0.0;
        foreach (var row in order)
            total += weights[row];

        var reached = 0.0;
        foreach (var row in order)
        {
            reached += weights[row];
            if (reached > 0 && reached >= total / 2)
                return values[row];
        }

        return values[order[^1]];
    }

    // Halving first where the sum would leave the range of a double.
    private static double Middle(double low, double high)
    {
        var sum = low + high;
        return double.IsInfinity(sum) ? (low / 2) + (high / 2) : sum / 2;
    }
}
