using System.Buffers;
using Lifecycle.Sdk.Numerics;
using Lifecycle.Sdk.Quality;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The present values of one column in the form in which they are compared: numbers sorted, in the one copy that is made, everything else
/// counted by category. Dispose it to give the copy back.
/// </summary>
internal sealed class ColumnSample : IDisposable
{
    private double[]? _rented;
    private int _sortedLength;

    private ColumnSample(Column column)
    {
        Column = column;
        Missing = column.MissingCount;
    }

    public Column Column { get; }

    public long Missing { get; }

    public long Present => Column.Length - Missing;

    public bool IsNumeric => ColumnReference.IsNumericKind(Column.Kind);

    /// <summary>The numbers in ascending order; empty for other columns.</summary>
    public ReadOnlySpan<double> Sorted => _rented.AsSpan(0, _sortedLength);

    /// <summary>The counts by category; empty for numeric columns.</summary>
    public Dictionary<string, long> Categories { get; } = new(StringComparer.Ordinal);

    public static ColumnSample Of(Column column)
    {
        var sample = new ColumnSample(column);
        if (sample.IsNumeric) sample.Sort();
        else sample.Count();
        return sample;
    }

    /// <summary>The counts by category of numbers too, under the names that a reference gives them.</summary>
    public Dictionary<string, long> CountCategories()
    {
        if (!IsNumeric || Present == 0) return Categories;
        SortedRuns.TryFind(Sorted, int.MaxValue, out double[] values, out long[] counts);
        var byName = new Dictionary<string, long>(values.Length, StringComparer.Ordinal);
        for (int i = 0; i < values.Length; i++) byName.Add(NumericReference.NameOf(values[i]), counts[i]);
        return byName;
    }

    public void Dispose()
    {
        if (_rented is null) return;
        ArrayPool<double>.Shared.Return(_rented);
        (_rented, _sortedLength) = (null, 0);
    }

    private void Sort()
    {
        _rented = ArrayPool<double>.Shared.Rent((int)Present);
        _sortedLength = Column.CopyNumbersTo(_rented);
        RadixSort.Sort(_rented.AsSpan(0, _sortedLength));
    }

    private void Count()
    {
        if (Column is Column<string?> text)
        {
            var counter = new CategoryCounter();
            foreach (string? value in text.Values.Span)
            {
                if (value is not null) counter.Add(value);
            }

            foreach ((string category, long count) in counter.Counts) Categories.Add(category, count);
            return;
        }

        // Booleans: at most two values.
        if (!Column.TryCountValues(2, out Dictionary<string, long>? counts))
            throw new InvalidOperationException($"Column '{Column.Name}' has more values than its kind {Column.Kind} allows.");
        foreach ((string category, long count) in counts) Categories.Add(category, count);
    }
}
