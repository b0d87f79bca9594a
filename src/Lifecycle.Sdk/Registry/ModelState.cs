using System.Collections.Immutable;

namespace Lifecycle.Sdk;

/// <summary>A registered model with all of its versions.</summary>
internal sealed record ModelState(string Name, DateTimeOffset CreationTime)
{
    public string Description { get; init; } = "";

    public DateTimeOffset LastUpdateTime { get; init; } = CreationTime;

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = NoTags;

    public ImmutableSortedDictionary<int, ModelVersion> Versions { get; init; } = ImmutableSortedDictionary<int, ModelVersion>.Empty;

    public ImmutableSortedDictionary<string, int> Aliases { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    public ImmutableDictionary<PromotionTarget, PromotionGate> Gates { get; init; } = ImmutableDictionary<PromotionTarget, PromotionGate>.Empty;

    /// <summary>The versions that had an alias or stage one after the other, the present one last; never one twice in a row, never a deleted one.</summary>
    public ImmutableDictionary<PromotionTarget, ImmutableList<int>> Holders { get; init; } = ImmutableDictionary<PromotionTarget, ImmutableList<int>>.Empty;

    public static ImmutableSortedDictionary<string, string> NoTags { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <exception cref="LifecycleNotFoundException">There is no such version.</exception>
    public ModelVersion Version(int number) => Versions.TryGetValue(number, out var version)
        ? version with { Aliases = [.. Aliases.Where(alias => alias.Value == number).Select(alias => alias.Key)] }
        : throw new LifecycleNotFoundException($"The model '{Name}' has no version {number}.");

    public IEnumerable<ModelVersion> AllVersions() => Versions.Keys.Select(Version);

    public RegisteredModel ToModel() => new()
    {
        Name = Name,
        Description = Description,
        CreationTime = CreationTime,
        LastUpdateTime = LastUpdateTime,
        Tags = Tags,
        Aliases = Aliases,
        Gates = Gates,
        LatestVersions = [.. AllVersions().GroupBy(version => version.Stage).OrderBy(stage => stage.Key).Select(stage => stage.Last())],
    };

    public ModelState Hold(PromotionTarget target, int version)
    {
        var holders = Holders.GetValueOrDefault(target) ?? [];
        return holders is [.., var last] && last == version ? this : this with { Holders = Holders.SetItem(target, holders.Add(version)) };
    }

    /// <summary>Who had a target before the present holder; null if nobody that is still there.</summary>
    public int? HolderBefore(PromotionTarget target, int present)
    {
        var holders = Holders.GetValueOrDefault(target) ?? [];
        var at = holders.LastIndexOf(present);
        return at > 0 ? holders[at - 1] : null;
    }

    /// <summary>Takes a target back to the holder before, who is the last one then.</summary>
    public ModelState RollBack(PromotionTarget target, int present)
    {
        var holders = Holders.GetValueOrDefault(target) ?? [];
        var at = holders.LastIndexOf(present);
        return at < 1 ? this : this with { Holders = Holders.SetItem(target, holders.GetRange(0, at)) };
    }

    public ModelState Without(int version) => this with
    {
        Versions = Versions.Remove(version),
        Aliases = Aliases.RemoveRange(Aliases.Where(alias => alias.Value == version).Select(alias => alias.Key)),
        Holders = Holders.ToImmutableDictionary(pair => pair.Key, pair => WithoutRepeats(pair.Value.RemoveAll(holder => holder == version))),
    };

    private static ImmutableList<int> WithoutRepeats(ImmutableList<int> holders) =>
        [.. holders.Where((holder, i) => i == 0 || holders[i - 1] != holder)];
}
