namespace Lifecycle.Sdk.Evaluation;

/// <summary>How a <see cref="FairnessReport"/> is computed.</summary>
public sealed class FairnessOptions
{
    /// <summary>The group that all others together are compared with.</summary>
    /// <value>Default: null, no such comparison.</value>
    public string? PrivilegedGroup { get; init; }

    /// <summary>Groups of fewer rows are flagged: their rates are mostly chance.</summary>
    /// <value>Default: 30.</value>
    public int SmallGroup { get; init; } = 30;

    /// <summary>The level of the intervals around the rates of the groups, in (0, 1).</summary>
    /// <value>Default: 0.95.</value>
    public double ConfidenceLevel { get; init; } = 0.95;

    /// <summary>What a rate is that nobody in a group could count for.</summary>
    /// <value>Default: <see cref="UndefinedRates.LeaveOut"/>.</value>
    public UndefinedRates UndefinedRates { get; init; } = UndefinedRates.LeaveOut;
}
