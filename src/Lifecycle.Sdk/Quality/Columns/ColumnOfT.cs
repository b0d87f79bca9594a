using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Quality;

/// <summary>
/// A column whose elements have a known type. Made by the overloads of <see cref="Column.Of(string, ReadOnlyMemory{double})"/>.
/// </summary>
/// <typeparam name="T">The element type; nullable where values may be missing.</typeparam>
public abstract class Column<T> : Column
{
    private protected Column(string name, ReadOnlyMemory<T> values, ColumnKind kind)
        : base(name, kind, values.Length) => Values = values;

    /// <summary>The caller's memory, missing values included.</summary>
    public ReadOnlyMemory<T> Values { get; }

    /// <inheritdoc/>
    public override Type ElementType => typeof(T);

    /// <inheritdoc/>
    public override bool IsMissing(int row) => IsMissingValue(Values.Span[row]);

    /// <inheritdoc/>
    public override string? Format(int row)
    {
        T value = Values.Span[row];
        return IsMissingValue(value) ? null : FormatValue(value);
    }

    /// <inheritdoc/>
    public override bool TryCountValues(int maximumDistinct, [NotNullWhen(true)] out Dictionary<string, long>? counts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumDistinct, 1);
        counts = null;
        // Counted by value and formatted at the end: formatting a million integers would cost more than everything else.
        var byValue = new Dictionary<Key, long>();
        foreach (T value in Values.Span)
        {
            if (IsMissingValue(value)) continue;
            CollectionsMarshal.GetValueRefOrAddDefault(byValue, new Key(value), out _)++;
            if (byValue.Count > maximumDistinct) return false;
        }
        counts = new Dictionary<string, long>(byValue.Count, StringComparer.Ordinal);
        foreach ((Key key, long count) in byValue)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, FormatValue(key.Value), out _) += count;
        }
        return true;
    }

    internal abstract bool IsMissingValue(T value);

    internal abstract string FormatValue(T value);

    internal virtual double ToNumber(T value) => double.NaN;

    internal virtual long ToInteger(T value) => throw new InvalidOperationException($"Column '{Name}' holds no integers.");

    internal override double NumberAt(int row)
    {
        T value = Values.Span[row];
        return IsMissingValue(value) ? double.NaN : ToNumber(value);
    }

    internal override int ReadNumbers(int start, int length, Span<double> destination)
    {
        int written = 0;
        foreach (T value in Values.Span.Slice(start, length))
        {
            if (!IsMissingValue(value)) destination[written++] = ToNumber(value);
        }
        return written;
    }

    internal override int ReadIntegers(int start, int length, Span<long> destination)
    {
        int written = 0;
        foreach (T value in Values.Span.Slice(start, length))
        {
            if (!IsMissingValue(value)) destination[written++] = ToInteger(value);
        }
        return written;
    }

    internal override long CountRepeated(int maximumRows, List<int> rows)
    {
        var seen = new HashSet<T>();
        ReadOnlySpan<T> values = Values.Span;
        long repeated = 0;
        for (int row = 0; row < values.Length; row++)
        {
            if (IsMissingValue(values[row]) || seen.Add(values[row])) continue;
            if (repeated++ < maximumRows) rows.Add(row);
        }
        return repeated;
    }

    private protected override int CountMissing()
    {
        int missing = 0;
        foreach (T value in Values.Span)
        {
            if (IsMissingValue(value)) missing++;
        }
        return missing;
    }

    // A dictionary refuses null keys by type; the wrapper costs nothing and lets T be a nullable.
    private readonly record struct Key(T Value);
}
