namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// A metric of predictions against the truth, such as <c>(y, f) => RegressionMetrics.MeanAbsoluteError(y, f)</c>. It must not keep
/// the spans, and may be called from several threads only where the caller says so.
/// </summary>
/// <typeparam name="TTruth">The type of a true value: int for labels, bool for binary outcomes, double for numbers.</typeparam>
/// <typeparam name="TPrediction">The type of a prediction: int for labels, double for scores, probabilities and numbers.</typeparam>
/// <param name="truth">The true values.</param>
/// <param name="predicted">The predictions, row by row.</param>
/// <returns>The metric; NaN, or an <see cref="UndefinedMetricException"/>, where these rows do not define it.</returns>
public delegate double ScoreFunction<TTruth, TPrediction>(ReadOnlySpan<TTruth> truth, ReadOnlySpan<TPrediction> predicted);
