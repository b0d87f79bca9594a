namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// Metrics of predicted numbers against true numbers, with and without weights. Errors are in the unit of the target unless stated
/// otherwise; 0 is perfect for errors, 1 for shares of what is explained. Pure functions, safe to call from any thread, O(n) unless
/// stated otherwise; sums carry what rounding takes away.
/// </summary>
/// <remarks>
/// Source of the definitions: Hyndman and Koehler, "Another look at measures of forecast accuracy", International Journal of
/// Forecasting 22 (2006); the numbers equal scikit-learn's. All functions throw <see cref="ArgumentException"/> for no rows, unequal
/// lengths, NaN, and weights that are negative, not finite or all zero. Infinite values are computed with: the result is then
/// infinite, or NaN where it does not exist.
/// </remarks>
public static partial class RegressionMetrics
{
    // scikit-learn's floor of a true value in a percentage: one rounding unit of 1.
    private const double SmallestTruth = 2.220446049250313e-16;

    private interface ILoss
    {
        double Of(double truth, double predicted);
    }

    /// <summary>The mean of |y - f|.</summary>
    /// <param name="truth">The true values y.</param>
    /// <param name="predicted">The predicted values f, row by row.</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentException">The rows or weights break the rules of this class.</exception>
    public static double MeanAbsoluteError(
        ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        return Mean(truth, predicted, weights, default(Absolute));
    }

