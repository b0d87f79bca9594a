using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// Confidence intervals for any metric by resampling rows with replacement. The rows must be independent: resample whole groups
/// (patients, sessions) by other means where they are not.
/// </summary>
/// <remarks>Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 13 and 14.</remarks>
public static class Bootstrap
{
    // The acceleration is a ratio of moments and needs no more blocks than this; leaving out every row by itself would cost O(n²).
    private const int JackknifeBlocks = 500;

    /// <summary>
    /// Computes the interval of a metric. Calls the metric Resamples + 1 times, and up to 500 times more for BCa (which leaves out blocks
    /// of rows to measure skewness), on this thread; O(n) memory.
    /// </summary>
    /// <param name="truth">The true values, at least two.</param>
    /// <param name="predicted">The predictions, row by row.</param>
    /// <param name="score">The metric.</param>
    /// <param name="options">How to resample; null takes the defaults.</param>
    /// <exception cref="UndefinedMetricException">The rows themselves, or nearly all resamples, do not define the metric.</exception>
    /// <exception cref="ArgumentException">Fewer than two rows, unequal lengths, or options out of range.</exception>
    public static BootstrapResult Interval<TTruth, TPrediction>(
        ReadOnlySpan<TTruth> truth,
        ReadOnlySpan<TPrediction> predicted,
        ScoreFunction<TTruth, TPrediction> score,
        BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(score);
        InputRules.Rows(truth.Length, predicted.Length, nameof(predicted));
        var estimate = score(truth, predicted);
        var rows = new PairedRows<TTruth, TPrediction>(truth.ToArray(), predicted.ToArray(), score);
        return Run(truth.Length, estimate, rows.Score, options ?? new BootstrapOptions()).Result;
    }

    /// <summary>The same for any statistic of row numbers, and its values over the resamples, sorted.</summary>
    internal static (BootstrapResult Result, double[] Values) Run(
        int rows, double estimate, RowStatistic statistic, BootstrapOptions options)
    {
        options.Check();
        var (values, undefined) = Resample(rows, estimate, statistic, options);
        var mean = values.Average();
        var error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        var (low, high) = options.Method == BootstrapMethod.Percentile
            ? ((1 - options.Level) / 2, (1 + options.Level) / 2)
            : Accelerated(values, rows, estimate, statistic, options.Level);
        var interval = new ConfidenceInterval(estimate, Quantile(values, low), Quantile(values, high), options.Level);
        return (new BootstrapResult(interval, error, mean - estimate, values.Length, undefined), values);
    }

    /// <summary>The sorted values of the resamples that define the statistic, and the number of those that do not.</summary>
    private static (double[] Values, int Undefined) Resample(int rows, double estimate, RowStatistic statistic, BootstrapOptions options)
    {
        if (rows < 2)
            throw new ArgumentException($"Resampling needs at least two rows, not {rows}.", nameof(rows));
        if (double.IsNaN(estimate))
            throw new UndefinedMetricException("The metric of the rows is NaN, so there is nothing to put an interval around.");

        var random = new SplitMix64(options.Seed);
        var drawn = new int[rows];
        var values = new List<double>(options.Resamples);
        for (var resample = 0; resample < options.Resamples; resample++)
        {
            for (var i = 0; i < rows; i++)
                drawn[i] = random.NextInt(rows);
            var value = statistic(drawn);
            if (!double.IsNaN(value))
                values.Add(value);
        }

        if (values.Count < 20)
        {
            throw new UndefinedMetricException(
                $"Only {values.Count} of {options.Resamples} resamples define the metric; "
                + "these rows are too few or too one-sided for an interval.");
        }

        double[] sorted = [.. values];
        Array.Sort(sorted);
        return (sorted, options.Resamples - sorted.Length);
    }

    /// <summary>Linear interpolation between the order statistics.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = Math.Clamp((int)position, 0, sorted.Length - 1);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] == sorted[above] ? sorted[below] : sorted[below] + ((sorted[above] - sorted[below]) * (position - below));
    }

    private static (double Low, double High) Accelerated(double[] sorted, int rows, double estimate, RowStatistic statistic, double level)
    {
        var below = sorted.Count(value => value < estimate) + (sorted.Count(value => value == estimate) / 2.0);
        // All on one side would shift the interval to infinity; one more resample on each side keeps it finite.
        var bias = Normal.Quantile(Math.Clamp(below / sorted.Length, 1.0 / (sorted.Length + 1), sorted.Length / (sorted.Length + 1.0)));
        var acceleration = Acceleration(rows, statistic);
        double Shift(double z) => Normal.Cdf(bias + ((bias + z) / (1 - (acceleration * (bias + z)))));
        var half = Normal.Quantile((1 - level) / 2);
        return (Shift(half), Shift(-half));
    }

    private static double Acceleration(int rows, RowStatistic statistic)
    {
        var blocks = Math.Min(rows, JackknifeBlocks);
        var kept = new int[rows];
        var values = new List<double>(blocks);
        for (var block = 0; block < blocks; block++)
        {
            // Every blocks-th row, so that sorted rows do not leave out one kind at a time.
            var count = 0;
            for (var row = 0; row < rows; row++)
            {
                if (row % blocks != block)
                    kept[count++] = row;
            }

            var value = statistic(kept.AsSpan(0, count));
            if (!double.IsNaN(value))
                values.Add(value);
        }

        if (values.Count == 0)
            return 0;
        var mean = values.Average();
        var squares = values.Sum(value => (mean - value) * (mean - value));
        return squares == 0 ? 0 : values.Sum(value => Math.Pow(mean - value, 3)) / (6 * Math.Pow(squares, 1.5));
    }
}

/// <summary>A statistic of some rows, which may repeat; NaN where they do not define it.</summary>
internal delegate double RowStatistic(ReadOnlySpan<int> rows);
