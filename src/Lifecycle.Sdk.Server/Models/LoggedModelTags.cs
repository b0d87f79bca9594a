using System.Text.Json;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.Server;

/// <summary>A logged model as tags of its run: the record, in parts if it is long, and each of its metrics.</summary>
internal static class LoggedModelTags
{
    /// <summary>What writes a record over the one that is there.</summary>
    public static IReadOnlyList<RunFact> Write(LoggedModel model) =>
    [
        new TagSet(ServerTags.HasLoggedModels, "true"),
        .. TagParts.Write(model.TagName, JsonSerializer.Serialize(model, ServerJson.Default.LoggedModel), model.Parts),
    ];

    /// <summary>What writes the points that are later than those which are there.</summary>
    public static IReadOnlyList<RunFact> Write(RunInfo run, IEnumerable<LoggedModelMetric> points)
    {
        var latest = new Dictionary<string, LoggedModelMetric>(StringComparer.Ordinal);
        foreach (var point in points)
        {
            var tag = point.TagName;
            if ((latest.GetValueOrDefault(tag) ?? ReadMetric(run, tag)) is { } known && !point.IsAfter(known)) continue;
            latest[tag] = point;
        }

        return [.. latest.Select(point => new TagSet(point.Key, JsonSerializer.Serialize(point.Value, ServerJson.Default.LoggedModelMetric)))];
    }

    /// <summary>What deletes all of it.</summary>
    public static IEnumerable<RunFact> Delete(RunInfo run, LoggedModel model)
    {
        var metrics = LoggedModelMetric.PrefixOf(model.Id);
        return run.Tags.Keys.Where(tag => tag == model.TagName || tag.StartsWith(model.TagName + ".", StringComparison.Ordinal) || tag.StartsWith(metrics, StringComparison.Ordinal))
            .Select(tag => new TagDeleted(tag));
    }

    /// <summary>The ids of the models whose files belong to a run.</summary>
    public static IEnumerable<string> IdsOf(RunInfo run) => run.Tags.Keys
        .Where(tag => tag.StartsWith(ServerTags.LoggedModelPrefix, StringComparison.Ordinal) && !tag.AsSpan(ServerTags.LoggedModelPrefix.Length).Contains('.'))
        .Select(tag => tag[ServerTags.LoggedModelPrefix.Length..]);

    /// <summary>Reads a model; null if it is not there, or was changed by hand.</summary>
    public static LoggedModel? Read(RunInfo run, string id)
    {
        var (json, parts) = TagParts.Read(run, ServerTags.LoggedModelPrefix + id);
        try
        {
            if (json is null || JsonSerializer.Deserialize(json, ServerJson.Default.LoggedModel) is not { } model) return null;
            var prefix = LoggedModelMetric.PrefixOf(id);
            return model with
            {
                Run = run.Id,
                Parts = parts,
                Metrics = [.. run.Tags.Keys.Where(tag => tag.StartsWith(prefix, StringComparison.Ordinal)).Select(tag => ReadMetric(run, tag)).OfType<LoggedModelMetric>()],
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static LoggedModelMetric? ReadMetric(RunInfo run, string tag)
    {
        try
        {
            return run.Tags.TryGetValue(tag, out var json) ? JsonSerializer.Deserialize(json, ServerJson.Default.LoggedModelMetric) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
