namespace Lifecycle.Sdk.Evaluation;

/// <summary>How often and by which seed rows are resampled.</summary>
public sealed class BootstrapOptions
{
    /// <summary>How many resamples: at least 20; percentiles of fewer than 1,000 are rough.</summary>
    /// <value>Default: 2,000.</value>
    public int Resamples { get; init; } = 2_000;

    /// <summary>The level of the interval, in (0, 1).</summary>
    /// <value>Default: 0.95.</value>
    public double Level { get; init; } = 0.95;

    /// <summary>How the resampled metrics become an interval.</summary>
    /// <value>Default: <see cref="BootstrapMethod.BiasCorrectedAccelerated"/>.</value>
    public BootstrapMethod Method { get; init; } = BootstrapMethod.BiasCorrectedAccelerated;

    /// <summary>Decides the resamples; the same seed gives the same result on every machine.</summary>
    /// <value>Default: 0.</value>
    public ulong Seed { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Resamples, 20, nameof(Resamples));
        ConfidenceInterval.CheckLevel(Level);
        if (!Enum.IsDefined(Method))
            throw new ArgumentOutOfRangeException(nameof(Method), Method, "Unknown method.");
    }
}
