namespace Lifecycle.Sdk;

/// <summary>The registry as it was at some time.</summary>
public sealed class RegistrySnapshot
{
    private readonly RegistryState _state;

    internal RegistrySnapshot(DateTimeOffset time, RegistryState state)
    {
        Time = time;
        _state = state;
    }

    /// <summary>The time that was asked for.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>How many entries the ledger had.</summary>
    public long EntryCount => _state.Count;

    /// <summary>The models by the names they had then, in ordinal order.</summary>
    public IReadOnlyList<RegisteredModel> Models => [.. _state.Models.Values.Select(model => model.ToModel())];

    /// <summary>The versions that a model had then.</summary>
    /// <param name="name">The model's name then.</param>
    /// <returns>The versions by number.</returns>
    /// <exception cref="LifecycleNotFoundException">There was no such model.</exception>
    public IReadOnlyList<ModelVersion> VersionsOf(string name) => [.. _state.Model(name).AllVersions()];

    /// <summary>Finds the version that a reference meant then; see <see cref="ModelRegistry.ResolveAsync"/>.</summary>
    /// <param name="reference">The reference.</param>
    /// <returns>The version as it was.</returns>
    /// <exception cref="ArgumentException">The text is not a reference.</exception>
    /// <exception cref="LifecycleNotFoundException">Nothing fitted it.</exception>
    public ModelVersion Resolve(string reference) => _state.Resolve(ModelReference.Parse(reference));
}
