using Lifecycle.Sdk.Quality;
using Xunit;

namespace Lifecycle.Sdk.Tests.Quality;

public sealed class ColumnTests
{
    [Fact]
    public void A_column_is_a_view_and_copies_nothing()
    {
        double[] values = [1, 2, 3];
        Column<double> column = Column.Of("x", values);
        values[1] = 20;
        Assert.Equal("20", column.Format(1));
        Assert.Equal(typeof(double), column.ElementType);
    }

    [Fact]
    public void NaN_and_null_are_missing_and_nothing_else_is()
    {
        AssertMissing(
            Column.Of("x", new[] { 1, double.NaN, double.PositiveInfinity }), "double", ColumnKind.Number, [1, double.PositiveInfinity]);
        AssertMissing(Column.Of("x", new[] { 1, float.NaN, -2 }), "float", ColumnKind.Number, [1, -2]);
        AssertMissing(Column.Of("x", new double?[] { 1, double.NaN, null }), "double?", ColumnKind.Number, [1]);
        AssertMissing(Column.Of("x", new float?[] { 1, null, 2.5f }), "float?", ColumnKind.Number, [1, 2.5]);
        AssertMissing(Column.Of("x", new decimal?[] { 1, null, 2.5m }), "decimal?", ColumnKind.Number, [1, 2.5]);
        AssertMissing(Column.Of("x", new int?[] { 1, null, -7 }), "int32?", ColumnKind.Integer, [1, -7]);
        AssertMissing(Column.Of("x", new long?[] { 1, null, -7 }), "int64?", ColumnKind.Integer, [1, -7]);
        AssertMissing(Column.Of("x", new bool?[] { true, null, false }), "bool?", ColumnKind.Boolean, [1, 0]);
        AssertMissing(Column.Of("x", new byte[] { 1, 0, 255 }), "byte", ColumnKind.Integer, [1, 0, 255]);
        AssertMissing(Column.Of("x", new short[] { 1, 0, -5 }), "int16", ColumnKind.Integer, [1, 0, -5]);
        AssertMissing(Column.Of("x", new[] { 1, 0, -5 }), "int32", ColumnKind.Integer, [1, 0, -5]);
        AssertMissing(Column.Of("x", new[] { 1L, 0, -5 }), "int64", ColumnKind.Integer, [1, 0, -5]);
        AssertMissing(Column.Of("x", new[] { 1m, 0, -5 }), "decimal", ColumnKind.Number, [1, 0, -5]);
        AssertMissing(Column.Of("x", new[] { true, false, true }), "bool", ColumnKind.Boolean, [1, 0, 1]);
        Column<string?> text = Column.Of("x", new[] { "a", null, "" });
        Assert.Equal(1, text.MissingCount);
        Assert.True(text.IsMissing(1) && !text.IsMissing(2));
        Assert.Null(text.Format(1));
    }

    [Fact]
    public void Text_is_not_read_as_numbers_and_a_short_destination_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Column.Of("x", new string?[] { "1" }).CopyNumbersTo(new double[1]));
        Assert.Throws<ArgumentException>(() => Column.Of("x", new[] { 1, 2, 3 }).CopyNumbersTo(new double[2]));
        Assert.Equal(2, Column.Of("x", new[] { 1, double.NaN, 3 }).CopyNumbersTo(new double[2]));
    }

    [Fact]
    public void Values_are_counted_unless_there_are_too_many()
    {
        Column column = Column.Of("x", new[] { 2.0, 1, 2, double.NaN, -0.0, 0.0 });
        Assert.True(column.TryCountValues(3, out Dictionary<string, long>? counts));
        Assert.Equal([("0", 2L), ("1", 1L), ("2", 2L)], counts.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key));
        Assert.False(column.TryCountValues(2, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => column.TryCountValues(0, out _));
    }

    [Fact]
    public void A_table_refuses_duplicate_names_and_unequal_lengths()
    {
        Assert.Throws<ArgumentException>(() => Column.Of(" ", new double[1]));
        Assert.Throws<ArgumentException>(() => new Table(Column.Of("a", new double[2]), Column.Of("a", new int[2])));
        Assert.Contains("'b' has 3 rows", Assert.Throws<ArgumentException>(
            () => new Table(Column.Of("a", new double[2]), Column.Of("b", new int[3]))).Message, StringComparison.Ordinal);
        var table = new Table(Column.Of("a", new double[2]), Column.Of("b", new int[2]));
        Assert.Equal((2, 2), (table.RowCount, table.Count));
        Assert.Equal("b", table["b"].Name);
        Assert.Contains("'a', 'b'", Assert.Throws<KeyNotFoundException>(() => table["c"]).Message, StringComparison.Ordinal);
        Assert.Equal(0, new Table().RowCount);
    }

    private static void AssertMissing(Column column, string typeName, ColumnKind kind, double[] present)
    {
        Assert.Equal((typeName, kind), (column.TypeName, column.Kind));
        Assert.Equal(column.Length - present.Length, column.MissingCount);
        double[] numbers = new double[column.Length];
        Assert.Equal(present, numbers[..column.CopyNumbersTo(numbers)]);
    }
}
