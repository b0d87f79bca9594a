using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Quality;

/// <summary>
/// Everything a profile knows of a column's values, filled in one pass block by block, so that each value is read from memory once.
/// </summary>
internal sealed class ColumnSketches
{
    private const int BlockRows = 2048;

    private ColumnSketches(MomentsSketch moments, KllSketch? quantiles, ValueSketch values)
    {
        Moments = moments;
        Quantiles = quantiles;
        Values = values;
    }

    /// <summary>Moments of the numbers; of a text column, of the lengths.</summary>
    public MomentsSketch Moments { get; }

    /// <summary>Quantiles of the numbers; null for text.</summary>
    public KllSketch? Quantiles { get; }

    public ValueSketch Values { get; }

    public static ColumnSketches Empty(ColumnKind kind) =>
        new(new MomentsSketch(), kind == ColumnKind.Text ? null : new KllSketch(), ValueSketch.Empty(kind));

    public static ColumnSketches Of(Column column)
    {
        ColumnSketches sketches = Empty(column.Kind);
        if (column is Column<string?> text) sketches.TakeText(text.Values.Span);
        else sketches.TakeNumbers(column);
        return sketches;
    }

    /// <summary>The union of two; neither is changed.</summary>
    public static ColumnSketches Merge(ColumnSketches first, ColumnSketches second)
    {
        MomentsSketch moments = MomentsSketch.Read(first.Moments.ToArray());
        moments.Merge(second.Moments);
        KllSketch? quantiles = null;
        if (first.Quantiles is not null && second.Quantiles is not null)
        {
            quantiles = KllSketch.Read(first.Quantiles.ToArray());
            quantiles.Merge(second.Quantiles);
        }
        return new ColumnSketches(moments, quantiles, first.Values.Merge(second.Values));
    }

    public SketchesDocument ToDocument() =>
        new(Moments.ToArray(), Quantiles?.ToArray(), Values.Distinct.ToArray(), Values.FrequentToArray());

    public static ColumnSketches FromDocument(SketchesDocument document, ColumnKind kind)
    {
        KllSketch? quantiles = document.Quantiles is null ? null : KllSketch.Read(document.Quantiles);
        if (quantiles is null != (kind == ColumnKind.Text))
        {
            throw new InvalidDataException("Quantiles belong to numeric columns and only to them.");
        }
        return new ColumnSketches(
            MomentsSketch.Read(document.Moments), quantiles,
            ValueSketch.Read(kind, HyperLogLog.Read(document.Distinct), document.Frequent));
    }

    private void TakeNumbers(Column column)
    {
        Span<double> numbers = new double[Math.Min(BlockRows, column.Length)];
        for (int row = 0; row < column.Length; row += BlockRows)
        {
            int rows = Math.Min(BlockRows, column.Length - row);
            ReadOnlySpan<double> present = numbers[..column.ReadNumbers(row, rows, numbers)];
            Moments.Update(present);
            Quantiles!.Update(present);
            Values.Take(column, row, rows, present);
        }
    }

    private void TakeText(ReadOnlySpan<string?> values)
    {
        var sketch = (TextValueSketch)Values;
        foreach (string? value in values)
        {
            if (value is null) continue;
            Moments.Update(value.Length);
            sketch.Take(value);
        }
    }
}
