using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Sdk.Quality;

/// <summary>
/// Named columns of equal length, in order: the shape in which data quality and drift read data. Holds views, copies nothing; immutable.
/// </summary>
public sealed class Table : IReadOnlyList<Column>
{
    private readonly Column[] _columns;
    private readonly Dictionary<string, Column> _byName;

    /// <summary>A table of the given columns, in the given order.</summary>
    /// <param name="columns">The columns; none is allowed and gives an empty table.</param>
    /// <exception cref="ArgumentNullException">A column is null.</exception>
    /// <exception cref="ArgumentException">Two columns share a name, or their lengths differ.</exception>
    public Table(params ReadOnlySpan<Column> columns)
    {
        _columns = columns.ToArray();
        _byName = new Dictionary<string, Column>(_columns.Length, StringComparer.Ordinal);
        foreach (Column column in _columns)
        {
            ArgumentNullException.ThrowIfNull(column, nameof(columns));
            if (!_byName.TryAdd(column.Name, column))
            {
                throw new ArgumentException($"Two columns are named '{column.Name}'; names must be unique.", nameof(columns));
            }
            if (column.Length != _columns[0].Length)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Column '{column.Name}' has {column.Length} rows but '{_columns[0].Name}' has ")
                    + FormattableString.Invariant($"{_columns[0].Length}; all columns of a table have the same length."),
                    nameof(columns));
            }
        }
    }

    /// <summary>The number of rows; 0 for a table without columns.</summary>
    public int RowCount => _columns.Length == 0 ? 0 : _columns[0].Length;

    /// <summary>The number of columns.</summary>
    public int Count => _columns.Length;

    /// <summary>The column at a position.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="IndexOutOfRangeException">The position lies outside the table.</exception>
    public Column this[int index] => _columns[index];

    /// <summary>The column of a name (ordinal comparison).</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">The table has no such column.</exception>
    public Column this[string name] =>
        TryGetColumn(name, out Column? column)
            ? column
            : throw new KeyNotFoundException(
                $"The table has no column '{name}'; it has {string.Join(", ", _byName.Keys.Select(key => $"'{key}'"))}.");

    /// <summary>Looks a column up by name (ordinal comparison).</summary>
    /// <param name="name">The name.</param>
    /// <param name="column">The column when there is one.</param>
    /// <returns>Whether the table has the column.</returns>
    public bool TryGetColumn(string name, [NotNullWhen(true)] out Column? column) => _byName.TryGetValue(name, out column);

    /// <inheritdoc/>
    public IEnumerator<Column> GetEnumerator() => ((IEnumerable<Column>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _columns.GetEnumerator();
}
