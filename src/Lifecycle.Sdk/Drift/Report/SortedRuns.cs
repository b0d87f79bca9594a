namespace Lifecycle.Sdk.Drift;

/// <summary>Runs of equal values in sorted samples.</summary>
internal static class SortedRuns
{
    /// <summary>The number of values below one.</summary>
    public static int LowerBound(ReadOnlySpan<double> sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (sorted[middle] < value) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The distinct values with their counts, or false when there are more than allowed.</summary>
    public static bool TryFind(ReadOnlySpan<double> sorted, int most, out double[] values, out long[] counts)
    {
        List<double> found = [];
        List<long> lengths = [];
        for (int start = 0; start < sorted.Length;)
        {
            int end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start]) end++;
            if (found.Count == most)
            {
                (values, counts) = ([], []);
                return false;
            }

            // Adding zero makes -0 the 0 that it equals.
            found.Add(sorted[start] + 0.0);
            lengths.Add(end - start);
            start = end;
        }

        (values, counts) = ([.. found], [.. lengths]);
        return true;
    }

    /// <summary>Writes every value as often as it was counted.</summary>
    public static void Expand(double[] values, long[] counts, Span<double> destination)
    {
        int at = 0;
        for (int i = 0; i < values.Length; i++)
        {
            destination.Slice(at, (int)counts[i]).Fill(values[i]);
            at += (int)counts[i];
        }
    }
}
