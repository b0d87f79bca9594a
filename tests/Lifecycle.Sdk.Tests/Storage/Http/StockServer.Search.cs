using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <content>Searches and artifacts.</content>
internal sealed partial class StockServer
{
    private JsonObject SearchRuns(JsonObject body)
    {
        var ids = (body["experiment_ids"]?.AsArray() ?? []).Select(id => id!.ToString()).ToHashSet();
        foreach (var id in ids.Where(id => !IsFileStore && !id.All(char.IsAsciiDigit))) throw Fault($"invalid literal for int() with base 10: '{id}'");
        var view = body["run_view_type"]?.ToString() ?? "ACTIVE_ONLY";
        var terms = Split(body["filter"]?.ToString() ?? "").ToList();
        var found = _runs.Values.Where(run => ids.Contains(run.ExperimentId) && (view == "ALL" || run.Stage == (view == "DELETED_ONLY" ? "deleted" : "active")))
            .Where(run => terms.TrueForAll(term => Holds(run, term)));
        var ordered = found.OrderBy(_ => 0);
        var fields = (body["order_by"]?.AsArray() ?? []).Select(order => order!.ToString().Split(' ')[0]).ToList();
        bool IsOf(Match term, string entity) => term.Groups[1].Value.Equals(entity, StringComparison.OrdinalIgnoreCase);
        if (terms.Exists(term => IsOf(term, "dataset")) && (terms.Exists(term => !IsOf(term, "dataset") && (!IsOf(term, "attributes") || term.Value.Contains("run_name", StringComparison.Ordinal))) || fields.Exists(field => field.StartsWith("metrics", StringComparison.Ordinal))))
            throw new StockError(503, "TEMPORARILY_UNAVAILABLE", "(sqlite3.OperationalError) no such column: anon_1.destination_id");
        if (fields.Distinct().Count() < fields.Count) throw Fault("`order_by` contains duplicate fields");
        foreach (var order in body["order_by"]?.AsArray() ?? [])
        {
            var match = OrderPattern().Match(order!.ToString());
            if (!match.Success) throw Invalid($"Invalid order_by clause '{order}'");
            var key = match.Groups[2].Value;
            Func<StockRun, double> read = match.Groups[1].Value switch
            {
                "metrics" => run => run.Points.ContainsKey(key) ? run.Latest(key).Value : double.NaN,
                _ when key == "start_time" => run => run.StartTime,
                _ => throw Invalid($"Invalid order_by key '{order}'"),
            };
            ordered = ordered.ThenBy(run => double.IsNaN(read(run))).ThenBy(run => match.Groups[3].Value == "DESC" ? -read(run) : read(run));
        }

        var (max, offset) = ((int?)body["max_results"] ?? 1000, body["page_token"]?.ToString() is { Length: > 0 } token ? int.Parse(token, CultureInfo.InvariantCulture) : 0);
        var all = ordered.ThenByDescending(run => run.StartTime).ThenBy(run => run.Id, StringComparer.Ordinal).ToList();
        if (all.Count == 0) return [];
        var answer = new JsonObject { ["runs"] = new JsonArray([.. all.Skip(offset).Take(max).Select(run => (JsonNode)run.ToJson())]) };
        if (offset + max <= all.Count) answer["next_page_token"] = (offset + max).ToString(CultureInfo.InvariantCulture);
        return answer;
    }

    private static IEnumerable<Match> Split(string filter)
    {
        if (filter.Length == 0) yield break;
        // What is no chain of comparisons is an error, as there.
        if (!Regex.IsMatch(filter, $@"\A{Term}(\s+AND\s+{Term})*\z", RegexOptions.IgnoreCase)) throw Invalid($"Invalid clause(s) in filter string: '{filter}'");
        foreach (Match match in Regex.Matches(filter, Term, RegexOptions.IgnoreCase)) yield return match;
    }

    private const string Term = """(?:(metrics|params|tags|attributes|dataset)\.(?:`([^`]+)`|"([^"]+)"|([\w.]+)))\s*(=|!=|>=|<=|>|<|LIKE|ILIKE|NOT IN|IN)\s*('[^']*'|"[^"]*"|\([^)]*\)|-?\d*(?:\.\d+)?E-?\d+|-?\d+(?:\.\d*)?)""";

