using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>
/// A tracking server as MLflow's are, as far as the protocol's facts tell: strict keys, limits, params written once, the latest value only, comparisons joined by
/// AND, ids of its own, deleted runs refuse writes, a missing artifact is a 500. Where its stores differ it is the strictest of the databases: columns are as long
/// as they say, U+0000 has no room, case does not count, infinities are clamped, and points that are sent again may be refused. In memory; one lock.
/// </summary>
internal sealed partial class StockServer
{
    private readonly Lock _gate = new();
    private readonly List<StockExperiment> _experiments = [new("0", "Default")];
    private readonly Dictionary<string, StockRun> _runs = [];
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StockModel> _models = new(StringComparer.Ordinal);

    /// <summary>Asked before each request; an answer other than null is given instead.</summary>
    public Func<RawRequest, RawAnswer?> Before { get; set; } = _ => null;

    /// <summary>Asked after each request has been done; an answer other than null is given instead of the true one.</summary>
    public Func<RawRequest, RawAnswer, RawAnswer?> After { get; set; } = (_, _) => null;

    /// <summary>Whether runs are kept in files: identical points are kept each, names are paths, and what contradicts is a fault inside.</summary>
    public bool IsFileStore { get; set; }

    /// <summary>Whether artifacts are in a bucket: there, what is removed is all that begins like it.</summary>
    public bool HasBucket { get; set; }

    /// <summary>Whether it hands out no artifacts.</summary>
    public bool ServesNoArtifacts { get; set; }

    /// <summary>Whether another program of it takes artifacts, as in the newest of MLflow 3: it says nothing to an upload.</summary>
    public bool HasArtifactRouter { get; set; }

    /// <summary>Whether get-history has pages, as in MLflow 3.</summary>
    public bool HasPages { get; set; }

    public IReadOnlyCollection<StockRun> Runs
    {
        get
        {
            lock (_gate) return [.. _runs.Values];
        }
    }

    public IReadOnlyDictionary<string, byte[]> Files
    {
        get
        {
            lock (_gate) return new Dictionary<string, byte[]>(_files);
        }
    }

    /// <summary>As a bucket does with what is old.</summary>
    public void RemoveFiles()
    {
        lock (_gate) _files.Clear();
    }

    public IReadOnlyList<StockExperiment> Experiments
    {
        get
        {
            lock (_gate) return [.. _experiments];
        }
    }

    public RawAnswer Handle(RawRequest request)
    {
        if (Before(request) is { } instead) return instead;
        RawAnswer answer;
        try
        {
            lock (_gate) answer = Dispatch(request);
        }
        catch (StockError error)
        {
            answer = RawAnswer.Json(new JsonObject { ["error_code"] = error.Code, ["message"] = error.Message }.ToJsonString(), error.Status);
        }

        return After(request, answer) ?? answer;
    }

