using System.Globalization;
using System.Text.Json.Serialization;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// How often each class was predicted as each class: rows are the truth, columns the prediction, cells are counts or sums of weights.
/// The labels are sorted: integers by value, strings by ordinal. Immutable, and safe to share between threads.
/// </summary>
/// <remarks>Source: Kohavi and Provost, "Glossary of terms", Machine Learning 30 (1998).</remarks>
public sealed class ConfusionMatrix
{
    /// <summary>More classes than this are refused: most likely a continuous target was passed as labels.</summary>
    public const int MaxClasses = 4096;

    private readonly double[] _cells;
    private readonly double[] _trueTotals;
    private readonly double[] _predictedTotals;

    private ConfusionMatrix(string[] labels, double[] cells)
    {
        var k = labels.Length;
        Labels = labels;
        _cells = cells;
        _trueTotals = new double[k];
        _predictedTotals = new double[k];
        for (var i = 0; i < k; i++)
        {
            for (var j = 0; j < k; j++)
            {
                var cell = cells[(i * k) + j];
                _trueTotals[i] += cell;
                _predictedTotals[j] += cell;
                Total += cell;
                Correct += i == j ? cell : 0;
            }
        }
    }

    /// <summary>Creates a matrix from cells that were counted elsewhere, or read from JSON.</summary>
    /// <param name="labels">The distinct labels, in the order of rows and columns.</param>
    /// <param name="counts">One row per true class, one column per predicted class; finite, not negative, not all zero.</param>
    /// <exception cref="ArgumentException">The matrix is empty, not square, or holds a cell or label that breaks these rules.</exception>
    [JsonConstructor]
    public ConfusionMatrix(IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<double>> counts)
        : this(CheckLabels(labels), Flatten(labels.Count, counts))
    {
        if (Total == 0)
            throw new ArgumentException("All cells are zero: a confusion matrix needs at least one row of data.", nameof(counts));
    }

    /// <summary>The labels in the order of rows and columns.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The cells, one list per true class.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Counts => Normalize(ConfusionNormalization.None);

    /// <summary>The number of classes.</summary>
    [JsonIgnore]
    public int ClassCount => Labels.Count;

    /// <summary>The sum of all cells: the number of rows, or the sum of their weights.</summary>
    [JsonIgnore]
    public double Total { get; }

    /// <summary>The sum of the diagonal.</summary>
    [JsonIgnore]
    public double Correct { get; }

    /// <summary>
    /// The count of rows of true class <paramref name="truth"/> that were predicted as <paramref name="predicted"/> (positions in <see
    /// cref="Labels"/>).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A position is outside the labels.</exception>
    public double this[int truth, int predicted]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)truth, (uint)ClassCount, nameof(truth));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)predicted, (uint)ClassCount, nameof(predicted));
            return _cells[(truth * ClassCount) + predicted];
        }
    }

    /// <summary>Counts integer labels. O(n) for labels within a range of 512, else O(n) with a dictionary.</summary>
    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels, row by row.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentException">
    /// No rows, unequal lengths, a weight that is negative or not finite, or more than <see cref="MaxClasses"/> classes.
    /// </exception>
    public static ConfusionMatrix Compute(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights = default)
    {
        InputRules.Rows(truth.Length, predicted.Length, nameof(predicted));
        InputRules.Weights(weights, truth.Length);
        return ConfusionCounter.Count(truth, predicted, weights);
    }

    /// <summary>Counts string labels, compared by ordinal. O(n) with a dictionary.</summary>
    /// <inheritdoc cref="Compute(ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{double})"/>
    public static ConfusionMatrix Compute(
        ReadOnlySpan<string> truth, ReadOnlySpan<string> predicted, ReadOnlySpan<double> weights = default)
    {
        InputRules.Rows(truth.Length, predicted.Length, nameof(predicted));
        InputRules.Weights(weights, truth.Length);
        return ConfusionCounter.Count(truth, predicted, weights);
    }

    /// <summary>Counts Boolean labels; they are named <c>0</c> and <c>1</c>, and both are always present.</summary>
    /// <inheritdoc cref="Compute(ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{double})"/>
    public static ConfusionMatrix Compute(ReadOnlySpan<bool> truth, ReadOnlySpan<bool> predicted, ReadOnlySpan<double> weights = default)
    {
        InputRules.Rows(truth.Length, predicted.Length, nameof(predicted));
        InputRules.Weights(weights, truth.Length);
        return ConfusionCounter.Count(truth, predicted, weights);
    }

    /// <summary>Takes over cells, row by row, that were counted with these labels.</summary>
    internal static ConfusionMatrix FromCells(string[] labels, double[] cells) => new(labels, cells);

    /// <summary>The position of a label, or -1.</summary>
    public int IndexOf(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        for (var i = 0; i < Labels.Count; i++)
        {
            if (string.Equals(Labels[i], label, StringComparison.Ordinal))
                return i;
        }

        return -1;
    }

    /// <summary>The rows whose true class is at this position (the support).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the labels.</exception>
    public double TrueTotal(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)ClassCount, nameof(position));
        return _trueTotals[position];
    }

    /// <summary>The rows that were predicted as the class at this position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside the labels.</exception>
    public double PredictedTotal(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)ClassCount, nameof(position));
        return _predictedTotals[position];
    }

    /// <summary>The cells as shares in [0, 1]. A row or column without any data stays at zero, as there is nothing to share out.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Normalize(ConfusionNormalization normalization)
    {
        var k = ClassCount;
        var rows = new double[k][];
        for (var i = 0; i < k; i++)
        {
            rows[i] = new double[k];
            for (var j = 0; j < k; j++)
            {
                var divisor = normalization switch
                {
                    ConfusionNormalization.None => 1,
                    ConfusionNormalization.True => _trueTotals[i],
                    ConfusionNormalization.Predicted => _predictedTotals[j],
                    ConfusionNormalization.All => Total,
                    _ => throw new ArgumentOutOfRangeException(nameof(normalization), normalization, "Unknown normalization."),
                };
                rows[i][j] = divisor == 0 ? 0 : _cells[(i * k) + j] / divisor;
            }
        }

        return rows;
    }

    /// <summary>The matrix as aligned text: one line per true class.</summary>
    public override string ToString()
    {
        var table = new TextTable(["truth \\ predicted", .. Labels]);
        for (var i = 0; i < ClassCount; i++)
            table.Add([Labels[i], .. Enumerable.Range(0, ClassCount).Select(
                j => this[i, j].ToString("0.####", CultureInfo.InvariantCulture))]);
        return table.ToString();
    }

    private static string[] CheckLabels(IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count is 0 or > MaxClasses)
            throw new ArgumentException($"A confusion matrix has 1 to {MaxClasses} labels, not {labels.Count}.", nameof(labels));
        if (labels.Any(label => label is null) || labels.Distinct(StringComparer.Ordinal).Count() != labels.Count)
            throw new ArgumentException("Labels must be distinct and not null.", nameof(labels));
        return [.. labels];
    }

    private static double[] Flatten(int k, IReadOnlyList<IReadOnlyList<double>> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count != k || counts.Any(row => row is null || row.Count != k))
            throw new ArgumentException($"A confusion matrix of {k} labels needs {k} rows of {k} cells.", nameof(counts));
        double[] cells = [.. counts.SelectMany(row => row)];
        if (Array.Exists(cells, cell => !(cell >= 0) || double.IsInfinity(cell)))
            throw new ArgumentException("Cells must be finite and not negative.", nameof(counts));
        return cells;
    }
}
