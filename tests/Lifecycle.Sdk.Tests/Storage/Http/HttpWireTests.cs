using System.Text;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>The bytes of the main calls, as the protocol's facts want them.</summary>
public sealed class HttpWireTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
    private static readonly RunId Run = RunId.Parse("0123456789abcdef0123456789abcdef");
    private static readonly WriterId Writer = WriterId.Parse("00000000000000ab");

    [Fact]
    public async Task A_run_of_a_stock_server_takes_these_requests()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        await store.ApplyAsync(Batch(), TestContext.Current.CancellationToken);
        var id = Assert.Single(lab.Stock.Runs).Id;
        Assert.Equal(
        [
            $"GET /api/2.0/mlflow/runs/get?run_id={Run}",
            "POST /api/2.0/mlflow/experiments/search {\"max_results\":1000,\"view_type\":\"ALL\"}",
            $"POST /api/2.0/mlflow/runs/search {{\"experiment_ids\":[\"0\"],\"filter\":\"tags.`lifecycle.run_id` = '{Run}'\",\"run_view_type\":\"ALL\",\"max_results\":2}}",
            "GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=digits%20%26%20co",
            "POST /api/2.0/mlflow/experiments/create {\"name\":\"digits & co\"}",
            $"POST /api/2.0/mlflow/runs/create {{\"experiment_id\":\"1\",\"run_name\":\"first\",\"user_id\":\"me\",\"start_time\":1700000000000,\"tags\":[{{\"key\":\"lifecycle.run_id\",\"value\":\"{Run}\"}},{{\"key\":\"mlflow.user\",\"value\":\"me\"}}]}}",
            $"POST /api/2.0/mlflow/runs/log-batch {{\"run_id\":\"{id}\",\"params\":[{{\"key\":\"lr\",\"value\":\"0.1\"}}],\"tags\":[{{\"key\":\"team\",\"value\":\"blåu \\\"x\\\"\"}},{{\"key\":\"lifecycle.last_seen\",\"value\":\"1700000001000\"}},{{\"key\":\"lifecycle.wire.00000000000000ab\",\"value\":\"[{{\\\"metric\\\":\\\"a{{b=c}}\\\",\\\"key\\\":\\\"a.b.c\\\",\\\"infinite\\\":true}},{{\\\"param\\\":\\\"lr\\\",\\\"type\\\":\\\"floating\\\"}}]\"}}]}}",
            $"POST /api/2.0/mlflow/runs/log-batch {{\"run_id\":\"{id}\",\"metrics\":[{{\"key\":\"a.b.c\",\"value\":0.1,\"timestamp\":1700000000001,\"step\":-9223372036854775808}},{{\"key\":\"a.b.c\",\"value\":\"NaN\",\"timestamp\":9007199254740993,\"step\":2}},{{\"key\":\"a.b.c\",\"value\":-0.0,\"timestamp\":3,\"step\":3}},{{\"key\":\"a.b.c\",\"value\":\"-Infinity\",\"timestamp\":4,\"step\":4}},{{\"key\":\"a.b.c\",\"value\":5E-324,\"timestamp\":5,\"step\":5}}]}}",
            $"GET /api/2.0/mlflow/runs/get?run_id={id}",
            $"POST /api/2.0/mlflow/runs/update {{\"run_id\":\"{id}\",\"status\":\"FINISHED\",\"end_time\":1700000002000}}",
        ], Lines(lab));
        Assert.All(lab.Server.Requests.Where(request => request.Method == "POST"), request => Assert.Equal("application/json", request.Headers["Content-Type"]));
        Assert.All(lab.Server.Requests, request => Assert.Equal("1", request.Headers["Lifecycle-Sdk"]));
    }

    [Fact]
    public async Task A_run_of_a_dialect_server_takes_these_requests()
    {
        await using var server = new RawServer(request => Dialect(request) with { Headers = [("Lifecycle-Server", "1")] });
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore(address: server.Address);
        await store.ApplyAsync(Batch(), TestContext.Current.CancellationToken);
        await store.ApplyAsync(Batch() with { Facts = [new RunResumed(7)], Points = [], End = null, Attempt = 9 }, TestContext.Current.CancellationToken);
        await store.ApplyAsync(Batch() with { Facts = [], Points = [], End = null }, TestContext.Current.CancellationToken);
        await store.ApplyAsync(new RunBatch { Run = Run, Time = Start, Facts = [new RunStatusChanged(RunStatus.Interrupted, null, "why")] }, TestContext.Current.CancellationToken);
        Assert.Equal(
        [
            $"GET /api/2.0/mlflow/runs/get?run_id={Run}",
            "GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=digits%20%26%20co",
            $"POST /api/2.0/mlflow/runs/create {{\"run_id\":\"{Run}\",\"experiment_id\":\"7\",\"run_name\":\"first\",\"user_id\":\"me\",\"start_time\":1700000000000,\"tags\":[{{\"key\":\"mlflow.user\",\"value\":\"me\"}}]}}",
            $"POST /api/2.0/mlflow/runs/log-batch {{\"run_id\":\"{Run}\",\"attempt\":5,\"params\":[{{\"key\":\"lr\",\"value\":\"0.1\",\"type\":\"floating\"}}],\"tags\":[{{\"key\":\"team\",\"value\":\"blåu \\\"x\\\"\"}}]}}",
            $"POST /api/2.0/mlflow/runs/log-batch {{\"run_id\":\"{Run}\",\"attempt\":5,\"metrics\":[{{\"key\":\"a{{b=c}}\",\"value\":0.1,\"timestamp\":1700000000001,\"step\":-9223372036854775808}},{{\"key\":\"a{{b=c}}\",\"value\":\"NaN\",\"timestamp\":9007199254740993,\"step\":2}},{{\"key\":\"a{{b=c}}\",\"value\":-0.0,\"timestamp\":3,\"step\":3}},{{\"key\":\"a{{b=c}}\",\"value\":\"-Infinity\",\"timestamp\":4,\"step\":4}},{{\"key\":\"a{{b=c}}\",\"value\":5E-324,\"timestamp\":5,\"step\":5}}]}}",
            $"POST /api/2.0/mlflow/runs/update {{\"run_id\":\"{Run}\",\"status\":\"FINISHED\",\"end_time\":1700000002000,\"attempt\":5}}",
            $"POST /api/2.0/mlflow/runs/update {{\"run_id\":\"{Run}\",\"status\":\"RUNNING\",\"attempt\":9,\"from_step\":7}}",
            $"POST /api/2.0/mlflow/runs/log-batch {{\"run_id\":\"{Run}\",\"attempt\":5}}",
            $"POST /api/2.0/mlflow/runs/update {{\"run_id\":\"{Run}\",\"status\":\"INTERRUPTED\",\"error\":\"why\"}}",
        ], server.Requests.Select(Line));
        Assert.All(server.Requests, request => Assert.True(request.Headers.ContainsKey("Lifecycle-Sdk")));
        Assert.True(store.Capabilities is { SearchesFullGrammar: true, SummarizesSeries: true, KeepsParamTypes: true, RecordsMarks: false, KeepsLedger: false, KeepsGivenIds: false });
    }

    [Fact]
    public async Task What_a_dialect_server_tells_beyond_the_protocol_is_read()
    {
        var json = $$$$"""
            {"run": {"info": {"run_id": "{{{{Run}}}}", "experiment_id": "7", "run_name": "first", "status": "INTERRUPTED", "start_time": "1700000000000", "end_time": 1700000002000,
              "artifact_uri": "mlflow-artifacts:/7/x/artifacts", "lifecycle_stage": "active", "last_seen": 1700000001500, "parent_run_id": "parent", "error": "why",
              "attempts": [{"id": 9, "from_step": 7}, {"id": 10}]},
             "data": {"metrics": [{"key": "a{b=c}", "value": "NaN", "timestamp": 3, "step": 3,
               "summary": {"count": 4, "nan_count": 1, "first": {"step": 1, "timestamp": 1, "value": 2}, "min": {"step": 2, "timestamp": 2, "value": "-Infinity"}, "max": {"step": 1, "timestamp": 1, "value": 2}, "sum": "-Infinity"}}],
              "params": [{"key": "lr", "value": "0.1", "type": "floating"}], "tags": [{"key": "mlflow.user", "value": "me"}, {"key": "team", "value": "blue"}]}}}
            """;
        await using var server = new RawServer(_ => RawAnswer.Json(json) with { Headers = [("Lifecycle-Server", "1")] });
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore(address: server.Address);
        var run = (await store.GetRunAsync(Run, TestContext.Current.CancellationToken))!;
        Assert.Equal((RunStatus.Interrupted, "why", "parent", "me"), (run.Status, run.Error, run.ParentId!.ToString(), run.User));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_001_500), run.LastSeen);
        Assert.Equal([new RunAttempt(9, 7), new RunAttempt(10, null)], run.Attempts);
        var summary = run.Metrics["a{b=c}"];
        Assert.Equal((4, 1, false), (summary.Count, summary.NaNCount, summary.IsLatestOnly));
        Assert.Equal((new MetricPoint(1, 1, 2), new MetricPoint(2, 2, double.NegativeInfinity)), (summary.First, summary.Min!.Value));
        Assert.Equal(ParamValue.Of(0.1), run.Params["lr"]);
        Assert.Equal("team", Assert.Single(run.Tags).Key);
    }

    [Fact]
    public void Points_are_written_without_an_allocation_each_and_read_back_bit_for_bit()
    {
        var values = Enumerable.Range(0, 5_000).Select(i => BitConverter.Int64BitsToDouble(0x3FF0_0000_0000_0000 + (i * 0x0001_2345_6789_ABCD))).ToArray();
        long[] numbers = [.. Enumerable.Range(0, 5_000).Select(i => (long)i)];
        var writer = new PointRequests("run", null);
        var series = new SeriesPoints("loss", numbers, numbers, values);
        var read = new List<double>();
        foreach (var request in writer.Write([series]))
        {
            Assert.True(request.Count <= 1_000 && request.Length <= 1_000_000);
            foreach (var metric in System.Text.Json.Nodes.JsonNode.Parse(request.Body.Span)!["metrics"]!.AsArray()) read.Add(metric!["value"]!.GetValue<double>());
            request.Return();
        }

        Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), read.Select(BitConverter.DoubleToInt64Bits));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var request in writer.Write([series])) request.Return();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000);
    }

    [Theory]
    [InlineData("loss", "loss")]
    [InlineData("accuracy{subset=test}", "accuracy.subset.test")]
    [InlineData("loss{fold=3,subset=a b}", "loss.fold.3.subset.a b")]
    [InlineData("Größe 学习率", "Größe 学习率")]
    [InlineData("a:b", "a_b-")]
    [InlineData("../x", "___x-")]
    [InlineData("/x", "_x-")]
    [InlineData("a//b", "a__b-")]
    [InlineData("a/./b", "a___b-")]
    [InlineData("a/", "a_-")]
    [InlineData("...", "___-")]
    [InlineData("x{a=/}", "x_a__-")]
    public void Names_become_keys_that_every_server_takes(string name, string key)
    {
        var made = WireKeys.Of(name);
        Assert.True(WireKeys.IsLegal(made), made);
        if (key.EndsWith('-')) Assert.StartsWith(key, made, StringComparison.Ordinal);
        else Assert.Equal(key, made);
    }

    [Fact]
    public void Writers_of_one_run_add_to_the_map_without_overwriting_each_other()
    {
        var (one, two) = (new WireMap(), new WireMap());
        var other = WriterId.Parse("00000000000000cd");
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < 300; i++)
        {
            var first = one.Add(Writer, new WireEntry { Param = $"one{i}", Type = "integer" })!;
            var second = two.Add(other, new WireEntry { Param = $"two{i}", Type = "floating" })!;
            (tags[first.Key], tags[second.Key]) = (first.Value, second.Value);
            Assert.Null(one.Add(Writer, new WireEntry { Param = $"one{i}", Type = "integer" }));
        }

        Assert.All(tags.Values, value => Assert.InRange(value.Length, 2, 5_000));
        var read = WireMap.Read(tags.Select(tag => new WireTag(tag.Key, tag.Value)));
        for (var i = 0; i < 300; i++) Assert.Equal(("integer", "floating"), (read.FindParam($"one{i}")!.Type, read.FindParam($"two{i}")!.Type));
        // A map that was read goes on where it ended.
        var next = read.Add(Writer, new WireEntry { Param = "last", Type = "boolean" })!;
        Assert.Contains("one299", next.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{"metrics": [], "next_page_token": ""}""", 0)]
    [InlineData("""{"future": {"metrics": [{"value": 1}]}, "metrics": [{"key": "a", "value": "1.5", "timestamp": "7", "step": "-3", "model_id": {"x": [1]}}, {"value": 2, "timestamp": 8}], "next_page_token": "t"}""", 2)]
    public async Task Histories_are_read_in_any_pieces(string json, int count)
    {
        for (var size = 1; size <= json.Length; size += 7)
        {
            using var reader = new HistoryReader(new Drip(Encoding.UTF8.GetBytes(json), size));
            var points = new List<MetricPoint>();
            while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } some) points.AddRange(some);
            Assert.Equal(count, points.Count);
            if (count > 0) Assert.Equal((new MetricPoint(-3, 7, 1.5), new MetricPoint(0, 8, 2), "t"), (points[0], points[1], reader.NextPageToken));
        }
    }

    private static RunBatch Batch() => new()
    {
        Run = Run,
        Writer = Writer,
        Attempt = 5,
        Sequence = 1,
        Time = Start.AddSeconds(1),
        Facts = [new RunStarted(null, "digits & co", "first", Start, null, "me"), new ParamLogged("lr", 0.1), new TagSet("team", "blåu \"x\"")],
        Points =
        [
            new SeriesPoints(
                "a{b=c}", (long[])[long.MinValue, 2, 3, 4, 5], (long[])[1_700_000_000_001, 9_007_199_254_740_993, 3, 4, 5], (double[])[0.1, double.NaN, -0.0, double.NegativeInfinity, double.Epsilon]),
        ],
        End = new RunStatusChanged(RunStatus.Finished, Start.AddSeconds(2), null),
    };

    private static RawAnswer Dialect(RawRequest request) => request.Endpoint switch
    {
        "runs/get" => RawAnswer.Error(404, "RESOURCE_DOES_NOT_EXIST", "no such run"),
        "experiments/get-by-name" => RawAnswer.Json("""{"experiment": {"experiment_id": "7", "name": "digits & co", "lifecycle_stage": "active"}}"""),
        "runs/create" => RawAnswer.Json($$$$"""{"run": {"info": {"run_id": "{{{{Run}}}}", "experiment_id": "7"}}}"""),
        _ => RawAnswer.Json("{}"),
    };

    private static IEnumerable<string> Lines(HttpLab lab) => lab.Server.Requests.Select(Line);

    private static string Line(RawRequest request) => $"{request.Method} {request.Target} {request.Text}".TrimEnd();

    /// <summary>A stream that gives a few bytes at a time.</summary>
    private sealed class Drip(byte[] content, int size) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