    private static bool Holds(StockRun run, Match term)
    {
        var key = term.Groups[2].Value + term.Groups[3].Value + term.Groups[4].Value;
        var (entity, op, literal) = (term.Groups[1].Value.ToLowerInvariant(), term.Groups[5].Value.ToUpperInvariant(), term.Groups[6].Value);
        var isQuoted = literal[0] is '\'' or '"';
        if (entity == "metrics" || key is "start_time" or "end_time")
        {
            if (isQuoted) throw Invalid($"Expected numeric value type for metric. Found {literal}");
            if (entity == "metrics" && !run.Points.ContainsKey(key)) return false;
            var value = entity == "metrics" ? run.Latest(key).Value : key == "start_time" ? run.StartTime : run.EndTime ?? double.NaN;
            var order = value.CompareTo(double.Parse(literal, CultureInfo.InvariantCulture));
            return op switch { "=" => order == 0, "!=" => order != 0, ">" => order > 0, ">=" => order >= 0, "<" => order < 0, "<=" => order <= 0, _ => throw Invalid($"Invalid comparator {op}") };
        }

        if (literal[0] == '(')
        {
            if (entity != "dataset" && !(entity == "attributes" && key == "run_id")) throw Invalid("Only the 'run_id' attribute supports comparison with a list of quoted string values.");
            var values = Regex.Matches(literal, "'([^']*)'").Select(match => match.Groups[1].Value).Where(value => value.Any(char.IsLower) && !value.Any(char.IsUpper)).ToList();
            return entity == "dataset" ? run.Inputs.Any(input => values.Contains(input["dataset"]![key]!.ToString()) == (op == "IN")) : values.Contains(run.Id) == (op == "IN");
        }

        if (!isQuoted) throw Invalid($"Expected a quoted string value for {entity}. Got value {literal}");
        var text = entity switch
        {
            "dataset" => run.Inputs.Select(input => input["dataset"]![key]!.ToString()).FirstOrDefault(),
            "params" => run.Params.GetValueOrDefault(key),
            "tags" => run.Tags.GetValueOrDefault(key),
            _ => key switch { "run_id" => run.Id, "run_name" => run.Name, "status" => run.Status, _ => throw Invalid($"Invalid attribute key '{key}'") },
        };
        return text is not null && op switch
        {
            "=" => text == literal[1..^1],
            "!=" => text != literal[1..^1],
            "LIKE" or "ILIKE" => Regex.IsMatch(text, "^" + Regex.Escape(literal[1..^1]).Replace("%", ".*", StringComparison.Ordinal) + "$", op == "ILIKE" ? RegexOptions.IgnoreCase : RegexOptions.None),
            _ => throw Invalid($"Invalid comparator {op}"),
        };
    }

    private RawAnswer Artifact(RawRequest request, string escaped)
    {
        var path = escaped;
        for (var i = 0; i < 3; i++) path = Uri.UnescapeDataString(path); // Decodes until nothing changes, as there.
        if (path.Contains('#', StringComparison.Ordinal) || path.Split('/').Contains("..")) throw Invalid("Invalid path");
        if (path.EndsWith(';')) path = path[..^1]; // An empty parameter of a URL, it thinks.
        if (path.Split('/').Any(part => System.Text.Encoding.UTF8.GetByteCount(part) > 255)) return RawAnswer.Page("<!doctype html><title>500 Internal Server Error</title>", 500);
        switch (request.Method)
        {
            case "DELETE" when HasBucket:
                foreach (var alike in _files.Keys.Where(file => file.StartsWith(path, StringComparison.Ordinal)).ToList()) _files.Remove(alike);
                return RawAnswer.Json("{}");
            case "DELETE" when _files.ContainsKey(path):
                // It can remove folders only.
                return RawAnswer.Page("<!doctype html><title>500 Internal Server Error</title>", 500);
            case "DELETE":
                foreach (var below in _files.Keys.Where(file => file.StartsWith(path + "/", StringComparison.Ordinal)).ToList()) _files.Remove(below);
                return RawAnswer.Json("{}");
            case "PUT":
                _files[path] = request.Body;
                return HasArtifactRouter ? new RawAnswer { ContentType = "text/plain", Body = [] } : RawAnswer.Json("{}");
            case "GET" when path.Length == 0:
                return RawAnswer.Json(List(request.Query("path") ?? "", full: false).ToJsonString());
            default:
                if (!_files.TryGetValue(path, out var content)) throw new StockError(500, "INTERNAL_ERROR", "No such file or directory");
                var from = request.Headers.TryGetValue("Range", out var range) ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture) : 0;
                return new RawAnswer
                {
                    Status = from > 0 ? 206 : 200,
                    ContentType = "application/octet-stream",
                    Body = content[from..],
                    Headers = from > 0 ? [("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}")] : [],
                };
        }
    }

    private JsonObject ListRun(RawRequest request)
    {
        var run = Run(request.Query("run_id")!);
        var root = $"{run.ExperimentId}/{run.Id}/artifacts";
        var answer = List(request.Query("path") is { } path ? $"{root}/{path}" : root, full: true);
        foreach (var file in answer["files"]!.AsArray()) file!["path"] = file["path"]!.ToString()[(root.Length + 1)..];
        answer["root_uri"] = $"mlflow-artifacts:/{root}";
        return answer;
    }

    private JsonObject List(string folder, bool full)
    {
        var below = _files.Where(file => file.Key.StartsWith(folder + "/", StringComparison.Ordinal)).Select(file => (Name: file.Key[(folder.Length + 1)..], Size: file.Value.Length)).ToList();
        var files = new JsonArray();
        foreach (var (name, size) in below.Where(file => !file.Name.Contains('/', StringComparison.Ordinal)))
        {
            var file = new JsonObject { ["path"] = full ? $"{folder}/{name}" : name, ["is_dir"] = false };
            if (size > 0) file["file_size"] = size;
            files.Add((JsonNode)file);
        }

        foreach (var name in below.Where(file => file.Name.Contains('/', StringComparison.Ordinal)).Select(file => file.Name.Split('/')[0]).Distinct())
            files.Add((JsonNode)new JsonObject { ["path"] = full ? $"{folder}/{name}" : name, ["is_dir"] = true });
        return new JsonObject { ["files"] = files };
    }

    [GeneratedRegex(@"\A(metrics|attributes)\.`?([^`]+?)`? (ASC|DESC)\z")]
    private static partial Regex OrderPattern();
}
