namespace Lifecycle.Sdk.Evaluation;

/// <content>How much better than a constant the predictions are.</content>
public static partial class RegressionMetrics
{
    /// <summary>
    /// The coefficient of determination, 1 - Σ(y - f)² / Σ(y - ȳ)²: 1 is perfect, 0 is as good as predicting the mean, negative is worse.
    /// For constant y it is 1 when every prediction is exact, else 0, as in scikit-learn; NaN for a single row.
    /// </summary>
    /// <remarks>Source: Draper and Smith, "Applied Regression Analysis", 3rd edition (1998), section 1.3.</remarks>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    public static double R2(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        if (truth.Length < 2)
            return double.NaN;
        return Explained(
            truth, weights, Mean(truth, predicted, weights, default(Squared)), Mean(truth, truth, weights, MeanOf(truth, weights)));
    }

    /// <summary>
    /// The explained variance, 1 - Var(y - f) / Var(y): like <see cref="R2"/>, but blind to a constant offset of the predictions.
    /// For constant y it is 1 when the error is constant too, else 0, as in scikit-learn.
    /// </summary>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    public static double ExplainedVariance(
        ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        var offset = Mean(truth, predicted, weights, default(Difference));
        return Explained(
            truth,
            weights,
            Mean(truth, predicted, weights, new SquaredDifferenceFrom(offset)),
            Mean(truth, truth, weights, MeanOf(truth, weights)));
    }

    /// <summary>
    /// 1 - mean|y - f| / mean|y - median(y)|: the share of absolute deviance explained. 1 is perfect, 0 is as good as predicting the
    /// median. For constant y it is 1 when every prediction is exact, else 0; NaN for a single row. O(n) by radix sort.
    /// </summary>
    /// <remarks>Source: Hastie, Tibshirani and Wainwright, "Statistical Learning with Sparsity" (2015), section 3.2 (D²).</remarks>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    public static double D2AbsoluteError(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        if (truth.Length < 2)
            return double.NaN;
        var median = WeightedMedian.Of(truth, weights);
        return Explained(
            truth, weights, Mean(truth, predicted, weights, default(Absolute)), Mean(truth, truth, weights, new AbsoluteFrom(median)));
    }

    // The mean in two doubles: of values far from zero and close together, one double would lose as much as their spread.
    private static SquaredFrom MeanOf(ReadOnlySpan<double> truth, ReadOnlySpan<double> weights)
    {
        var mean = Mean(truth, truth, weights, default(Truth));
        return new SquaredFrom(mean, Mean(truth, truth, weights, new DeviationFrom(mean)));
    }

    private static double Explained(ReadOnlySpan<double> truth, ReadOnlySpan<double> weights, double unexplained, double total)
    {
        if (total == 0 || IsConstant(truth, weights))
            return unexplained == 0 ? 1 : 0;
        return 1 - (unexplained / total);
    }

    /// <summary>The mean of equal values may be off by one rounding, which would leave a spread that is nothing but noise.</summary>
    private static bool IsConstant(ReadOnlySpan<double> truth, ReadOnlySpan<double> weights)
    {
        double? first = null;
        for (var i = 0; i < truth.Length; i++)
        {
            if (!weights.IsEmpty && weights[i] == 0)
                continue;
            first ??= truth[i];
            if (truth[i] != first)
                return false;
        }

        return true;
    }

    private readonly struct Truth : ILoss
    {
        public double Of(double truth, double predicted) => truth;
    }

    private readonly struct Difference : ILoss
    {
        public double Of(double truth, double predicted) => truth - predicted;
    }

    private readonly struct DeviationFrom(double center) : ILoss
    {
        public double Of(double truth, double predicted) => truth - center;
    }

    private readonly struct SquaredFrom(double center, double rest) : ILoss
    {
        public double Of(double truth, double predicted) => (truth - center - rest) * (truth - center - rest);
    }

    private readonly struct AbsoluteFrom(double center) : ILoss
    {
        public double Of(double truth, double predicted) => Math.Abs(truth - center);
    }

    private readonly struct SquaredDifferenceFrom(double center) : ILoss
    {
        public double Of(double truth, double predicted) => (truth - predicted - center) * (truth - predicted - center);
    }
}