    /// <summary>The mean of (y - f)², in the squared unit of the target.</summary>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    public static double MeanSquaredError(
        ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        return Mean(truth, predicted, weights, default(Squared));
    }

    /// <summary>The square root of the mean of (y - f)².</summary>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    public static double RootMeanSquaredError(
        ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default) =>
        Math.Sqrt(MeanSquaredError(truth, predicted, weights));

    /// <summary>
    /// The mean of |y - f| / |y|, as a share (0.1 is 10 %). Where |y| is below 2⁻⁵² the divisor is 2⁻⁵²: a true zero makes the result
    /// huge, which says that this metric does not suit the data.
    /// </summary>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    public static double MeanAbsolutePercentageError(
        ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        return Mean(truth, predicted, weights, default(Percentage));
    }

    /// <summary>The mean of (ln(1 + y) - ln(1 + f))².</summary>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    /// <exception cref="ArgumentException">The rows or weights break the rules of this class, or a value is negative.</exception>
    public static double MeanSquaredLogError(
        ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        InputRules.NotNegative(truth, nameof(truth), "The squared logarithmic error");
        InputRules.NotNegative(predicted, nameof(predicted), "The squared logarithmic error");
        return Mean(truth, predicted, weights, default(SquaredLog));
    }

    /// <summary>
    /// The mean of α (y - f) where y ≥ f and (1 - α) (f - y) elsewhere: the loss that the α-quantile minimises. At α = ½ it is half the
    /// mean absolute error.
    /// </summary>
    /// <remarks>Source: Koenker and Bassett, "Regression quantiles", Econometrica 46 (1978).</remarks>
    /// <param name="truth">The true values y.</param>
    /// <param name="predicted">The predicted quantiles f, row by row.</param>
    /// <param name="quantile">The share α of true values that should lie below the prediction, in [0, 1].</param>
    /// <param name="weights">One weight per row; empty counts every row once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="quantile"/> is outside [0, 1].</exception>
    /// <exception cref="ArgumentException">The rows or weights break the rules of this class.</exception>
    public static double PinballLoss(
        ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, double quantile = 0.5, ReadOnlySpan<double> weights = default)
    {
        if (!(quantile >= 0 && quantile <= 1))
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile lies in [0, 1].");
        Check(truth, predicted, weights);
        return Mean(truth, predicted, weights, new Pinball(quantile));
    }

    /// <summary>The mean of 2 (y ln(y / f) - y + f): the deviance of a Poisson model, for counts and rates.</summary>
    /// <remarks>Source: McCullagh and Nelder, "Generalized Linear Models", 2nd edition (1989), section 2.3.</remarks>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    /// <exception cref="ArgumentException">
    /// The rows or weights break the rules of this class, a true value is negative, or a predicted one not above zero.
    /// </exception>
    public static double PoissonDeviance(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        InputRules.NotNegative(truth, nameof(truth), "The Poisson deviance");
        InputRules.Positive(predicted, nameof(predicted), "The Poisson deviance");
        return Mean(truth, predicted, weights, default(Poisson));
    }

    /// <summary>The mean of 2 (ln(f / y) + y / f - 1): the deviance of a gamma model, for positive amounts; it has no unit.</summary>
    /// <remarks>Source: McCullagh and Nelder, "Generalized Linear Models", 2nd edition (1989), section 2.3.</remarks>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    /// <exception cref="ArgumentException">The rows or weights break the rules of this class, or a value is not above zero.</exception>
    public static double GammaDeviance(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        InputRules.Positive(truth, nameof(truth), "The gamma deviance");
        InputRules.Positive(predicted, nameof(predicted), "The gamma deviance");
        return Mean(truth, predicted, weights, default(Gamma));
    }

    /// <summary>The largest |y - f|.</summary>
    /// <param name="truth">The true values y.</param>
    /// <param name="predicted">The predicted values f, row by row.</param>
    /// <exception cref="ArgumentException">The rows break the rules of this class.</exception>
    public static double MaxError(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted)
    {
        Check(truth, predicted, default);
        var largest = 0.0;
        for (var i = 0; i < truth.Length; i++)
            largest = Math.Max(largest, Math.Abs(truth[i] - predicted[i]));
        return largest;
    }

    /// <summary>
    /// The median of |y - f|: half of the rows are predicted better. With weights the smallest error at which half of the total weight
    /// is reached (no interpolation), as in scikit-learn. O(n) by radix sort.
    /// </summary>
    /// <inheritdoc cref="MeanAbsoluteError"/>
    public static double MedianAbsoluteError(
        ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        Check(truth, predicted, weights);
        var errors = new double[truth.Length];
        for (var i = 0; i < errors.Length; i++)
            errors[i] = Math.Abs(truth[i] - predicted[i]);
        // Infinity minus infinity: such a row has no error, so there is no median of the errors.
        return Array.Exists(errors, double.IsNaN) ? double.NaN : WeightedMedian.Of(errors, weights);
    }

    private static void Check(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights)
    {
        InputRules.Rows(truth.Length, predicted.Length, nameof(predicted));
        InputRules.NoNaN(truth, nameof(truth));
        InputRules.NoNaN(predicted, nameof(predicted));
        InputRules.Weights(weights, truth.Length);
    }

    private static double Mean<TLoss>(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights, TLoss loss)
        where TLoss : struct, ILoss
    {
        var sum = default(RunningSum);
        if (weights.IsEmpty)
        {
            for (var i = 0; i < truth.Length; i++)
                sum.Add(loss.Of(truth[i], predicted[i]));
            return sum.Value / truth.Length;
        }

        var total = default(RunningSum);
        for (var i = 0; i < truth.Length; i++)
        {
            // A row without weight is no row, even if its loss is infinite.
            if (weights[i] == 0)
                continue;
            sum.Add(weights[i] * loss.Of(truth[i], predicted[i]));
            total.Add(weights[i]);
        }

        return sum.Value / total.Value;
    }

    private readonly struct Absolute : ILoss
    {
        public double Of(double truth, double predicted) => Math.Abs(truth - predicted);
    }

    private readonly struct Squared : ILoss
    {
        public double Of(double truth, double predicted) => (truth - predicted) * (truth - predicted);
    }

    private readonly struct Percentage : ILoss
    {
        public double Of(double truth, double predicted) => Math.Abs(truth - predicted) / Math.Max(Math.Abs(truth), SmallestTruth);
    }

    private readonly struct SquaredLog : ILoss
    {
        public double Of(double truth, double predicted)
        {
            var difference = LogOnePlus(truth) - LogOnePlus(predicted);
            return difference * difference;
        }

        // The framework's LogP1 adds the one first and loses the digits of small values; Kahan's correction keeps them.
        private static double LogOnePlus(double value)
        {
            var sum = 1 + value;
            if (sum == 1 || double.IsPositiveInfinity(value))
                return value;
            return Math.Log(sum) * (value / (sum - 1));
        }
    }

    private readonly struct Pinball(double quantile) : ILoss
    {
        public double Of(double truth, double predicted) =>
            truth >= predicted ? quantile * (truth - predicted) : (1 - quantile) * (predicted - truth);
    }

    private readonly struct Poisson : ILoss
    {
        public double Of(double truth, double predicted) =>
            2 * ((truth == 0 ? 0 : truth * Math.Log(truth / predicted)) - truth + predicted);
    }

    private readonly struct Gamma : ILoss
    {
        public double Of(double truth, double predicted) => 2 * (Math.Log(predicted / truth) + (truth / predicted) - 1);
    }
}
