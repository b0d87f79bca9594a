namespace Lifecycle.Sdk.Evaluation;

/// <summary>One split of the rows into those to train on and those to test on.</summary>
/// <param name="Train">Row numbers to train on, rising.</param>
/// <param name="Test">Row numbers to test on, rising; none of them is in <paramref name="Train"/>.</param>
public sealed record Fold(IReadOnlyList<int> Train, IReadOnlyList<int> Test)
{
    /// <summary>Takes the training rows out of a column.</summary>
    /// <exception cref="ArgumentException">The column is too short for the row numbers.</exception>
    public T[] TrainRows<T>(ReadOnlySpan<T> column) => Take(column, Train);

    /// <summary>Takes the test rows out of a column.</summary>
    /// <exception cref="ArgumentException">The column is too short for the row numbers.</exception>
    public T[] TestRows<T>(ReadOnlySpan<T> column) => Take(column, Test);

    private static T[] Take<T>(ReadOnlySpan<T> column, IReadOnlyList<int> rows)
    {
        var taken = new T[rows.Count];
        for (var i = 0; i < taken.Length; i++)
        {
            if ((uint)rows[i] >= (uint)column.Length)
                throw new ArgumentException($"The column has {column.Length} rows, but the split asks for row {rows[i]}.", nameof(column));
            taken[i] = column[rows[i]];
        }

        return taken;
    }
}
