namespace Lifecycle.Sdk.Evaluation;

/// <summary>Ranks from 1, equal values sharing the mean of theirs.</summary>
internal static class Ranks
{
    internal static double[] Mean(ReadOnlySpan<double> values)
    {
        var order = ScoreOrder.Ascending(values);
        var ranks = new double[order.Length];
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && values[order[end]] == values[order[start]])
                end++;
            var mean = (start + 1 + (double)end) / 2;
            for (; start < end; start++)
                ranks[order[start]] = mean;
        }

        return ranks;
    }

    internal static bool IsConstant(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (value != values[0])
                return false;
        }

        return true;
    }
}
