namespace Lifecycle.Sdk.Quality;

/// <summary>The JSON of a profile.</summary>
internal sealed record ProfileDocument(string Format, long Rows, ColumnDocument[] Columns);

/// <summary>
/// One column in the JSON of a profile. The plain numbers are for people and other tools; reading uses the sketches, which hold the same
/// and more.
/// </summary>
internal sealed record ColumnDocument(
    string Name, ColumnKind Kind, string Type, long Missing, long Distinct, double? Minimum, double? Maximum, double? Mean,
    double? StandardDeviation, double? Median, ValueCount[] Top, HistogramBin[] Histogram, SketchesDocument Sketches)
{
    public static ColumnDocument Of(ColumnProfile column) => new(
        column.Name, column.Kind, column.TypeName, column.MissingCount, column.DistinctCount, Number(column.Minimum),
        Number(column.Maximum), Number(column.Mean), Number(column.StandardDeviation), Number(column.Quantile(0.5)),
        [.. column.TopValues()], [.. column.Histogram()], column.Sketches.ToDocument());

    public ColumnProfile Restore(long rows)
    {
        if (string.IsNullOrWhiteSpace(Name)) throw new InvalidDataException("A column of the profile has no name.");
        if (!Enum.IsDefined(Kind)) throw new InvalidDataException($"Column '{Name}' is of an unknown kind.");
        ColumnSketches sketches = ColumnSketches.FromDocument(Sketches, Kind);
        long present = sketches.Moments.Count;
        if (Missing < 0 || Missing > rows || present != rows - Missing || sketches.Values.Distinct.Count != present
            || (sketches.Quantiles?.Count ?? present) != present)
        {
            throw new InvalidDataException($"The counts of column '{Name}' contradict each other.");
        }
        return new ColumnProfile(Name, Kind, Type, rows, Missing, sketches);
    }

    private static double? Number(double value) => double.IsNaN(value) ? null : value;
}

/// <summary>The binary forms of a column's sketches; base64 in JSON.</summary>
internal sealed record SketchesDocument(byte[] Moments, byte[]? Quantiles, byte[] Distinct, byte[] Frequent);
