using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>The order of rows by score; rows of equal score stay in their order.</summary>
internal static class ScoreOrder
{
    internal static int[] Ascending(ReadOnlySpan<double> scores)
    {
        var keys = scores.ToArray();
        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        RadixSort.Sort(keys, order);
        return order;
    }
}