    private RawAnswer Dispatch(RawRequest request)
    {
        const string proxy = "/api/2.0/mlflow-artifacts/artifacts";
        if (request.Path.StartsWith(proxy, StringComparison.Ordinal) && ServesNoArtifacts && HasArtifactRouter)
            return RawAnswer.Json("""{"detail":"Artifact serving is disabled. Run `mlflow server` with `--serve-artifacts` to enable."}""", 503);
        if (request.Path.StartsWith(proxy, StringComparison.Ordinal) && ServesNoArtifacts)
            return RawAnswer.Page("Endpoint: /api/2.0/mlflow-artifacts/artifacts disabled due to the mlflow server running with `--no-serve-artifacts`.", 503);
        if (request.Path.StartsWith(proxy, StringComparison.Ordinal)) return Artifact(request, request.Path[proxy.Length..].TrimStart('/'));
        if (!request.Path.StartsWith("/api/2.0/mlflow/", StringComparison.Ordinal)) return RawAnswer.Page("<!doctype html><title>404 Not Found</title>", 404);
        if (request.Method is "POST" or "PUT" && request.Headers.GetValueOrDefault("Content-Type") != "application/json") throw Invalid("Bad Request. Content-Type must be one of ['application/json'].");
        var body = request.Body.Length == 0 ? [] : JsonNode.Parse(request.Body)!.AsObject();
        var result = request.Endpoint switch
        {
            "experiments/create" => CreateExperiment(body),
            "experiments/get" => new JsonObject { ["experiment"] = Experiment(request.Query("experiment_id")!).ToJson() },
            "experiments/get-by-name" => new JsonObject { ["experiment"] = (_experiments.Find(e => e.Name == request.Query("experiment_name")) ?? throw Missing("No such experiment")).ToJson() },
            "experiments/search" => SearchExperiments(body),
            "experiments/update" => RenameExperiment(body),
            "experiments/set-experiment-tag" => TagExperiment(body),
            "experiments/delete" => Stage(body, "deleted"),
            "experiments/restore" => Stage(body, "active"),
            "runs/create" => CreateRun(body),
            "runs/get" => new JsonObject { ["run"] = Run(request.Query("run_id")!).ToJson() },
            "runs/update" => UpdateRun(body),
            "runs/delete" => StageRun(body, "deleted"),
            "runs/restore" => StageRun(body, "active"),
            "runs/log-batch" => LogBatch(body),
            "runs/log-inputs" => LogInputs(body),
            "runs/set-tag" => SetTags(ActiveRun(body), [body.DeepClone().AsObject()]),
            "runs/delete-tag" => DeleteTag(body),
            "runs/search" => SearchRuns(body),
            "metrics/get-history" => History(request),
            "artifacts/list" => ListRun(request),
            _ when request.Endpoint.StartsWith("registered-models/", StringComparison.Ordinal) || request.Endpoint.StartsWith("model-versions/", StringComparison.Ordinal) => Registry(request, body),
            _ => null,
        };
        return result is null ? RawAnswer.Page("<!doctype html><title>404 Not Found</title>", 404) : RawAnswer.Json(result.ToJsonString());
    }

    internal static StockError Invalid(string message) => new(400, "INVALID_PARAMETER_VALUE", message);

    internal static StockError Missing(string message) => new(404, "RESOURCE_DOES_NOT_EXIST", message);

    private static string Text(JsonObject body, string name) =>
        body[name]?.ToString() is { Length: > 0 } text ? text : throw Invalid($"Missing value for required parameter '{name}'. See the API docs for more information about request parameters.");

    private StockExperiment Experiment(string id) => !IsFileStore && !id.All(char.IsAsciiDigit) ? throw Fault($"invalid literal for int() with base 10: '{id}'") : _experiments.Find(e => e.Id == id) ?? throw Missing($"No Experiment with id={id} exists");

    private StockRun Run(string id) => _runs.GetValueOrDefault(id) ?? throw Missing($"Run with id={id} not found");

    private StockRun ActiveRun(JsonObject body)
    {
        var run = Run(Text(body, "run_id"));
        return run.Stage == "active" ? run : throw Invalid($"The run {run.Id} must be in the 'active' state. Current state is deleted.");
    }

    private JsonObject CreateExperiment(JsonObject body)
    {
        var name = Text(body, "name");
        if (_experiments.Exists(e => e.Name == name)) throw new StockError(400, "RESOURCE_ALREADY_EXISTS", $"Experiment(name={name}) already exists.");
        Store(name, 256);
        var made = new StockExperiment(_experiments.Count.ToString(CultureInfo.InvariantCulture), name);
        foreach (var tag in body["tags"]?.AsArray() ?? []) made.Tags[tag!["key"]!.ToString()] = tag["value"]!.ToString();
        _experiments.Add(made);
        return new JsonObject { ["experiment_id"] = made.Id };
    }

