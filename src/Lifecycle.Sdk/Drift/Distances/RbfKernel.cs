namespace Lifecycle.Sdk.Drift;

/// <summary>The Gaussian kernel exp(-‖a-b‖²/s) over rows.</summary>
internal static class RbfKernel
{
    public static double Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b, double s) => Math.Exp(-SquaredDistance(a, b) / s);

    public static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = a[i] - b[i];
            sum += difference * difference;
        }

        return sum;
    }

    /// <summary>Σ k(row, r) over the rows r of a table.</summary>
    public static double Sum(ReadOnlySpan<double> row, ReadOnlySpan<double> table, double s)
    {
        var sum = 0.0;
        for (var at = 0; at < table.Length; at += row.Length) sum += Of(row, table.Slice(at, row.Length), s);
        return sum;
    }

    /// <summary>Σ k over all pairs i &lt; j of a table's rows.</summary>
    public static double SumOfPairs(ReadOnlySpan<double> table, int columns, double s)
    {
        var sum = 0.0;
        for (var at = 0; at < table.Length; at += columns) sum += Sum(table.Slice(at, columns), table[(at + columns)..], s);
        return sum;
    }
}
