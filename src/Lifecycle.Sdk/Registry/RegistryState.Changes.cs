using System.Collections.Immutable;

namespace Lifecycle.Sdk;

/// <content>What each action does.</content>
internal sealed partial record RegistryState
{
    private RegistryState Change(LedgerDocument entry)
    {
        if (entry.Action == LedgerAction.ModelCreated) return Create(entry);
        var model = Models.GetValueOrDefault(entry.Model) ?? throw new InvalidDataException($"There is no model '{entry.Model}' at that time.");
        var details = entry.Details ?? new LedgerDetails();
        return entry.Action switch
        {
            LedgerAction.ModelDeleted => this with { Models = Models.Remove(entry.Model) },
            LedgerAction.ModelRenamed => Rename(model, details, entry.Time),
            LedgerAction.VersionCreated => AddVersion(model, details, entry),
            _ => With(ChangeModel(model, details, entry)),
        };
    }

    private static ModelState ChangeModel(ModelState model, LedgerDetails details, LedgerDocument entry)
    {
        var touched = model with { LastUpdateTime = entry.Time };
        switch (entry.Action)
        {
            case LedgerAction.ModelUpdated:
                return touched with { Description = details.Description ?? model.Description, Tags = Merge(model.Tags, details.Tags) };
            case LedgerAction.GateSet:
                return touched with { Gates = details.Gate is { } gate ? model.Gates.SetItem(Target(details), gate) : model.Gates.Remove(Target(details)) };
            case LedgerAction.AliasDeleted:
                return touched with { Aliases = model.Aliases.Remove(Alias(details)) };
        }

        var version = entry.Version is { } number && model.Versions.TryGetValue(number, out var known)
            ? known with { LastUpdateTime = entry.Time }
            : throw new InvalidDataException($"The model '{model.Name}' has no version {entry.Version} at that time.");
        return entry.Action switch
        {
            LedgerAction.VersionUpdated => Put(model, version with
            {
                Description = details.Description ?? version.Description,
                Tags = Merge((ImmutableSortedDictionary<string, string>)version.Tags, details.Tags),
            }),
            LedgerAction.VersionDeleted => touched.Without(version.Number),
            LedgerAction.AliasSet => touched.Hold(Target(details), version.Number) with { Aliases = model.Aliases.SetItem(Alias(details), version.Number) },
            LedgerAction.AliasRolledBack => touched.RollBack(Target(details), details.PreviousVersion ?? 0) with
            {
                Aliases = model.Aliases.SetItem(Alias(details), version.Number),
            },
            LedgerAction.StageChanged => Archive(Put(model.Hold(Target(details), version.Number), version with { Stage = Stage(details) }), details.Archived, entry.Time),
            LedgerAction.StageRolledBack => Archive(
                Put(model.RollBack(Target(details), details.PreviousVersion ?? 0), version with { Stage = Stage(details) }), details.Archived, entry.Time),
            LedgerAction.CheckRecorded => Put(model, version with { Checks = [.. version.Checks, details.Check ?? throw Lacks("check")] }),
            LedgerAction.VersionApproved => Put(model, version with
            {
                Approvals = [.. version.Approvals, new ModelApproval(Target(details).ToString(), entry.Actor, entry.Reason ?? "", entry.Time)],
            }),
            _ => throw new InvalidDataException($"The action {entry.Action} is not known."),
        };
    }

    private RegistryState Create(LedgerDocument entry)
    {
        if (Models.ContainsKey(entry.Model)) throw new InvalidDataException($"There is a model '{entry.Model}' already.");
        return With(new ModelState(entry.Model, entry.Time)
        {
            Description = entry.Details?.Description ?? "",
            Tags = Merge(ModelState.NoTags, entry.Details?.Tags),
        });
    }

    private RegistryState Rename(ModelState model, LedgerDetails details, DateTimeOffset time)
    {
        var name = details.NewName ?? throw Lacks("newName");
        if (Models.ContainsKey(name)) throw new InvalidDataException($"There is a model '{name}' already.");
        var renamed = model with
        {
            Name = name,
            LastUpdateTime = time,
            Versions = model.Versions.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value with { Model = name }),
        };
        return this with
        {
            Models = Models.Remove(model.Name).Add(name, renamed),
            Numbers = Numbers.SetItem(name, Math.Max(Numbers.GetValueOrDefault(name), Numbers.GetValueOrDefault(model.Name))),
        };
    }

    private RegistryState AddVersion(ModelState model, LedgerDetails details, LedgerDocument entry)
    {
        if (entry.Version != NextNumber(model.Name)) throw new InvalidDataException($"Version {entry.Version} of '{model.Name}' is not the next one.");
        var version = new ModelVersion
        {
            Model = model.Name,
            Number = entry.Version.Value,
            Source = details.Source ?? "",
            Run = RunId.TryParse(details.Run, null, out var run) ? run : null,
            ArtifactFolder = details.ArtifactFolder,
            Artifacts = [.. (details.Artifacts ?? []).Select(Artifact)],
            Lineage = details.Lineage,
            ImportedFrom = details.ImportedFrom,
            Description = details.Description ?? "",
            Tags = Merge(ModelState.NoTags, details.Tags),
            User = entry.Actor,
            CreationTime = entry.Time,
            LastUpdateTime = entry.Time,
        };
        return With(model with { Versions = model.Versions.Add(version.Number, version), LastUpdateTime = entry.Time }) with
        {
            Numbers = Numbers.SetItem(model.Name, version.Number),
        };
    }

    private RegistryState With(ModelState model) => this with { Models = Models.SetItem(model.Name, model) };

    private static ModelState Put(ModelState model, ModelVersion version) => model with { Versions = model.Versions.SetItem(version.Number, version) };

    private static ModelState Archive(ModelState model, IReadOnlyList<int>? numbers, DateTimeOffset time)
    {
        foreach (var number in numbers ?? [])
        {
            if (!model.Versions.TryGetValue(number, out var version)) throw new InvalidDataException($"There is no version {number} to archive.");
            model = Put(model, version with { Stage = ModelStage.Archived, LastUpdateTime = time });
        }

        return model;
    }

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> tags, SortedDictionary<string, string?>? changes)
    {
        foreach (var (name, value) in changes ?? []) tags = value is null ? tags.Remove(name) : tags.SetItem(name, value);
        return tags;
    }

    private static ModelArtifact Artifact(LedgerArtifact stored)
    {
        if (!ArtifactPath.TryParse(stored.Path, out var path)) throw new InvalidDataException($"'{stored.Path}' is no artifact path.");
        return stored.Sha256.Length == 64 && stored.Sha256.All(char.IsAsciiHexDigitLower)
            ? new ModelArtifact(path, ContentDigest.Parse(stored.Sha256), stored.Size)
            : throw new InvalidDataException($"'{stored.Sha256}' is no SHA-256.");
    }

    private static PromotionTarget Target(LedgerDetails details) => PromotionTarget.TryParse(details.Target, out var target) ? target : throw Lacks("target");

    private static string Alias(LedgerDetails details) => Target(details).AliasName ?? throw Lacks("alias");

    private static ModelStage Stage(LedgerDetails details) => Target(details).StageName ?? throw Lacks("stage");

    private static InvalidDataException Lacks(string what) => new($"Its details lack a valid {what}.");
}
