namespace Lifecycle.Sdk;

/// <summary>A version may not get an alias or stage because it does not fulfil the gate. The message lists what is missing.</summary>
public sealed class PromotionRefusedException : LifecycleException
{
    internal PromotionRefusedException(ModelVersion version, PromotionTarget target, IReadOnlyList<string> faults)
        : base($"Version {version.Number} of '{version.Model}' may not become {target}: {string.Join(' ', faults)}") => Faults = faults;

    /// <summary>What is missing, one sentence each.</summary>
    public IReadOnlyList<string> Faults { get; }
}