    private JsonObject RenameExperiment(JsonObject body)
    {
        var (experiment, name) = (Experiment(Text(body, "experiment_id")), Text(body, "new_name"));
        // Nobody looks for the name before the database does.
        if (_experiments.Exists(e => e.Name == name && e != experiment)) throw Duplicate("experiments.name");
        experiment.Name = Store(name, 256);
        return [];
    }

    private JsonObject TagExperiment(JsonObject body)
    {
        RequireKey(Text(body, "key"));
        Experiment(Text(body, "experiment_id")).Tags[Text(body, "key")] = Store(body["value"]!.ToString(), 5000);
        return [];
    }

    /// <summary>A text in a column, where it has to fit.</summary>
    private string Store(string text, int length)
    {
        if (IsFileStore) return text;
        if (text.Contains('\0', StringComparison.Ordinal)) throw Fault("A string literal cannot contain NUL (0x00) characters.");
        return text.Length <= length ? text : throw new StockError(400, "BAD_REQUEST", $"(psycopg2.errors.StringDataRightTruncation) value too long for type character varying({length})");
    }

    private static StockError Duplicate(string columns) => new(400, "BAD_REQUEST", $"(sqlite3.IntegrityError) UNIQUE constraint failed: {columns}");

    private static StockError Fault(string message) => new(500, "INTERNAL_ERROR", message);

    private JsonObject SearchExperiments(JsonObject body)
    {
        if (body["max_results"] is null) throw Invalid("Invalid value None for parameter 'max_results' supplied");
        return new JsonObject { ["experiments"] = new JsonArray([.. _experiments.Select(e => (JsonNode)e.ToJson())]) };
    }

    private JsonObject Stage(JsonObject body, string stage)
    {
        var experiment = Experiment(Text(body, "experiment_id"));
        experiment.Stage = stage;
        foreach (var run in _runs.Values.Where(run => run.ExperimentId == experiment.Id)) run.Stage = stage;
        return [];
    }

    private JsonObject CreateRun(JsonObject body)
    {
        var experiment = Experiment(body["experiment_id"]?.ToString() ?? "0");
        if (experiment.Stage != "active") throw Invalid($"The experiment {experiment.Id} must be in the 'active' state.");
        var run = new StockRun(Guid.NewGuid().ToString("N"), experiment.Id)
        {
            Name = Store(body["run_name"]?.ToString() ?? "made-up-name-1", 250),
            StartTime = (long?)body["start_time"] ?? 0,
            UserId = Store(body["user_id"]?.ToString() ?? "", 256),
        };
        // Nothing is cut here, and nothing checked but by the database.
        foreach (var tag in body["tags"]?.AsArray() ?? []) run.Tags[tag!["key"]!.ToString()] = Store(tag["value"]!.ToString(), 5000);
        run.Tags["mlflow.runName"] = run.Name;
        _runs.Add(run.Id, run);
        return new JsonObject { ["run"] = run.ToJson() };
    }

    private JsonObject UpdateRun(JsonObject body)
    {
        var run = ActiveRun(body);
        if (body["status"]?.ToString() is { } status)
        {
            if (status is not ("RUNNING" or "SCHEDULED" or "FINISHED" or "FAILED" or "KILLED")) throw Invalid($"Invalid value {status} for parameter 'status' supplied.");
            run.Status = status;
        }

        if ((long?)body["end_time"] is { } end) run.EndTime = end;
        if (body["run_name"]?.ToString() is { } name) run.Tags["mlflow.runName"] = run.Name = Store(name, 250);
        return new JsonObject { ["run_info"] = run.ToInfo() };
    }

    private JsonObject StageRun(JsonObject body, string stage)
    {
        Run(Text(body, "run_id")).Stage = stage;
        return [];
    }

