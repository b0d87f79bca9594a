using System.Globalization;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>Makes the protocol's records of the registry's.</summary>
internal static class ModelMapping
{
    public static WireModel ToModel(RegisteredModel model) => new()
    {
        Name = model.Name,
        CreationTimestamp = model.CreationTime.ToUnixTimeMilliseconds(),
        LastUpdatedTimestamp = model.LastUpdateTime.ToUnixTimeMilliseconds(),
        Description = model.Description,
        LatestVersions = WireMapping.NullIfEmpty([.. model.LatestVersions.Select(ToVersion)]),
        Tags = WireMapping.NullIfEmpty([.. model.Tags.Select(tag => new WireTag(tag.Key, tag.Value))]),
        Aliases = WireMapping.NullIfEmpty([.. model.Aliases.Select(alias => new WireAlias(alias.Key, Number(alias.Value)))]),
    };

    public static WireModelVersion ToVersion(ModelVersion version) => new()
    {
        Name = version.Model,
        Version = Number(version.Number),
        CreationTimestamp = version.CreationTime.ToUnixTimeMilliseconds(),
        LastUpdatedTimestamp = version.LastUpdateTime.ToUnixTimeMilliseconds(),
        UserId = version.User,
        CurrentStage = version.Stage.ToString(),
        Description = version.Description,
        Source = version.Source,
        RunId = version.Run?.ToString() ?? "",
        Status = "READY",
        RunLink = version.Tags.GetValueOrDefault(ServerTags.RunLink, ""),
        Tags = WireMapping.NullIfEmpty([.. version.Tags.Where(tag => !ServerTags.IsHidden(tag.Key)).Select(tag => new WireTag(tag.Key, tag.Value))]),
        Aliases = WireMapping.NullIfEmpty([.. version.Aliases]),
    };

    public static string Number(int version) => version.ToString(CultureInfo.InvariantCulture);
}
