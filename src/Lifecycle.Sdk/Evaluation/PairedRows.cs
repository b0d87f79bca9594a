namespace Lifecycle.Sdk.Evaluation;

/// <summary>Rows of truth and prediction that can be scored again with repetitions or omissions, without allocating each time.</summary>
internal sealed class PairedRows<TTruth, TPrediction>(TTruth[] truth, TPrediction[] predicted, ScoreFunction<TTruth, TPrediction> score)
{
    private readonly TTruth[] _truth = new TTruth[truth.Length];
    private readonly TPrediction[] _predicted = new TPrediction[truth.Length];

    /// <summary>The metric of these rows, or NaN where they do not define it.</summary>
    internal double Score(ReadOnlySpan<int> rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            _truth[i] = truth[rows[i]];
            _predicted[i] = predicted[rows[i]];
        }

        return Defined(score, _truth.AsSpan(0, rows.Length), _predicted.AsSpan(0, rows.Length));
    }

    /// <summary>
    /// Resampling meets rows that define nothing as a matter of course, so that one exception becomes NaN, which is counted.
    /// </summary>
    internal static double Defined(
        ScoreFunction<TTruth, TPrediction> score, ReadOnlySpan<TTruth> truth, ReadOnlySpan<TPrediction> predicted)
    {
        try
        {
            return score(truth, predicted);
        }
        catch (UndefinedMetricException)
        {
            return double.NaN;
        }
    }
}
