namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The alternative hypothesis of a test of two samples. The direction is always that of the reference against the current sample.
/// </summary>
public enum Alternative
{
    /// <summary>The two differ, in either direction. The default.</summary>
    TwoSided = 0,

    /// <summary>
    /// The reference is less than the current sample: for location tests its values tend to be smaller; for tests of distribution
    /// functions the function of the reference lies below somewhere (its values tend to be larger there).
    /// </summary>
    Less = 1,

    /// <summary>The reference is greater than the current sample, in the sense of <see cref="Less"/> turned round.</summary>
    Greater = 2,
}
