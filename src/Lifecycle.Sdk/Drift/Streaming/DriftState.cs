namespace Lifecycle.Sdk.Drift;

/// <summary>What a streaming detector says after a value.</summary>
public enum DriftState
{
    /// <summary>No sign of a change.</summary>
    Stable = 0,

    /// <summary>The warning level is exceeded, the drift level is not. Detectors without a warning level never report it.</summary>
    Warning = 1,

    /// <summary>A change was detected at this value. The detector starts afresh (as its documentation says) with the next one.</summary>
    Drift = 2,
}
