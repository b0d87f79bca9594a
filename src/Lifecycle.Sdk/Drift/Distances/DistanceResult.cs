namespace Lifecycle.Sdk.Drift;

/// <summary>A distance between two samples, with the sizes it was computed from.</summary>
/// <param name="Value">The distance. Its unit and range are those of the function that returned it.</param>
/// <param name="ReferenceCount">Values of the reference that took part.</param>
/// <param name="CurrentCount">Values of the current sample that took part.</param>
/// <param name="ReferenceDropped">Values of the reference left out because they were NaN; 0 under <see cref="NaNPolicy.Refuse"/>.</param>
/// <param name="CurrentDropped">
/// Values of the current sample left out because they were NaN; 0 under <see cref="NaNPolicy.Refuse"/>.
/// </param>
public readonly record struct DistanceResult(
    double Value, long ReferenceCount, long CurrentCount, long ReferenceDropped, long CurrentDropped);