    private JsonObject LogBatch(JsonObject body)
    {
        var run = ActiveRun(body);
        var (metrics, parameters, tags) = (body["metrics"]?.AsArray() ?? [], body["params"]?.AsArray() ?? [], body["tags"]?.AsArray() ?? []);
        if (metrics.Count > 1000 || parameters.Count > 100 || tags.Count > 100 || metrics.Count + parameters.Count + tags.Count > 1000) throw Invalid("A batch logging request can contain at most 1000 metrics, 100 params, 100 tags");
        foreach (var item in metrics.Concat(parameters).Concat(tags)) RequireKey(item!["key"]!.ToString());
        foreach (var item in metrics)
        {
            if (item!["timestamp"] is null || (long)item["timestamp"]! < 0) throw Invalid("Timestamp must be a non-negative long");
        }

        if (parameters.DistinctBy(item => item!["key"]!.ToString()).Count() < parameters.Count) throw Invalid("Duplicate parameter keys have been submitted");
        LogParams(run, [.. parameters.Select(item => (item!["key"]!.ToString(), item["value"]!.ToString()))]);
        LogPoints(run, [.. metrics.Select(item => (item!["key"]!.ToString(), new MetricPoint((long?)item["step"] ?? 0, (long)item["timestamp"]!, Double(item["value"]!))))]);
        return SetTags(run, tags);
    }

    private void LogParams(StockRun run, List<(string Key, string Value)> parameters)
    {
        foreach (var (key, given) in parameters)
        {
            var value = given.Length > 6000 ? given[..6000] : given;
            RequirePath(run.Params.Keys, key);
            if (run.Params.TryGetValue(key, out var known) && known != value)
            {
                var message = $"Changing param values is not allowed. Param with key='{key}' was already logged with value='{known}' for run ID='{run.Id}'.";
                throw IsFileStore ? Fault(message) : Invalid(message);
            }

            if (!IsFileStore && run.Params.Keys.Any(other => other != key && other.Equals(key, StringComparison.OrdinalIgnoreCase))) throw Duplicate("params.key, params.run_uuid");
            run.Params[key] = Store(value, 8000);
        }
    }

    /// <summary>A NaN equals no other, so that one that is sent again is inserted again; and of 100 points at a time only their own series are looked at.</summary>
    private void LogPoints(StockRun run, List<(string Key, MetricPoint Point)> points)
    {
        foreach (var (key, point) in points.Where(_ => IsFileStore))
        {
            RequirePath(run.Points.Keys, key);
            run.Append(key, point);
        }

        if (IsFileStore || points.Count == 0) return;
        var seen = new HashSet<(string, MetricPoint)>();
        points = [.. points.Where(item => double.IsNaN(item.Point.Value) || seen.Add(item)).Select(item => (item.Key, item.Point with { Value = Clamp(item.Point.Value) }))];
        if (run.TryInsert(points)) return;
        foreach (var some in points.Select(item => item.Key).Chunk(100).Select(keys => keys.ToHashSet()))
        {
            if (!run.TryInsert([.. points.Where(item => !(some.Contains(item.Key) && run.Has(item.Key, item.Point)))])) throw Duplicate("metrics.key, metrics.timestamp, metrics.step, metrics.run_uuid, metrics.value, metrics.is_nan");
        }
    }

    private static double Clamp(double value) => double.IsInfinity(value) ? Math.CopySign(double.MaxValue, value) : value;

    /// <summary>A file store can't have a file and a folder of one name.</summary>
    private void RequirePath(IEnumerable<string> used, string key)
    {
        if (IsFileStore && (key.Split('/').Any(part => System.Text.Encoding.UTF8.GetByteCount(part) > 255)
            || used.Any(other => other != key && (other.StartsWith(key + "/", StringComparison.Ordinal) || key.StartsWith(other + "/", StringComparison.Ordinal)))))
            throw Fault($"[Errno 20] Not a directory: '{key}'");
    }

