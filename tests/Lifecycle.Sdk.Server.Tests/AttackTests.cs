using System.Text;
using System.Text.Json.Nodes;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>What hostile, broken and hasty clients send.</summary>
public sealed class AttackTests
{
    private const string LogMetric = "/api/2.0/mlflow/runs/log-metric";
    private const string LogBatch = "/api/2.0/mlflow/runs/log-batch";

    public static TheoryData<string, string> Bodies() => new()
    {
        { "deep arrays", Deep("[", "]") },
        { "deep objects", "{\"a\":" + Deep("{\"a\":", "}", "1") + "}" },
        { "an array", "[1,2,3]" },
        { "a huge number of a step", """{"key":"k","value":1,"timestamp":1,"step":99999999999999999999999999}""" },
        { "a huge exponent of a step", """{"key":"k","value":1,"timestamp":1,"step":1e400}""" },
        { "a fraction of a step", """{"key":"k","value":1,"timestamp":1,"step":1.5}""" },
        { "a negative time", """{"key":"k","value":1,"timestamp":-1}""" },
        { "a boolean for a value", """{"key":"k","value":true,"timestamp":1}""" },
        { "a bare NaN", """{"key":"k","value":NaN,"timestamp":1}""" },
        { "a bare infinity", """{"key":"k","value":-Infinity,"timestamp":1}""" },
        { "an object for a value", """{"key":"k","value":{"a":1},"timestamp":1}""" },
        { "an object for a key", """{"key":{},"value":1,"timestamp":1}""" },
        { "half of a body", """{"key":"k","value":1,"timest""" },
        { "bytes that are no text", "\u0001\u0002\u0003" },
        { "half of a surrogate pair", """{"key":"\ud800","value":1,"timestamp":1}""" },
        { "a path for a key", """{"key":"../../k","value":1,"timestamp":1}""" },
        { "a long key", $$"""{"key":"{{new string('k', 251)}}","value":1,"timestamp":1}""" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_no_request_is_refused_and_stores_nothing(string what, string body)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var sent = body.StartsWith("{\"key\"", StringComparison.Ordinal) ? $"{{\"run_id\":\"{run}\"," + body[1..] : body;

        var (status, answer) = await server.SendAsync("POST", LogMetric, sent);

        Assert.True(status == 400, $"{what}: {status} {answer}");
        RequireCleanError(server, answer);
        Assert.Null((await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["data"]!["metrics"]);
    }

    [Theory]
    [InlineData("experiments/create", """{"name":"\ud800"}""")]
    [InlineData("experiments/create", """{"nam\ud800":"x","name":"\udc00"}""")]
    [InlineData("registered-models/create", """{"name":"m","tags":[{"key":"\ud800","value":"v"}]}""")]
    [InlineData("runs/search", """{"experiment_ids":["\ud800"]}""")]
    public async Task Half_of_a_character_is_refused(string path, string body)
    {
        await using var server = await TestServer.StartAsync();
        var (status, answer) = await server.SendAsync("POST", "/api/2.0/mlflow/" + path, body);
        Assert.True(status == 400, $"{status} {answer}");
        RequireCleanError(server, answer);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_by_its_length_and_without_one()
    {
        await using var server = await TestServer.StartAsync();
        var body = "{\"x\":\"" + new string('x', 5 << 20) + "\"}";
        var (status, answer) = await server.SendAsync("POST", LogBatch, body);
        Assert.Equal(413, status);
        RequireCleanError(server, answer);

        using var request = new HttpRequestMessage(HttpMethod.Post, LogBatch) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await server.Client.SendAsync(request);
        Assert.Equal(413, (int)chunked.StatusCode);
    }

    [Fact]
    public async Task A_flood_of_headers_is_refused_and_the_next_request_is_served()
    {
        await using var server = await TestServer.StartAsync();
        var flood = string.Concat(Enumerable.Range(0, 5_000).Select(i => FormattableString.Invariant($"X-{i}: {new string('x', 100)}\r\n")));
        var answer = await server.SendTargetAsync("GET", "/health", headers: flood);
        Assert.DoesNotContain("200 OK", answer, StringComparison.Ordinal);
        Assert.Equal((200, "OK"), await server.SendAsync("GET", "/health"));
    }

    [Fact]
    public async Task Requests_that_hang_half_sent_cost_nobody_else_anything()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var hanging = new List<IDisposable>();
        try
        {
            for (var i = 0; i < 64; i++)
            {
                var connection = await server.ConnectAsync();
                hanging.Add(connection);
                var head = i % 2 == 0
                    ? $"POST {LogBatch} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"run_id\":\"{run}\","
                    : $"PUT {TestServer.ArtifactPath(run, "half.bin")} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhalf";
                await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            }

            await server.CallAsync("POST", "runs/log-metric", $$"""{"run_id":"{{run}}","key":"k","value":1,"timestamp":1}""");
            Assert.Equal(200, (await server.SendAsync("PUT", TestServer.ArtifactPath(run, "whole.bin"), "whole")).Status);
        }
        finally
        {
            hanging.ForEach(connection => connection.Dispose());
        }

        var file = Assert.Single((await server.CallAsync("GET", $"artifacts/list?run_id={run}"))["files"]!.AsArray());
        Assert.Equal("whole.bin", (string?)file!["path"]);
    }

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task Sixteen_writers_of_one_run_leave_every_point_there_once(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var run = await server.NewRunAsync();
        // Each batch goes twice, by two clients at once: an identical point is one point.
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var batch = 0; batch < 5; batch++)
            {
                var first = ((writer / 2 * 5) + batch) * 20;
                var points = Enumerable.Range(first, 20).Select(step => FormattableString.Invariant($$"""{"key":"k","value":{{step}},"timestamp":1,"step":{{step}}}"""));
                await server.CallAsync("POST", "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', points)}}]}""");
            }
        }));

        var history = (await server.CallAsync("GET", $"metrics/get-history?run_id={run}&metric_key=k&max_results=25000"))["metrics"]!.AsArray();
        Assert.Equal(Enumerable.Range(0, 800).Select(step => (long)step), history.Select(point => (long)point!["step"]!).Order());
    }

    [Fact]
    public async Task A_batch_with_one_thing_that_is_refused_leaves_nothing()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        await server.CallAsync("POST", "runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"1"}""");
        var (status, _) = await server.SendAsync("POST", LogBatch, $$"""{"run_id":"{{run}}","metrics":[{"key":"m","value":1,"timestamp":1}],"params":[{"key":"p","value":"2"}],"tags":[{"key":"t","value":"v"}]}""");
        Assert.Equal(400, status);
        var data = (await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["data"]!;
        Assert.Null(data["metrics"]);
        Assert.DoesNotContain(data["tags"]!.AsArray(), tag => (string?)tag!["key"] == "t");
    }

    [Fact]
    public async Task A_deleted_run_takes_no_artifact_and_no_metric()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        await server.CallAsync("POST", "runs/delete", $$"""{"run_id":"{{run}}"}""");
        var upload = await server.SendAsync("PUT", TestServer.ArtifactPath(run, "a.txt"), "late");
        var metric = await server.SendAsync("POST", LogMetric, $$"""{"run_id":"{{run}}","key":"k","value":1,"timestamp":1}""");
        Assert.Equal((400, 400), (upload.Status, metric.Status));
        Assert.Contains("INVALID_PARAMETER_VALUE", upload.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renamed_model_is_found_by_its_new_name_only_and_a_deleted_one_not_at_all()
    {
        await using var server = await TestServer.StartAsync();
        await server.CallAsync("POST", "registered-models/create", """{"name":"old"}""");
        await server.CallAsync("POST", "model-versions/create", """{"name":"old","source":"s3://bucket/model"}""");
        await server.CallAsync("POST", "registered-models/alias", """{"name":"old","alias":"champion","version":"1"}""");
        await server.CallAsync("POST", "registered-models/rename", """{"name":"old","new_name":"new"}""");
        Assert.Equal(404, (await server.SendAsync("GET", "/api/2.0/mlflow/registered-models/get?name=old")).Status);
        Assert.Equal("new", (string?)(await server.CallAsync("GET", "registered-models/alias?name=new&alias=champion"))["model_version"]!["name"]);

        await server.CallAsync("DELETE", "registered-models/delete", """{"name":"new"}""");
        foreach (var path in (string[])["registered-models/get?name=new", "model-versions/get?name=new&version=1"])
        {
            var (status, answer) = await server.SendAsync("GET", "/api/2.0/mlflow/" + path);
            Assert.Equal(404, status);
            RequireCleanError(server, answer);
        }
    }

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    [InlineData("localhost.evil.example:5000", 403)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1:1", 200)]
    [InlineData("[::1]", 200)]
    public async Task A_name_that_was_pointed_here_is_refused(string host, int status)
    {
        await using var server = await TestServer.StartAsync();
        Assert.StartsWith(FormattableString.Invariant($"HTTP/1.1 {status} "), await server.SendTargetAsync("GET", "/health", host: host), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("https://127.0.0.1", 403)]
    [InlineData("http://127.0.0.1", 200)]
    public async Task A_page_of_another_origin_changes_nothing(string origin, int status)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.SendTargetAsync("POST", "/api/2.0/mlflow/experiments/create", """{"name":"from a page"}""", headers: $"Origin: {origin}\r\nContent-Type: application/json\r\n");
        Assert.StartsWith(FormattableString.Invariant($"HTTP/1.1 {status} "), answer, StringComparison.Ordinal);
        var found = await server.SendAsync("GET", "/api/2.0/mlflow/experiments/get-by-name?experiment_name=from%20a%20page");
        Assert.Equal(status == 200 ? 200 : 404, found.Status);
    }

    private static string Deep(string open, string close, string middle = "") =>
        string.Concat(Enumerable.Repeat(open, 50_000)) + middle + string.Concat(Enumerable.Repeat(close, 50_000));

    /// <summary>The protocol's error and nothing else: no page, no stack, no path of the server.</summary>
    internal static void RequireCleanError(TestServer server, string answer)
    {
        var error = JsonNode.Parse(answer)!.AsObject();
        Assert.Equal(["error_code", "message"], error.Select(field => field.Key));
        Assert.NotEqual("", (string?)error["message"]);
        Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Folder, answer, StringComparison.Ordinal);
    }
}
