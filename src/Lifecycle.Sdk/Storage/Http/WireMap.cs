using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// What is known of a run beyond what its server could take: read from tags, in which each writer adds entries of its own, so that writers never overwrite
/// each other's. Not for several threads.
/// </summary>
internal sealed class WireMap
{
    private readonly Dictionary<string, WireEntry> _metrics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WireEntry> _params = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WireEntry> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WireEntry> _artifacts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WireEntry> _datasets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metricNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _paramNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tagNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>The tag that is being filled, per writer: its name, number and text.</summary>
    private readonly Dictionary<string, (int Number, string Text)> _open = new(StringComparer.Ordinal);

    public string? Parent { get; private set; }

    public string? Status { get; private set; }

    public IReadOnlyDictionary<string, WireEntry> Artifacts => _artifacts;

    /// <summary>Whether a tag belongs to this map.</summary>
    public static bool Owns(string tag) => tag.StartsWith(WireTags.Mapping, StringComparison.Ordinal)
        && (tag.Length == WireTags.Mapping.Length || tag[WireTags.Mapping.Length] == '.');

    public static WireMap Read(IEnumerable<WireTag>? tags)
    {
        var map = new WireMap();
        foreach (var tag in (tags ?? []).Where(tag => Owns(tag.Key)).OrderBy(tag => tag.Key.Length).ThenBy(tag => tag.Key, StringComparer.Ordinal)) map.Load(tag);
        return map;
    }

    /// <summary>Whether a path is one of the files that hold long values.</summary>
    public bool IsOwnFile(string path) => _files.Contains(path);

    public string MetricOf(string key) => _metricNames.GetValueOrDefault(key, key);

    public string ParamOf(string key) => _paramNames.GetValueOrDefault(key, key);

    public string TagOf(string key) => _tagNames.GetValueOrDefault(key, key);

    /// <summary>Whether a series has infinities by the server's key.</summary>
    public bool HasInfinities(string key) => _metrics.TryGetValue(MetricOf(key), out var entry) && entry.Infinite == true;

    public WireEntry? FindParam(string name) => _params.GetValueOrDefault(name);

    public WireEntry? FindTag(string name) => _tags.GetValueOrDefault(name);

    public WireEntry? FindDataset(string digest) => _datasets.GetValueOrDefault(digest);

    /// <summary>The server's key of a series that was given one before.</summary>
    public bool TryMetricKey(string name, [NotNullWhen(true)] out string? key) => TryKey(_metrics, name, out key);

    public bool TryParamKey(string name, [NotNullWhen(true)] out string? key) => TryKey(_params, name, out key);

    public bool TryTagKey(string name, [NotNullWhen(true)] out string? key) => TryKey(_tags, name, out key);

    public bool IsMetricKeyTaken(string key) => _metricNames.ContainsKey(key);

    public bool IsParamKeyTaken(string key) => _paramNames.ContainsKey(key);

    public bool IsTagKeyTaken(string key) => _tagNames.ContainsKey(key);

    /// <summary>Adds an entry unless it says nothing new.</summary>
    /// <returns>The tags to set for it: usually one.</returns>
    public WireTag? Add(WriterId writer, WireEntry entry)
    {
        if (Find(entry) == entry) return null;
        Take(entry);
        var name = writer.IsNone ? "direct" : writer.ToString();
        var json = JsonSerializer.Serialize(entry, WireEntryJson.Short.WireEntry);
        var (number, text) = _open.GetValueOrDefault(name, (1, "[]"));
        if (text.Length + json.Length + 1 > WireLimits.TagValue) (number, text) = (number + 1, "[]");
        text = text.Length == 2 ? $"[{json}]" : $"{text[..^1]},{json}]";
        _open[name] = (number, text);
        return new WireTag(TagName(name, number), text);
    }

    private static string TagName(string writer, int number) => number == 1
        ? $"{WireTags.Mapping}.{writer}"
        : string.Create(CultureInfo.InvariantCulture, $"{WireTags.Mapping}.{writer}.{number}");

    private void Load(WireTag tag)
    {
        try
        {
            foreach (var entry in JsonSerializer.Deserialize(tag.Value, WireEntryJson.Default.ListWireEntry) ?? []) Take(entry);
        }
        catch (JsonException)
        {
            // Somebody else's tag, or one that was changed by hand: names then appear as the server has them.
            return;
        }

        if (tag.Key.Length == WireTags.Mapping.Length) return;
        var parts = tag.Key[(WireTags.Mapping.Length + 1)..].Split('.');
        var number = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1;
        if (!_open.TryGetValue(parts[0], out var open) || open.Number <= number) _open[parts[0]] = (number, tag.Value);
    }

    private WireEntry? Find(WireEntry entry) => entry switch
    {
        { Metric: { } metric } => _metrics.GetValueOrDefault(metric),
        { Param: { } param } => _params.GetValueOrDefault(param),
        { Tag: { } tag } => _tags.GetValueOrDefault(tag),
        { Artifact: { } artifact } => _artifacts.GetValueOrDefault(artifact),
        { Dataset: { } dataset } => _datasets.GetValueOrDefault(dataset),
        { Parent: { } parent } => Parent == parent ? entry : null,
        _ => Status == entry.Status ? entry : null,
    };

    private void Take(WireEntry entry)
    {
        if (entry.File is { } file) _files.Add(file);
        if (entry.Metric is { } metric) Take(_metrics, _metricNames, metric, entry);
        else if (entry.Param is { } param) Take(_params, _paramNames, param, entry);
        else if (entry.Tag is { } tag) Take(_tags, _tagNames, tag, entry);
        else if (entry.Artifact is { } artifact) TakeArtifact(artifact, entry);
        else if (entry.Dataset is { } dataset) _datasets[dataset] = entry;
        else if (entry.Parent is { } parent) Parent = parent;
        else Status = entry.Status;
    }

    // Of two writers that replaced one file, the later one's content is there.
    private void TakeArtifact(string path, WireEntry entry)
    {
        if (!_artifacts.TryGetValue(path, out var known) || known.Time <= entry.Time) _artifacts[path] = entry;
    }

    private static void Take(Dictionary<string, WireEntry> entries, Dictionary<string, string> names, string name, WireEntry entry)
    {
        entries[name] = entry;
        names[entry.Key ?? name] = name;
    }

    private static bool TryKey(Dictionary<string, WireEntry> entries, string name, [NotNullWhen(true)] out string? key)
    {
        key = entries.TryGetValue(name, out var entry) ? entry.Key ?? name : null;
        return key is not null;
    }
}