    private static double Double(JsonNode node) => node.GetValueKind() == JsonValueKind.Number
        ? node.GetValue<double>()
        : node.ToString() switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, var text => double.Parse(text, CultureInfo.InvariantCulture) };

    private static void RequireKey(string key)
    {
        if (key.Length is 0 or > 250) throw Invalid($"'{key}' exceeds the maximum length");
        if (!KeyPattern().IsMatch(key)) throw Invalid($"Invalid name '{key}': names may only contain alphanumerics, underscores, dashes, periods, spaces and slashes.");
        if (key.StartsWith("..", StringComparison.Ordinal) || key.Split('/').Any(part => part is "" or "." or "..")) throw Invalid($"Invalid name '{key}': names may be treated as files in certain cases.");
    }

    private JsonObject SetTags(StockRun run, JsonArray? tags)
    {
        foreach (var tag in tags ?? [])
        {
            var (key, value) = (tag!["key"]!.ToString(), tag["value"]!.ToString());
            RequireKey(key);
            RequirePath(run.Tags.Keys, key);
            if (!IsFileStore && run.Tags.Keys.Any(other => other != key && other.Equals(key, StringComparison.OrdinalIgnoreCase))) throw Fault("Failed to set tags with given within 3 retries.");
            run.Tags[key] = Store(value.Length > 5000 ? value[..5000] : value, 5000);
            if (key == "mlflow.runName") run.Name = value;
        }

        return [];
    }

    private JsonObject SetTags(StockRun run, JsonObject[] tags) => SetTags(run, new JsonArray([.. tags]));

    private JsonObject DeleteTag(JsonObject body) =>
        ActiveRun(body).Tags.Remove(Text(body, "key")) ? [] : throw Missing($"No tag with name: {body["key"]}");

    private JsonObject LogInputs(JsonObject body)
    {
        var run = ActiveRun(body);
        foreach (var input in body["datasets"]!.AsArray())
        {
            var dataset = input!["dataset"]!.AsObject();
            foreach (var name in (string[])["name", "digest", "source_type", "source"]) Text(dataset, name);
            if (dataset["digest"]!.ToString().Length > 36) throw Invalid("Dataset digest exceeds the maximum length of 36");
            Store(dataset["name"]!.ToString(), 500);
            Store(dataset["source_type"]!.ToString(), 36);
            if (System.Text.Encoding.UTF8.GetByteCount(Store(dataset["source"]!.ToString(), int.MaxValue)) > 65_535) throw new StockError(400, "BAD_REQUEST", "(pymysql.err.DataError) Data too long for column 'dataset_source'");
            Store(dataset["schema"]?.ToString() ?? "", int.MaxValue);
            // A dataset that the run has already is passed over, whatever else is said of it now.
            if (!run.Inputs.Exists(known => IsSame(known["dataset"]!, dataset))) run.Inputs.Add(input.DeepClone());
        }

        return [];
    }

    private static bool IsSame(JsonNode one, JsonNode other) =>
        (one["name"]!.ToString(), one["digest"]!.ToString()) == (other["name"]!.ToString(), other["digest"]!.ToString());

    private JsonObject History(RawRequest request)
    {
        var points = Run(request.Query("run_id")!).Points.GetValueOrDefault(request.Query("metric_key")!) ?? [];
        if (!HasPages) return new JsonObject { ["metrics"] = Metrics(points) };
        // Without max_results there is an empty page and a token, as there.
        var size = request.Query("max_results") is { } max ? int.Parse(max, CultureInfo.InvariantCulture) : 0;
        var offset = request.Query("page_token") is { Length: > 0 } token ? int.Parse(token, CultureInfo.InvariantCulture) : 0;
        var answer = new JsonObject { ["metrics"] = Metrics(points.Skip(offset).Take(size)) };
        if (offset + size < points.Count) answer["next_page_token"] = (offset + size).ToString(CultureInfo.InvariantCulture);
        return answer;

        JsonArray Metrics(IEnumerable<MetricPoint> some) => new([.. some.Select(point => (JsonNode)StockRun.ToJson(request.Query("metric_key")!, point))]);
    }

    [GeneratedRegex(@"^[\w\-. /]+\z")]
    private static partial Regex KeyPattern();
}

/// <summary>An error in the protocol's form.</summary>
internal sealed class StockError(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;
}
