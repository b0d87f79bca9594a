namespace Lifecycle.Sdk.Evaluation;

/// <summary>Which way a metric improves.</summary>
public enum MetricDirection
{
    /// <summary>Higher is better, as for accuracy, areas under curves and R². The default.</summary>
    HigherIsBetter = 0,

    /// <summary>Lower is better, as for errors and losses.</summary>
    LowerIsBetter = 1,
}
