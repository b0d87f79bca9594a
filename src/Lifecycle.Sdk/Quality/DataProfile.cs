using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Quality;

/// <summary>
/// The profile of a table: small, mergeable with profiles of other parts of the same data, and saved as JSON, so that the raw values are
/// not needed afterwards. Immutable; safe for concurrent use.
/// </summary>
public sealed class DataProfile
{
    private const string Format = "lifecycle-profile/1";
    private const long RowsWorthATask = 100_000;

    private readonly Dictionary<string, ColumnProfile> _byName;

    private DataProfile(long rowCount, ColumnProfile[] columns)
    {
        RowCount = rowCount;
        Columns = columns;
        _byName = columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
    }

    /// <summary>The number of rows.</summary>
    public long RowCount { get; }

    /// <summary>The columns, in the order of the table.</summary>
    public IReadOnlyList<ColumnProfile> Columns { get; }

    /// <summary>The profile of a column.</summary>
    /// <param name="name">The name of the column (ordinal comparison).</param>
    /// <exception cref="KeyNotFoundException">The profile has no such column.</exception>
    public ColumnProfile this[string name] =>
        _byName.TryGetValue(name, out ColumnProfile? column) ? column
            : throw new KeyNotFoundException($"The profile has no column '{name}'.");

    /// <summary>Looks a column up by name (ordinal comparison).</summary>
    /// <param name="name">The name.</param>
    /// <param name="column">Its profile when there is one.</param>
    /// <returns>Whether the profile has the column.</returns>
    public bool TryGetColumn(string name, [NotNullWhen(true)] out ColumnProfile? column) =>
        _byName.TryGetValue(name, out column);

    /// <summary>
    /// Profiles a table in one pass over its values; columns in parallel where that pays. O(rows · columns) time, memory independent of
    /// the rows.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <exception cref="ArgumentNullException">The table is null.</exception>
    public static DataProfile Of(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var columns = new ColumnProfile[table.Count];
        if ((long)table.RowCount * table.Count < RowsWorthATask)
        {
            for (int i = 0; i < columns.Length; i++) columns[i] = Of(table[i]);
        }
        else
        {
            Parallel.For(0, columns.Length, i => columns[i] = Of(table[i]));
        }
        return new DataProfile(table.RowCount, columns);
    }

    /// <summary>The profile of two parts of the same data, as if they had been one table. Neither is changed.</summary>
    /// <param name="first">A part.</param>
    /// <param name="second">Another part with the same columns (names and kinds), in any order.</param>
    /// <returns>The profile of both, in the order of the first; where the widths of types differ, the first one's name is kept.</returns>
    /// <exception cref="ArgumentNullException">A profile is null.</exception>
    /// <exception cref="ArgumentException">The columns differ in names or kinds.</exception>
    public static DataProfile Merge(DataProfile first, DataProfile second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Columns.Count != second.Columns.Count)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"The profiles have {first.Columns.Count} and {second.Columns.Count} columns."),
                nameof(second));
        }
        return new DataProfile(first.RowCount + second.RowCount, [.. first.Columns.Select(a => Merge(a, second))]);
    }

    /// <summary>
    /// The profile as JSON: readable numbers for people, and the sketches in base64, from which <see cref="FromJson"/> restores
    /// everything.
    /// </summary>
    public string ToJson() => JsonSerializer.Serialize(
        new ProfileDocument(Format, RowCount, [.. Columns.Select(ColumnDocument.Of)]), QualityJsonContext.Default.ProfileDocument);

    /// <summary>Restores a profile that <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="InvalidDataException">
    /// The text is not JSON, not a profile of a known version, damaged, or contradicts itself.
    /// </exception>
    public static DataProfile FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            ProfileDocument document = JsonSerializer.Deserialize(json, QualityJsonContext.Default.ProfileDocument)
                ?? throw new InvalidDataException("The JSON is null, not a data profile.");
            if (document.Format != Format)
            {
                throw new InvalidDataException($"The format of the profile is '{document.Format}' and only '{Format}' can be read.");
            }
            if (document.Columns.Contains(null!)) throw new InvalidDataException("A column of the profile is null.");
            if (document.Columns.GroupBy(column => column.Name, StringComparer.Ordinal)
                .FirstOrDefault(group => group.Count() > 1) is { } twice)
            {
                throw new InvalidDataException($"The profile has two columns named '{twice.Key}'.");
            }
            return new DataProfile(document.Rows, [.. document.Columns.Select(column => column.Restore(document.Rows))]);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The text is not a data profile: {exception.Message}", exception);
        }
    }

    /// <summary>The profile as an aligned text table, one line per column.</summary>
    public override string ToString()
    {
        var table = new TextTable("column", "type", "rows", "missing", "distinct", "min", "25%", "50%", "75%", "max", "mean", "std", "top");
        foreach (ColumnProfile column in Columns) table.Add(Row(column));
        return table.ToString();
    }

    private static ColumnProfile Of(Column column) =>
        new(column.Name, column.Kind, column.TypeName, column.Length, column.MissingCount, ColumnSketches.Of(column));

    private static ColumnProfile Merge(ColumnProfile first, DataProfile others)
    {
        if (!others.TryGetColumn(first.Name, out ColumnProfile? second) || second.Kind != first.Kind)
        {
            throw new ArgumentException($"The second profile has no column '{first.Name}' of kind {first.Kind}.", nameof(others));
        }
        return new ColumnProfile(
            first.Name, first.Kind, first.TypeName, first.RowCount + second.RowCount, first.MissingCount + second.MissingCount,
            ColumnSketches.Merge(first.Sketches, second.Sketches));
    }

    private static string[] Row(ColumnProfile column)
    {
        // Among almost only distinct values the most frequent one says nothing: it is shown when most of its count is certain.
        ValueCount? top = column.TopValues(1) is [{ AtLeast: > 1 } first] && first.AtMost <= 2 * first.AtLeast ? first : null;
        return
        [
            column.Name, column.TypeName, column.RowCount.ToString(CultureInfo.InvariantCulture),
            column.MissingCount == 0 ? "0" : FormattableString.Invariant($"{column.MissingCount} ({column.MissingShare:P1})"),
            (column.DistinctIsExact ? "" : "~") + column.DistinctCount.ToString(CultureInfo.InvariantCulture),
            Show(column.Minimum), Show(column.Quantile(0.25)), Show(column.Quantile(0.5)), Show(column.Quantile(0.75)),
            Show(column.Maximum), Show(column.Mean), Show(column.StandardDeviation),
            top is null ? ""
                : FormattableString.Invariant($"{TextTable.Shorten(top.Value)} ({(double)top.AtLeast / column.PresentCount:P1})"),
        ];
    }

    private static string Show(double value) => double.IsNaN(value) ? "" : value.ToString("G5", CultureInfo.InvariantCulture);
}
