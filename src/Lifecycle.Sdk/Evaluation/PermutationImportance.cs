using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>Predicts every row of a matrix.</summary>
/// <typeparam name="TPrediction">The type of a prediction.</typeparam>
/// <param name="features">The features, row by row.</param>
/// <param name="predicted">Where to write one prediction per row.</param>
public delegate void MatrixPredictor<TPrediction>(ReadOnlySpan<double> features, Span<TPrediction> predicted);

/// <summary>
/// How much a model's score suffers when one feature is shuffled among the rows, so that it says nothing about them any more.
/// Correlated features share their importance: each may look dispensable because the other still tells.
/// </summary>
/// <remarks>Sources: Breiman, "Random forests", Machine Learning 45 (2001); Fisher, Rudin and Dominici, JMLR 20 (2019).</remarks>
public static class PermutationImportance
{
    /// <summary>
    /// Computes the importance of every column: base score minus score with the column shuffled (the other way round where lower is
    /// better), so that important columns are above zero. Calls the predictor 1 + columns · repeats times, on this thread;
    /// O(rows · columns) memory, for one copy of the features.
    /// </summary>
    /// <param name="features">The features, row by row: rows · columns values. NaN is passed to the predictor as it is.</param>
    /// <param name="columns">The number of columns, at least 1.</param>
    /// <param name="truth">The true value of each row; best of rows that the model was not trained on.</param>
    /// <param name="predict">The model.</param>
    /// <param name="score">The metric.</param>
    /// <param name="direction">Which way the metric improves.</param>
    /// <param name="repeats">How often each column is shuffled, at least 1. Default: 5.</param>
    /// <param name="seed">Decides the shuffles; the same seed gives the same result. Default: 0.</param>
    /// <exception cref="ArgumentException">No rows, or the features do not fill a matrix of these rows and columns.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Columns or repeats are below 1.</exception>
    public static PermutationImportanceResult Compute<TTruth, TPrediction>(
        ReadOnlySpan<double> features,
        int columns,
        ReadOnlySpan<TTruth> truth,
        MatrixPredictor<TPrediction> predict,
        ScoreFunction<TTruth, TPrediction> score,
        MetricDirection direction = MetricDirection.HigherIsBetter,
        int repeats = 5,
        ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        var order = new int[truth.Length];
        var random = new SplitMix64(seed);
        return Compute(features, columns, truth, predict, score, direction, repeats, (_, _) =>
        {
            for (var i = 0; i < order.Length; i++)
                order[i] = i;
            random.Shuffle(order.AsSpan());
            return order;
        });
    }

    /// <summary>The same with given permutations: row i gets the value of row permutation(column, repeat)[i].</summary>
    internal static PermutationImportanceResult Compute<TTruth, TPrediction>(
        ReadOnlySpan<double> features,
        int columns,
        ReadOnlySpan<TTruth> truth,
        MatrixPredictor<TPrediction> predict,
        ScoreFunction<TTruth, TPrediction> score,
        MetricDirection direction,
        int repeats,
        Func<int, int, int[]> permutation)
    {
        ArgumentNullException.ThrowIfNull(predict);
        ArgumentNullException.ThrowIfNull(score);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (truth.IsEmpty)
            throw new ArgumentException("There are no rows: a metric needs at least one.", nameof(truth));
        if (features.Length != (long)truth.Length * columns)
        {
            throw new ArgumentException(
                $"'features' holds {features.Length} values, but {truth.Length} rows of {columns} columns "
                + $"need {(long)truth.Length * columns}.",
                nameof(features));
        }

        var predicted = new TPrediction[truth.Length];
        var matrix = features.ToArray();
        predict(matrix, predicted);
        var baseScore = score(truth, predicted);
        var result = new FeatureImportance[columns];
        for (var column = 0; column < columns; column++)
        {
            var drops = new double[repeats];
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                var rows = permutation(column, repeat);
                for (var row = 0; row < rows.Length; row++)
                    matrix[(row * columns) + column] = features[(rows[row] * columns) + column];
                predict(matrix, predicted);
                var permuted = score(truth, predicted);
                drops[repeat] = direction == MetricDirection.LowerIsBetter ? permuted - baseScore : baseScore - permuted;
            }

            for (var row = 0; row < truth.Length; row++)
                matrix[(row * columns) + column] = features[(row * columns) + column];
            result[column] = FeatureImportance.Of(drops);
        }

        return new PermutationImportanceResult(baseScore, result);
    }
}

/// <summary>The importance of all columns.</summary>
/// <param name="BaseScore">The score with the features as they are.</param>
/// <param name="Features">The importance of each column, in the order of the columns.</param>
public sealed record PermutationImportanceResult(double BaseScore, IReadOnlyList<FeatureImportance> Features);

/// <summary>The importance of one column, in the unit of the metric.</summary>
/// <param name="Mean">The mean over the repeats; around zero for a column that does not matter, and below by chance.</param>
/// <param name="StandardDeviation">The population standard deviation over the repeats.</param>
/// <param name="Repeats">Each repeat.</param>
public sealed record FeatureImportance(double Mean, double StandardDeviation, IReadOnlyList<double> Repeats)
{
    internal static FeatureImportance Of(double[] drops)
    {
        var mean = drops.Average();
        return new FeatureImportance(mean, Math.Sqrt(drops.Average(drop => (drop - mean) * (drop - mean))), drops);
    }
}
