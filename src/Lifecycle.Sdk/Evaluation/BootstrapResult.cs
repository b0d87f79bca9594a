namespace Lifecycle.Sdk.Evaluation;

/// <summary>What resampling says about a metric.</summary>
/// <param name="Interval">The metric of the rows as they are, and its range.</param>
/// <param name="StandardError">The standard deviation of the metric over the resamples.</param>
/// <param name="Bias">The mean of the resamples minus the metric of the rows.</param>
/// <param name="Resamples">The resamples that define the metric.</param>
/// <param name="Undefined">The resamples that do not, such as those without a positive row; the interval speaks of the others.</param>
public sealed record BootstrapResult(ConfidenceInterval Interval, double StandardError, double Bias, int Resamples, int Undefined);
