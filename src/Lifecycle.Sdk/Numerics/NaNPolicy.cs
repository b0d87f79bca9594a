namespace Lifecycle.Sdk;

/// <summary>
/// What a statistic does with NaN in its input. The one policy of all statistics: infinities are ordinary values and take
/// part wherever the definition allows; NaN is either refused or dropped and counted, never silently computed with.
/// </summary>
public enum NaNPolicy
{
    /// <summary>NaN in the input is an <see cref="ArgumentException"/> that names the argument and the first position. The default.</summary>
    Refuse = 0,

    /// <summary>NaN is left out; for paired inputs the whole pair is. The result says how many were dropped.</summary>
    Drop = 1,
}
