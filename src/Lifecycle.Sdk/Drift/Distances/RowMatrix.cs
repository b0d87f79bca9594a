using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>Checks of the row-major tables that the multivariate distances take.</summary>
internal static class RowMatrix
{
    /// <summary>
    /// The rows without those that hold NaN, after the policy was applied. Reads in place when nothing has to be left out.
    /// </summary>
    public static ReadOnlySpan<double> CompleteRows(
        ReadOnlySpan<double> values, int columns, NaNPolicy policy, string name, out int dropped)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (policy is not (NaNPolicy.Refuse or NaNPolicy.Drop))
            throw new ArgumentOutOfRangeException(nameof(policy), policy, "The NaN policy is either Refuse or Drop.");
        if (values.IsEmpty) throw new ArgumentException($"'{name}' is empty; this statistic needs at least one row.", name);
        if (values.Length % columns != 0)
            throw new ArgumentException($"'{name}' has {values.Length} values, which is not a multiple of {columns} columns.", name);

        dropped = 0;
        var position = ColumnInput.IndexOfNaN(values);
        if (position >= 0)
        {
            if (policy == NaNPolicy.Refuse)
                throw new ArgumentException($"'{name}' holds NaN in row {position / columns}, column {position % columns}.", name);
            var rows = values.Length / columns;
            values = WithoutIncomplete(values, columns);
            dropped = rows - (values.Length / columns);
            if (values.IsEmpty) throw new ArgumentException($"'{name}' has NaN in every row, so no row is left after dropping them.", name);
        }

        ColumnInput.RequireFinite(values, name);
        return values;
    }

    private static double[] WithoutIncomplete(ReadOnlySpan<double> values, int columns)
    {
        var kept = new double[values.Length];
        var length = 0;
        for (var row = 0; row < values.Length; row += columns)
        {
            var cells = values.Slice(row, columns);
            if (ColumnInput.IndexOfNaN(cells) >= 0) continue;
            cells.CopyTo(kept.AsSpan(length));
            length += columns;
        }

        return kept[..length];
    }
}
