using System.Text.Json;
using Lifecycle.Sdk.Quality;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// What is kept of a reference table: enough to compare any later table with it, saved as JSON of a few kilobytes per column, so that the
/// raw values are not needed afterwards. Immutable; safe for concurrent use.
/// </summary>
/// <remarks>
/// A numeric column with at most 1,000 distinct values is kept whole (values with counts), so a comparison gives the same as from raw
/// data. A larger one becomes its percentiles, refined towards the tails, with exact counts between them: D is then at most 0.01 below
/// the exact one, and its threshold is that of the percentiles, so the alarm rate without drift stays the one asked for; PSI,
/// Jensen-Shannon and χ² over deciles are unchanged; W₁ takes each cell as uniform. Of a categorical column the 1,000 most frequent
/// categories are kept by name and the others as one sum.
/// </remarks>
public sealed class DriftReference
{
    private const string Format = "lifecycle-drift-reference/1";

    private readonly ColumnReference[] _columns;

    private DriftReference(long rowCount, ColumnReference[] columns)
    {
        RowCount = rowCount;
        _columns = columns;
        ColumnNames = [.. columns.Select(column => column.Name)];
    }

    /// <summary>The number of rows of the table.</summary>
    public long RowCount { get; }

    /// <summary>The names of the columns, in the order of the table.</summary>
    public IReadOnlyList<string> ColumnNames { get; }

    internal ReadOnlySpan<ColumnReference> Columns => _columns;

    /// <summary>
    /// Summarises a table. O(n) per column, columns on all cores, one copy of each column that is being worked on.
    /// </summary>
    /// <param name="table">The reference data.</param>
    /// <exception cref="ArgumentNullException">The table is null.</exception>
    public static DriftReference Of(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var columns = new ColumnReference[table.Count];
        Parallel.For(0, columns.Length, i => columns[i] = ColumnReference.Of(table[i]));
        return new DriftReference(table.RowCount, columns);
    }

    /// <summary>The reference as JSON.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(new DriftReferenceDocument(Format, RowCount, _columns), DriftJsonContext.Default.DriftReferenceDocument);

    /// <summary>Restores a reference that <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="InvalidDataException">The text is not a reference of a known version, or contradicts itself.</exception>
    public static DriftReference FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        DriftReferenceDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(json, DriftJsonContext.Default.DriftReferenceDocument);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The text is not a drift reference: {exception.Message}", exception);
        }

        if (document is null) throw new InvalidDataException("The JSON is null, not a drift reference.");
        if (document.Format != Format)
            throw new InvalidDataException($"The format of the reference is '{document.Format}' and only '{Format}' can be read.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ColumnReference? column in document.Columns)
        {
            if (column is null) throw new InvalidDataException("A column of the reference is null.");
            column.Verify();
            if (column.Rows != document.Rows) throw new InvalidDataException($"Column '{column.Name}' has another number of rows.");
            if (!names.Add(column.Name)) throw new InvalidDataException($"The reference has two columns named '{column.Name}'.");
        }

        return new DriftReference(document.Rows, document.Columns);
    }
}

/// <summary>The JSON of a reference.</summary>
internal sealed record DriftReferenceDocument(string Format, long Rows, ColumnReference[] Columns);
