namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// What the rate of a group is when nobody in it could count, such as the true positive rate of a group without positives.
/// </summary>
public enum UndefinedRates
{
    /// <summary>NaN, and the group is left out where groups are compared by this rate. The default.</summary>
    LeaveOut = 0,

    /// <summary>Zero, as fairlearn does: it makes a group that nothing is known about look like the worst treated one.</summary>
    AsZero = 1,
}
