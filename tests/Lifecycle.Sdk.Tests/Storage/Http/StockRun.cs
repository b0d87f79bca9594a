using System.Text.Json.Nodes;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>An experiment of the stock server.</summary>
internal sealed class StockExperiment(string id, string name)
{
    public string Id => id;

    public string Name { get; set; } = name;

    public string Stage { get; set; } = "active";

    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public JsonObject ToJson() => new()
    {
        ["experiment_id"] = id,
        ["name"] = Name,
        ["tags"] = new JsonArray([.. Tags.Select(tag => (JsonNode)new JsonObject { ["key"] = tag.Key, ["value"] = tag.Value })]),
        ["artifact_location"] = $"mlflow-artifacts:/{id}",
        ["lifecycle_stage"] = Stage,
        ["creation_time"] = 1_700_000_000_000,
        ["last_update_time"] = 1_700_000_000_000,
    };
}

/// <summary>A run of the stock server.</summary>
internal sealed class StockRun(string id, string experimentId)
{
    public string Id => id;

    public string ExperimentId => experimentId;

    public string Name { get; set; } = "";

    public string Status { get; set; } = "RUNNING";

    public string Stage { get; set; } = "active";

    public long StartTime { get; set; }

    public long? EndTime { get; set; }

    public string UserId { get; set; } = "";

    public Dictionary<string, string> Params { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, List<MetricPoint>> Points { get; } = new(StringComparer.Ordinal);

    public List<JsonNode> Inputs { get; } = [];

    private HashSet<(string, long, long, long)> Keys { get; } = [];

    /// <summary>Points that were sent again.</summary>
    public int Repeated { get; private set; }

    /// <summary>Inserts points as a database does: all or none, each once, and none whose name differs from another by its case alone.</summary>
    public bool TryInsert(IReadOnlyList<(string Key, MetricPoint Point)> points)
    {
        var added = new HashSet<(string, long, long, long)>();
        foreach (var (key, point) in points)
        {
            if (Keys.Contains(KeyOf(key, point))) Repeated++;
            else if (added.Add(KeyOf(key, point)) && !Points.Keys.Any(other => other != key && other.Equals(key, StringComparison.OrdinalIgnoreCase))) continue;
            return false;
        }

        foreach (var (key, point) in points) Append(key, point);
        return true;
    }

    /// <summary>Adds a line to a file, without a look at what is there.</summary>
    public void Append(string key, MetricPoint point)
    {
        Keys.Add(KeyOf(key, point));
        if (!Points.TryGetValue(key, out var points)) Points.Add(key, points = []);
        points.Add(point);
    }

    /// <summary>Whether a point is there; no NaN ever is, as none equals another.</summary>
    public bool Has(string key, MetricPoint point) => !double.IsNaN(point.Value) && Keys.Contains(KeyOf(key, point));

    private static (string, long, long, long) KeyOf(string key, MetricPoint point) =>
        (key, point.Step, point.UnixTimeMilliseconds, BitConverter.DoubleToInt64Bits(double.IsNaN(point.Value) ? double.NaN : point.Value == 0 ? 0 : point.Value));

    public static JsonObject ToJson(string key, MetricPoint point) => new()
    {
        ["key"] = key,
        ["value"] = double.IsFinite(point.Value) ? point.Value : double.IsNaN(point.Value) ? "NaN" : point.Value > 0 ? "Infinity" : "-Infinity",
        ["timestamp"] = point.UnixTimeMilliseconds,
        ["step"] = point.Step,
    };

    public MetricPoint Latest(string key) => Points[key].MaxBy(point => (point.Step, point.UnixTimeMilliseconds, point.Value));

    public JsonObject ToInfo()
    {
        var info = new JsonObject
        {
            ["run_id"] = id,
            ["run_uuid"] = id,
            ["experiment_id"] = experimentId,
            ["run_name"] = Name,
            ["user_id"] = UserId,
            ["status"] = Status,
            ["start_time"] = StartTime,
            ["artifact_uri"] = $"mlflow-artifacts:/{experimentId}/{id}/artifacts",
            ["lifecycle_stage"] = Stage,
        };
        if (EndTime is { } end) info["end_time"] = end;
        return info;
    }

    public JsonObject ToJson() => new()
    {
        ["info"] = ToInfo(),
        ["data"] = new JsonObject
        {
            ["metrics"] = new JsonArray([.. Points.Keys.Select(key => (JsonNode)ToJson(key, Latest(key)))]),
            ["params"] = Pairs(Params),
            ["tags"] = Pairs(Tags),
        },
        ["inputs"] = new JsonObject { ["dataset_inputs"] = new JsonArray([.. Inputs.Select(input => input.DeepClone())]) },
    };

    private static JsonArray Pairs(Dictionary<string, string> values) =>
        new([.. values.Select(pair => (JsonNode)new JsonObject { ["key"] = pair.Key, ["value"] = pair.Value })]);
}
