namespace Lifecycle.Sdk.Evaluation;

/// <summary>True labels as column numbers of a row-major matrix of scores.</summary>
internal sealed class ClassColumns
{
    private readonly int[] _columnOfRow;

    private ClassColumns(int[] columnOfRow, int count)
    {
        _columnOfRow = columnOfRow;
        Count = count;
    }

    internal int Count { get; }

    internal ReadOnlySpan<int> ColumnOfRow => _columnOfRow;

    internal static ClassColumns Read(ReadOnlySpan<int> truth, ReadOnlySpan<double> matrix, ReadOnlySpan<int> labels, string name)
    {
        if (truth.IsEmpty)
            throw new ArgumentException("There are no rows: a metric needs at least one.", nameof(truth));
        int[] columns = labels.IsEmpty ? Distinct(truth) : labels.ToArray();
        if (columns.Length < 2)
        {
            throw new UndefinedMetricException(
                $"The truth holds one label only ({columns[0]}), which does not say what the classes are; pass the labels.", nameof(truth));
        }

        if (matrix.Length != (long)truth.Length * columns.Length)
        {
            throw new ArgumentException(
                $"'{name}' holds {matrix.Length} values, but {truth.Length} rows of {columns.Length} classes need "
                + $"{(long)truth.Length * columns.Length}; if a class does not occur in the truth, pass the labels.",
                name);
        }

        var positions = new Dictionary<int, int>(columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            if (!positions.TryAdd(columns[i], i))
                throw new ArgumentException($"The label {columns[i]} stands twice in the labels.", nameof(labels));
        }

        var columnOfRow = new int[truth.Length];
        for (var i = 0; i < truth.Length; i++)
        {
            if (!positions.TryGetValue(truth[i], out columnOfRow[i]))
                throw new ArgumentException($"The truth at position {i} is {truth[i]}, which is not one of the labels.", nameof(truth));
        }

        return new ClassColumns(columnOfRow, columns.Length);
    }

    /// <summary>The distinct labels, sorted.</summary>
    internal static int[] Distinct(ReadOnlySpan<int> labels)
    {
        var seen = new HashSet<int>();
        foreach (var label in labels)
        {
            if (seen.Add(label) && seen.Count > ConfusionMatrix.MaxClasses)
                throw new ArgumentException(
                    $"The labels hold more than {ConfusionMatrix.MaxClasses} classes; is this a continuous target?", nameof(labels));
        }

        return [.. seen.Order()];
    }

    /// <summary>
    /// Class <paramref name="positive"/> against one other class, or against all rows when there is none, by its own column.
    /// </summary>
    internal (bool[] Truth, double[] Scores) Against(ReadOnlySpan<double> matrix, int positive, int? other)
    {
        var truth = new List<bool>();
        var scores = new List<double>();
        for (var row = 0; row < _columnOfRow.Length; row++)
        {
            if (other is null || _columnOfRow[row] == positive || _columnOfRow[row] == other)
            {
                truth.Add(_columnOfRow[row] == positive);
                scores.Add(matrix[(row * Count) + positive]);
            }
        }

        return ([.. truth], [.. scores]);
    }
}
