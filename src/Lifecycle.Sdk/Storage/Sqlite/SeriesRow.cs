using System.Buffers.Binary;

namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// A series' summary as a row: steps and times as integers; values as REAL, in which NaN is NULL and the sign of zero is lost, for people
/// and searches; and all doubles once more bit for bit in the blob <c>exact</c>: first, last, min, max, sum and the sum's low part.
/// </summary>
internal static class SeriesRow
{
    /// <summary>The columns in the order that <see cref="TryRead"/> takes them.</summary>
    public const string Columns = "name, count, nan_count, first_step, first_ms, last_step, last_ms, min_step, min_ms, max_step, "
        + "max_ms, exact";

    private const int ExactLength = 6 * sizeof(double);

    /// <summary>Reads the summary of a series that has points.</summary>
    /// <returns>Null if the row is damaged or no point counts.</returns>
    public static MetricSummaryBuilder? TryRead(SqliteStatement row, int column)
    {
        var exact = row.Blob(column + 11);
        var (count, nans) = (row.Int64(column + 1), row.Int64(column + 2));
        if (exact.Length != ExactLength || count < 1 || nans < 0 || nans > count) return null;
        return MetricSummaryBuilder.Restore(
            count,
            nans,
            PointAt(row, column + 3, exact, 0),
            PointAt(row, column + 5, exact, 1),
            nans == count ? null : PointAt(row, column + 7, exact, 2),
            nans == count ? null : PointAt(row, column + 9, exact, 3),
            DoubleAt(exact, 4),
            DoubleAt(exact, 5));
    }

    /// <summary>Binds all columns from <c>count</c> to <c>exact</c>.</summary>
    public static void Bind(SqliteStatement statement, int index, MetricSummaryBuilder summary)
    {
        statement.Bind(index, summary.Count).Bind(index + 1, summary.NaNCount);
        Span<byte> exact = stackalloc byte[ExactLength];
        exact.Clear();
        var hasPoints = summary.Count > 0;
        BindPoint(statement, index + 2, hasPoints ? summary.First : null, exact);
        BindPoint(statement, index + 5, hasPoints ? summary.Last : null, exact[8..]);
        BindPoint(statement, index + 8, summary.Min, exact[16..]);
        BindPoint(statement, index + 11, summary.Max, exact[24..]);
        BinaryPrimitives.WriteDoubleLittleEndian(exact[32..], summary.Sum);
        BinaryPrimitives.WriteDoubleLittleEndian(exact[40..], summary.SumLow);
        statement.Bind(index + 14, summary.Sum);
        statement.Bind(index + 15, hasPoints ? summary.Build("").Mean : double.NaN);
        statement.Bind(index + 16, exact);
    }

    private static void BindPoint(SqliteStatement statement, int index, MetricPoint? point, Span<byte> exact)
    {
        if (point is not { } known)
        {
            statement.BindNull(index).BindNull(index + 1).BindNull(index + 2);
            return;
        }

        statement.Bind(index, known.Step).Bind(index + 1, known.UnixTimeMilliseconds).Bind(index + 2, known.Value);
        BinaryPrimitives.WriteDoubleLittleEndian(exact, known.Value);
    }

    private static MetricPoint PointAt(SqliteStatement row, int column, ReadOnlySpan<byte> exact, int position) =>
        new(row.Int64(column), row.Int64(column + 1), DoubleAt(exact, position));

    private static double DoubleAt(ReadOnlySpan<byte> exact, int position) =>
        BinaryPrimitives.ReadDoubleLittleEndian(exact[(position * sizeof(double))..]);
}
