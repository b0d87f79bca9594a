using System.Globalization;
using System.Text.Json.Nodes;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <content>The registry.</content>
internal sealed partial class StockServer
{
    private JsonObject? Registry(RawRequest request, JsonObject body)
    {
        var name = request.Query("name") ?? body["name"]?.ToString() ?? "";
        switch ($"{request.Method} {request.Endpoint}")
        {
            case "POST registered-models/create":
                if (_models.ContainsKey(name)) throw new StockError(400, "RESOURCE_ALREADY_EXISTS", $"Registered Model (name={name}) already exists.");
                _models.Add(name, new StockModel { Name = name, Description = body["description"]?.ToString() ?? "" });
                return new JsonObject { ["registered_model"] = _models[name].ToJson() };
            case "GET registered-models/get":
                return new JsonObject { ["registered_model"] = Model(name).ToJson() };
            case "GET registered-models/search":
                return new JsonObject { ["registered_models"] = new JsonArray([.. _models.Values.Select(model => (JsonNode)model.ToJson())]) };
            case "PATCH registered-models/update":
                Model(name).Description = body["description"]!.ToString();
                return new JsonObject { ["registered_model"] = Model(name).ToJson() };
            case "DELETE registered-models/delete":
                _ = Model(name);
                _models.Remove(name);
                return [];
            case "POST registered-models/set-tag":
                Model(name).Tags[Text(body, "key")] = body["value"]!.ToString();
                return [];
            case "POST registered-models/alias":
                _ = Model(name).Version(Text(body, "version"));
                Model(name).Aliases[Text(body, "alias")] = Text(body, "version");
                return [];
            case "DELETE registered-models/alias":
                Model(name).Aliases.Remove(Text(body, "alias"));
                return [];
            case "GET registered-models/alias":
                var alias = request.Query("alias")!;
                return new JsonObject
                {
                    ["model_version"] = Model(name).Aliases.TryGetValue(alias, out var pointed)
                        ? Model(name).ToJson(Model(name).Version(pointed)) : throw Invalid($"Registered model alias {alias} not found."),
                };
            case "POST model-versions/create":
                return new JsonObject { ["model_version"] = Model(name).ToJson(Model(name).Add(Text(body, "source"), body["run_id"]?.ToString())) };
            case "GET model-versions/get":
                return new JsonObject { ["model_version"] = Model(name).ToJson(Model(name).Version(request.Query("version")!)) };
            case "GET model-versions/search":
                return new JsonObject { ["model_versions"] = new JsonArray([.. _models.Values.SelectMany(model => model.Versions.Select(version => (JsonNode)model.ToListedJson(version)))]) };
            case "POST model-versions/transition-stage":
                Model(name).Version(Text(body, "version")).Stage = Text(body, "stage");
                return [];
            case "DELETE model-versions/delete":
                Model(name).Versions.Remove(Model(name).Version(Text(body, "version")));
                return [];
            default:
                return null;
        }
    }

    private StockModel Model(string name) => _models.GetValueOrDefault(name) ?? throw Missing($"Registered Model with name={name} not found");
}

/// <summary>A registered model of the stock server.</summary>
internal sealed class StockModel
{
    public required string Name { get; init; }

    public string Description { get; set; } = "";

    public Dictionary<string, string> Tags { get; } = [];

    public Dictionary<string, string> Aliases { get; } = [];

    public List<StockVersion> Versions { get; } = [];

    private int Next { get; set; } = 1;

    public StockVersion Version(string number) => Versions.Find(version => version.Number == number) ?? throw StockServer.Missing($"Model Version (name={Name}, version={number}) not found");

    public StockVersion Add(string source, string? run)
    {
        var version = new StockVersion((Next++).ToString(CultureInfo.InvariantCulture), source, run);
        Versions.Add(version);
        return version;
    }

    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["creation_timestamp"] = 1,
        ["last_updated_timestamp"] = 2,
        ["description"] = Description,
        ["tags"] = new JsonArray([.. Tags.Select(tag => (JsonNode)new JsonObject { ["key"] = tag.Key, ["value"] = tag.Value })]),
        ["aliases"] = new JsonArray([.. Aliases.Select(alias => (JsonNode)new JsonObject { ["alias"] = alias.Key, ["version"] = alias.Value })]),
        ["latest_versions"] = new JsonArray([.. Versions.GroupBy(version => version.Stage).Select(stage => (JsonNode)ToListedJson(stage.Last()))]),
    };

    /// <summary>A version among others: it does not tell its aliases.</summary>
    public JsonObject ToListedJson(StockVersion version)
    {
        var json = ToJson(version);
        json.Remove("aliases");
        return json;
    }

    public JsonObject ToJson(StockVersion version)
    {
        var json = new JsonObject
        {
            ["name"] = Name,
            ["version"] = version.Number,
            ["creation_timestamp"] = 1,
            ["last_updated_timestamp"] = 2,
            ["current_stage"] = version.Stage,
            ["description"] = "",
            ["source"] = version.Source,
            ["status"] = "READY",
            ["run_link"] = "",
            ["aliases"] = new JsonArray([.. Aliases.Where(alias => alias.Value == version.Number).Select(alias => (JsonNode)alias.Key)]),
        };
        if (version.Run is { } run) json["run_id"] = run;
        return json;
    }
}

/// <summary>A version of a registered model.</summary>
internal sealed class StockVersion(string number, string source, string? run)
{
    public string Number => number;

    public string Source => source;

    public string? Run => run;

    public string Stage { get; set; } = "None";
}
