using System.Collections.Immutable;

namespace Lifecycle.Sdk;

/// <summary>
/// The registry after some entries of the ledger: its projection. Immutable, so that readers, the past and the next state never disturb each other. It is
/// changed in one way only, by <see cref="Apply"/>, whether an entry was just written here or read.
/// </summary>
internal sealed partial record RegistryState
{
    public static RegistryState Empty { get; } = new();

    public long Count { get; private init; }

    public string Head { get; private init; } = LedgerChain.NoHash;

    public LedgerAnchor End => new(Count, Head);

    public DateTimeOffset Time { get; private init; } = DateTimeOffset.MinValue;

    public ImmutableSortedDictionary<string, ModelState> Models { get; private init; } = ImmutableSortedDictionary.Create<string, ModelState>(StringComparer.Ordinal);

    /// <summary>The greatest number ever given under a name, also by a model that was deleted or renamed since: a reference never comes to mean another version.</summary>
    private ImmutableDictionary<string, int> Numbers { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    public int NextNumber(string model) => Numbers.GetValueOrDefault(model) + 1;

    /// <exception cref="LifecycleNotFoundException">There is no such model.</exception>
    public ModelState Model(string name) =>
        Models.GetValueOrDefault(name) ?? throw new LifecycleNotFoundException($"There is no registered model '{Storage.NameRules.Shorten(name)}'.");

    /// <exception cref="LifecycleNotFoundException">There is no such model or version.</exception>
    public ModelVersion Version(string name, int number) => Model(name).Version(number);

    /// <exception cref="LifecycleNotFoundException">Nothing fits the reference.</exception>
    public ModelVersion Resolve(ModelReference reference)
    {
        var model = Model(reference.Model);
        if (reference.Version is { } number) return model.Version(number);
        if (reference.Alias is { } alias)
        {
            return model.Aliases.TryGetValue(alias, out var pointed)
                ? model.Version(pointed)
                : throw new LifecycleNotFoundException($"The model '{reference.Model}' has no alias '{alias}'.");
        }

        return model.Versions.Values.LastOrDefault(version => reference.Stage is not { } stage || version.Stage == stage)
            ?? throw new LifecycleNotFoundException($"The model '{reference.Model}' has no version{(reference.Stage is { } s ? $" in stage {s}" : "")}.");
    }

    /// <summary>The state after one more entry.</summary>
    /// <exception cref="InvalidDataException">The entry contradicts those before it.</exception>
    public RegistryState Apply(LedgerDocument entry, string hash)
    {
        if (entry.Time < Time) throw new InvalidDataException("It is older than the entry before it.");
        return Change(entry) with { Count = entry.Sequence, Head = hash, Time = entry.Time };
    }
}
