namespace Lifecycle.Sdk.Evaluation;

/// <summary>How much a confusion of classes i and j costs in Cohen's kappa; i and j are positions in the sorted labels.</summary>
public enum KappaWeighting
{
    /// <summary>Every confusion costs the same. The default, for classes without an order.</summary>
    None = 0,

    /// <summary>|i - j|.</summary>
    Linear = 1,

    /// <summary>(i - j)².</summary>
    Quadratic = 2,
}
