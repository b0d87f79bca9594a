using System.Globalization;
using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Quality;

/// <summary>
/// How many distinct values and which are frequent, counted by the value itself and turned into text only for the report.
/// </summary>
internal abstract class ValueSketch(HyperLogLog distinct)
{
    protected const int Capacity = 256;

    public HyperLogLog Distinct { get; } = distinct;

    /// <summary>The number of distinct values when all of them are counted one by one, else null.</summary>
    public abstract long? ExactDistinct { get; }

    public static ValueSketch Empty(ColumnKind kind) => kind switch
    {
        ColumnKind.Text => new TextValueSketch(new HyperLogLog(), new TopKSketch<string>(Capacity)),
        ColumnKind.Number => new NumberValueSketch(new HyperLogLog(), new TopKSketch<double>(Capacity)),
        _ => new IntegerValueSketch(new HyperLogLog(), new TopKSketch<long>(Capacity), kind),
    };

    public static ValueSketch Read(ColumnKind kind, HyperLogLog distinct, byte[] frequent) => kind switch
    {
        ColumnKind.Text => new TextValueSketch(distinct, TopKSketch<string>.Read(frequent)),
        ColumnKind.Number => new NumberValueSketch(distinct, TopKSketch<double>.Read(frequent)),
        _ => new IntegerValueSketch(distinct, TopKSketch<long>.Read(frequent), kind),
    };

    /// <summary>Takes in some rows of a numeric column, whose present numbers were already read.</summary>
    public abstract void Take(Column column, int row, int rows, ReadOnlySpan<double> present);

    public abstract ValueSketch Merge(ValueSketch other);

    public abstract byte[] FrequentToArray();

    public abstract IReadOnlyList<ValueCount> Top(int k);

    protected static HyperLogLog Union(HyperLogLog first, HyperLogLog second)
    {
        HyperLogLog union = HyperLogLog.Read(first.ToArray());
        union.Merge(second);
        return union;
    }
}

internal abstract class ValueSketch<T>(HyperLogLog distinct, TopKSketch<T> frequent) : ValueSketch(distinct)
    where T : notnull
{
    public override long? ExactDistinct => Frequent.MaximumError == 0 ? Frequent.Top(int.MaxValue).Count : null;

    protected TopKSketch<T> Frequent { get; } = frequent;

    public override byte[] FrequentToArray() => Frequent.ToArray();

    public override IReadOnlyList<ValueCount> Top(int k) =>
        [.. Frequent.Top(k).Select(item => new ValueCount(Format(item.Item), item.LowerBound, item.UpperBound))];

    public override ValueSketch Merge(ValueSketch other)
    {
        var typed = (ValueSketch<T>)other;
        TopKSketch<T> frequent = TopKSketch<T>.Read(Frequent.ToArray());
        frequent.Merge(typed.Frequent);
        return With(Union(Distinct, typed.Distinct), frequent);
    }

    protected abstract string Format(T value);

    protected abstract ValueSketch With(HyperLogLog distinct, TopKSketch<T> frequent);
}

internal sealed class TextValueSketch(HyperLogLog distinct, TopKSketch<string> frequent) : ValueSketch<string>(distinct, frequent)
{
    public void Take(string value)
    {
        Distinct.Update(value);
        Frequent.Update(value);
    }

    public override void Take(Column column, int row, int rows, ReadOnlySpan<double> present) =>
        throw new InvalidOperationException("Text has no numbers.");

    protected override string Format(string value) => value;

    protected override ValueSketch With(HyperLogLog distinct, TopKSketch<string> frequent) => new TextValueSketch(distinct, frequent);
}

internal sealed class NumberValueSketch(HyperLogLog distinct, TopKSketch<double> frequent) : ValueSketch<double>(distinct, frequent)
{
    public override void Take(Column column, int row, int rows, ReadOnlySpan<double> present)
    {
        Distinct.Update(present);
        Frequent.Update(present);
    }

    protected override string Format(double value) => (value + 0.0).ToString(CultureInfo.InvariantCulture);

    protected override ValueSketch With(HyperLogLog distinct, TopKSketch<double> frequent) => new NumberValueSketch(distinct, frequent);
}

/// <summary>Integers and Booleans, exactly: as doubles, identifiers beyond 2^53 would fall together.</summary>
internal sealed class IntegerValueSketch(HyperLogLog distinct, TopKSketch<long> frequent, ColumnKind kind)
    : ValueSketch<long>(distinct, frequent)
{
    private long[] _integers = [];

    public override void Take(Column column, int row, int rows, ReadOnlySpan<double> present)
    {
        if (_integers.Length < rows) _integers = new long[rows];
        foreach (long value in _integers.AsSpan(0, column.ReadIntegers(row, rows, _integers)))
        {
            Distinct.Update(value);
            Frequent.Update(value);
        }
    }

    protected override string Format(long value) =>
        kind != ColumnKind.Boolean ? value.ToString(CultureInfo.InvariantCulture) : value != 0 ? "true" : "false";

    protected override ValueSketch With(HyperLogLog distinct, TopKSketch<long> frequent) =>
        new IntegerValueSketch(distinct, frequent, kind);
}
