using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Sdk.Quality;

/// <summary>
/// A named column of a <see cref="Table"/>: a view of memory that the caller owns, never a copy. NaN in a floating column and
/// <see langword="null"/> in a nullable or text column are <em>missing</em>; every other value, infinities included, is present.
/// </summary>
/// <remarks>
/// Made by the overloads of <see cref="Column.Of(string, ReadOnlyMemory{double})"/>; code that needs the values matches on
/// <see cref="Column{T}"/>, for example <c>column is Column&lt;double&gt; numbers</c>. Safe for concurrent reading as long as nobody
/// writes to the memory behind it.
/// </remarks>
public abstract class Column
{
    private int _missing = -1;

    private protected Column(string name, ColumnKind kind, int length)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Kind = kind;
        Length = length;
    }

    /// <summary>The name, unique within its table; names are compared ordinally.</summary>
    public string Name { get; }

    /// <summary>What the values are.</summary>
    public ColumnKind Kind { get; }

    /// <summary>The number of rows, missing ones included.</summary>
    public int Length { get; }

    /// <summary>The type of one element, such as <c>typeof(double)</c> or <c>typeof(int?)</c>.</summary>
    public abstract Type ElementType { get; }

    /// <summary>A short lower-case name of the element type for reports and profiles, such as <c>double</c> or <c>int32?</c>.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether the values can be read as numbers: true unless the column is text.</summary>
    public bool IsNumeric => Kind != ColumnKind.Text;

    /// <summary>The number of missing rows. Counted on the first call, O(n), and kept.</summary>
    public int MissingCount
    {
        get
        {
            // Two threads may both count; they store the same number.
            int missing = Volatile.Read(ref _missing);
            if (missing < 0) Volatile.Write(ref _missing, missing = CountMissing());
            return missing;
        }
    }

    /// <summary>Whether the value of a row is missing.</summary>
    /// <param name="row">A row, from 0 to <see cref="Length"/> - 1.</param>
    /// <exception cref="IndexOutOfRangeException">The row lies outside the column.</exception>
    public abstract bool IsMissing(int row);

    /// <summary>
    /// The value of a row as text in the invariant culture (numbers in shortest round-trip form), null where it is missing.
    /// </summary>
    /// <param name="row">A row, from 0 to <see cref="Length"/> - 1.</param>
    /// <exception cref="IndexOutOfRangeException">The row lies outside the column.</exception>
    public abstract string? Format(int row);

    /// <summary>
    /// Copies the present values, in row order and without the missing ones, as doubles (Booleans as 0 and 1). Integers beyond 2^53 and
    /// decimals are rounded to the nearest double. O(n), nothing allocated.
    /// </summary>
    /// <param name="destination">
    /// Room for <see cref="Length"/> - <see cref="MissingCount"/> values (<see cref="Length"/> always suffices).
    /// </param>
    /// <returns>How many values were written.</returns>
    /// <exception cref="InvalidOperationException">The column is text.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int CopyNumbersTo(Span<double> destination)
    {
        if (!IsNumeric) throw new InvalidOperationException($"Column '{Name}' holds text, which cannot be read as numbers.");
        int present = Length - MissingCount;
        if (destination.Length < present)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The destination has room for {destination.Length} of the {present} present values of column '{Name}'."),
                nameof(destination));
        }
        return ReadNumbers(0, Length, destination);
    }

    /// <summary>
    /// Counts how often each present value occurs, keyed by <see cref="Format(int)"/>, unless there are more distinct values than allowed.
    /// O(n) expected.
    /// </summary>
    /// <param name="maximumDistinct">Give up beyond this many distinct values; at least 1.</param>
    /// <param name="counts">The counts when they were taken, else null.</param>
    /// <returns>Whether the column has at most <paramref name="maximumDistinct"/> distinct values.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumDistinct"/> is below 1.</exception>
    public abstract bool TryCountValues(int maximumDistinct, [NotNullWhen(true)] out Dictionary<string, long>? counts);

    /// <summary>Name, type and number of rows, for a debugger.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name}: {TypeName}[{Length}]");

    /// <summary>Copies the present values of some rows as doubles and says how many; text has none.</summary>
    internal abstract int ReadNumbers(int start, int length, Span<double> destination);

    /// <summary>Copies the present values of some rows of an integer column, exactly, and says how many.</summary>
    internal abstract int ReadIntegers(int start, int length, Span<long> destination);

    /// <summary>The value of a row as a double, NaN where it is missing or text.</summary>
    internal abstract double NumberAt(int row);

    /// <summary>
    /// Whether each present value occurs once; when not, how many rows repeat an earlier value, and the first few of them.
    /// </summary>
    internal abstract long CountRepeated(int maximumRows, List<int> rows);

    private protected abstract int CountMissing();

    /// <summary>A column of doubles; NaN is missing.</summary>
    /// <param name="name">The name, not blank.</param>
    /// <param name="values">The values; not copied.</param>
    /// <exception cref="ArgumentException">The name is null or blank.</exception>
    public static Column<double> Of(string name, ReadOnlyMemory<double> values) =>
        new NumberColumn<double>(name, values, ColumnKind.Number, "double");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of floats; NaN is missing.</summary>
    public static Column<float> Of(string name, ReadOnlyMemory<float> values) =>
        new NumberColumn<float>(name, values, ColumnKind.Number, "float");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of decimals without missing values.</summary>
    public static Column<decimal> Of(string name, ReadOnlyMemory<decimal> values) =>
        new NumberColumn<decimal>(name, values, ColumnKind.Number, "decimal");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of bytes without missing values.</summary>
    public static Column<byte> Of(string name, ReadOnlyMemory<byte> values) =>
        new NumberColumn<byte>(name, values, ColumnKind.Integer, "byte");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of 16-bit integers without missing values.</summary>
    public static Column<short> Of(string name, ReadOnlyMemory<short> values) =>
        new NumberColumn<short>(name, values, ColumnKind.Integer, "int16");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of 32-bit integers without missing values.</summary>
    public static Column<int> Of(string name, ReadOnlyMemory<int> values) =>
        new NumberColumn<int>(name, values, ColumnKind.Integer, "int32");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of 64-bit integers without missing values.</summary>
    public static Column<long> Of(string name, ReadOnlyMemory<long> values) =>
        new NumberColumn<long>(name, values, ColumnKind.Integer, "int64");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of Booleans without missing values.</summary>
    public static Column<bool> Of(string name, ReadOnlyMemory<bool> values) => new BooleanColumn(name, values);

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of strings; null is missing, the empty string is a value.</summary>
    public static Column<string?> Of(string name, ReadOnlyMemory<string?> values) => new TextColumn(name, values);

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of nullable doubles; null and NaN are missing.</summary>
    public static Column<double?> Of(string name, ReadOnlyMemory<double?> values) =>
        new NullableNumberColumn<double>(name, values, ColumnKind.Number, "double?");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of nullable floats; null and NaN are missing.</summary>
    public static Column<float?> Of(string name, ReadOnlyMemory<float?> values) =>
        new NullableNumberColumn<float>(name, values, ColumnKind.Number, "float?");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of nullable decimals; null is missing.</summary>
    public static Column<decimal?> Of(string name, ReadOnlyMemory<decimal?> values) =>
        new NullableNumberColumn<decimal>(name, values, ColumnKind.Number, "decimal?");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of nullable 32-bit integers; null is missing.</summary>
    public static Column<int?> Of(string name, ReadOnlyMemory<int?> values) =>
        new NullableNumberColumn<int>(name, values, ColumnKind.Integer, "int32?");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of nullable 64-bit integers; null is missing.</summary>
    public static Column<long?> Of(string name, ReadOnlyMemory<long?> values) =>
        new NullableNumberColumn<long>(name, values, ColumnKind.Integer, "int64?");

    /// <inheritdoc cref="Of(string, ReadOnlyMemory{double})"/>
    /// <summary>A column of nullable Booleans; null is missing.</summary>
    public static Column<bool?> Of(string name, ReadOnlyMemory<bool?> values) => new NullableBooleanColumn(name, values);
}
