namespace Lifecycle.Sdk.Evaluation;

/// <summary>The NaN policy for pairs: a row takes part when both of its values are numbers.</summary>
internal static class CompleteRows
{
    /// <summary>The numbers of the rows that take part.</summary>
    internal static int[] Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second, NaNPolicy policy, string firstName, string secondName)
    {
        switch (policy)
        {
            case NaNPolicy.Refuse:
                InputRules.NoNaN(first, firstName);
                InputRules.NoNaN(second, secondName);
                return [.. Enumerable.Range(0, first.Length)];
            case NaNPolicy.Drop:
                var kept = new List<int>(first.Length);
                for (var row = 0; row < first.Length; row++)
                {
                    if (!double.IsNaN(first[row]) && !double.IsNaN(second[row]))
                        kept.Add(row);
                }

                if (kept.Count == 0)
                {
                    throw new ArgumentException(
                        $"All {first.Length} rows hold NaN, so none is left after dropping them.", secondName);
                }

                return [.. kept];
            default:
                throw new ArgumentOutOfRangeException(nameof(policy), policy, "The NaN policy is either Refuse or Drop.");
        }
    }

    internal static T[] Take<T>(ReadOnlySpan<T> column, int[] rows)
    {
        var taken = new T[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            taken[i] = column[rows[i]];
        return taken;
    }
}
