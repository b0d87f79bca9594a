using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>A checked table of counts, for <see cref="ChiSquare"/> and <see cref="GTest"/>.</summary>
internal sealed class Contingency
{
    private readonly double[] _cells;
    private readonly double[] _rowSums;
    private readonly double[] _columnSums;
    private readonly long[] _dropped;
    private readonly double _total;

    private Contingency(double[] cells, int rows, int columns, long[] dropped)
    {
        if (rows == 0 || columns == 0)
            throw new ArgumentException("The table has no cell.");
        (_cells, Rows, Columns, _dropped) = (cells, rows, columns, dropped);
        _rowSums = new double[rows];
        _columnSums = new double[columns];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                var count = cells[(r * columns) + c];
                if (count < 0)
                    throw new ArgumentException($"The count in row {r}, column {c} is {count}; counts are not negative.");
                _rowSums[r] += count;
                _columnSums[c] += count;
            }

            _total += _rowSums[r];
        }

        RequireFilled(_rowSums, "row");
        RequireFilled(_columnSums, "column");
    }

    public int Rows { get; }

    public int Columns { get; }

    public static Contingency Of(long[,] table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int rows = table.GetLength(0), columns = table.GetLength(1);
        var cells = new double[rows * columns];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
                cells[(r * columns) + c] = table[r, c];
        }

        return new Contingency(cells, rows, columns, new long[rows]);
    }

    /// <summary>Two rows, reference and current, and one column per category, in the order of first occurrence.</summary>
    public static Contingency OfColumns(ReadOnlySpan<string?> reference, ReadOnlySpan<string?> current, NaNPolicy missing)
    {
        var first = CategoryCounter.Count(reference, missing, nameof(reference));
        var second = CategoryCounter.Count(current, missing, nameof(current));
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        var counts = new List<(double Reference, double Current)>();
        foreach (var (category, count) in first.Counts)
        {
            index.Add(category, counts.Count);
            counts.Add((count, 0));
        }

        foreach (var (category, count) in second.Counts)
        {
            if (index.TryGetValue(category, out var at))
                counts[at] = (counts[at].Reference, count);
            else
                counts.Add((0, count));
        }

        return TwoRows(counts, [first.Missing, second.Missing]);
    }

    public static Contingency OfColumns(ReadOnlySpan<int> reference, ReadOnlySpan<int> current)
    {
        if (reference.IsEmpty)
            throw new ArgumentException("'reference' is empty.", nameof(reference));
        if (current.IsEmpty)
            throw new ArgumentException("'current' is empty.", nameof(current));
        var counts = new Dictionary<int, (double Reference, double Current)>();
        foreach (var value in reference)
        {
            ref var pair = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _);
            pair.Reference++;
        }

        foreach (var value in current)
        {
            ref var pair = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _);
            pair.Current++;
        }

        return TwoRows([.. counts.Values], [0, 0]);
    }

    public double Statistic(Divergence divergence, bool yates)
    {
        var correct = yates && Rows == 2 && Columns == 2;
        var statistic = 0.0;
        for (var r = 0; r < Rows; r++)
        {
            for (var c = 0; c < Columns; c++)
            {
                double expected = _rowSums[r] * _columnSums[c] / _total, observed = _cells[(r * Columns) + c];
                if (correct)
                    observed += Math.CopySign(Math.Min(0.5, Math.Abs(expected - observed)), expected - observed);
                statistic += divergence.Cell(observed, expected);
            }
        }

        return Math.Max(0, statistic);
    }

    public double CramersV(double statistic) => Math.Min(1, Math.Sqrt(statistic / _total / (Math.Min(Rows, Columns) - 1)));

    public HypothesisTestResult Test(Divergence divergence, bool yates)
    {
        double degrees = (Rows - 1.0) * (Columns - 1.0);
        var statistic = degrees == 0 ? 0 : Statistic(divergence, yates);
        return new HypothesisTestResult
        {
            Test = divergence == Divergence.Pearson ? "chi-square" : "G",
            Statistic = statistic,
            PValue = degrees == 0 ? 1 : ChiSquared.Sf(statistic, degrees),
            EffectSize = degrees == 0 ? 0 : CramersV(Statistic(Divergence.Pearson, yates: false)),
            EffectSizeName = "Cramér's V",
            Method = yates && degrees == 1 ? "asymptotic (chi-squared, Yates' correction)" : "asymptotic (chi-squared)",
            DegreesOfFreedom = degrees,
            SampleSizes = [.. _rowSums.Select(sum => (long)sum)],
            Dropped = _dropped,
        };
    }

    private static Contingency TwoRows(List<(double Reference, double Current)> counts, long[] dropped)
    {
        var cells = new double[2 * counts.Count];
        for (var i = 0; i < counts.Count; i++)
            (cells[i], cells[counts.Count + i]) = counts[i];
        return new Contingency(cells, 2, counts.Count, dropped);
    }

    private static void RequireFilled(double[] sums, string what)
    {
        var empty = Array.IndexOf(sums, 0);
        if (empty >= 0)
            throw new ArgumentException(
                $"The {what} {empty} of the table holds nothing but zeros, so its expected counts are zero; leave it out.");
    }
}
