using System.Globalization;
using System.Text.Json.Nodes;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Logged models as the 3.x clients make them: with what was measured of them, in this run or another.</summary>
public sealed class LoggedModelTests
{
    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task What_is_logged_about_a_model_is_shown_with_the_model_and_with_the_run(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (run, model) = await NewModelAsync(server, "clf");
        await LogAsync(server, run, $$"""{"key":"acc","value":0.5,"timestamp":"1000","step":"1","model_id":"{{model}}","run_id":"{{run}}"}""");
        await LogAsync(server, run, $$"""{"key":"acc","value":0.75,"timestamp":"2000","step":"2","model_id":"{{model}}"},{"key":"acc","value":0.25,"timestamp":"1500","step":"1","model_id":"{{model}}"},{"key":"other","value":1,"timestamp":"1"}""");
        // As log_metric sends it, and later than a later point.
        await server.CallAsync("POST", "runs/log-metric", $$"""{"run_uuid":"{{run}}","run_id":"{{run}}","key":"acc","value":0.125,"timestamp":"500","step":"0","model_id":"{{model}}"}""");
        await server.CallAsync("POST", "runs/log-metric", $$"""{"run_uuid":"{{run}}","run_id":"{{run}}","key":"f1","value":"NaN","timestamp":"3000","step":"0","model_id":"{{model}}","dataset_name":"train","dataset_digest":"abc"}""");

        var metrics = Sorted((await GetAsync(server, model))["data"]!["metrics"]!.AsArray());

        Assert.Equal(
            [
                $$"""{"model_id":"{{model}}","key":"acc","value":0.75,"timestamp":2000,"step":2,"run_id":"{{run}}"}""",
                $$"""{"model_id":"{{model}}","key":"f1","value":"NaN","timestamp":3000,"step":0,"run_id":"{{run}}","dataset_name":"train","dataset_digest":"abc"}""",
            ],
            metrics);
        var history = await server.CallAsync("GET", $"metrics/get-history?run_id={run}&metric_key=acc&max_results=25000");
        Assert.Equal(4, history["metrics"]!.AsArray().Count);
        Assert.Equal(["acc", "f1", "other"], (await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["data"]!["metrics"]!.AsArray().Select(metric => (string)metric!["key"]!));
        Assert.DoesNotContain("lifecycle.", (await server.SendAsync("GET", $"/api/2.0/mlflow/runs/get?run_id={run}")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_evaluation_logs_about_the_model_of_another_run_is_shown_with_the_model()
    {
        await using var server = await TestServer.StartAsync();
        var (run, model) = await NewModelAsync(server, "clf");
        var evaluation = await server.NewRunAsync();
        await LogAsync(server, run, $$"""{"key":"acc","value":0.5,"timestamp":1,"model_id":"{{model}}"}""");
        await LogAsync(server, evaluation, $$"""{"key":"acc","value":0.25,"timestamp":1,"model_id":"{{model}}"}""");

        Assert.Equal([0.25, 0.5], (await GetAsync(server, model))["data"]!["metrics"]!.AsArray().Select(metric => (double)metric!["value"]!).Order());

        await server.CallAsync("DELETE", $"logged-models/{model}", "{}");
        Assert.Equal(404, (await server.SendAsync("GET", $"/api/2.0/mlflow/logged-models/{model}")).Status);
    }

    [Theory]
    [InlineData("m-unknown")]
    [InlineData("no id at all")]
    public async Task A_point_about_a_model_that_nobody_knows_is_one_of_the_run_all_the_same(string model)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        await LogAsync(server, run, $$"""{"key":"acc","value":0.5,"timestamp":1,"model_id":"{{model}}"}""");
        Assert.Single((await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["data"]!["metrics"]!.AsArray());
    }

    [Fact]
    public async Task A_point_about_a_model_whose_run_is_deleted_is_one_of_the_other_run_all_the_same()
    {
        await using var server = await TestServer.StartAsync();
        var (run, model) = await NewModelAsync(server, "clf");
        await server.CallAsync("POST", "runs/delete", $$"""{"run_id":"{{run}}"}""");
        var evaluation = await server.NewRunAsync();
        await LogAsync(server, evaluation, $$"""{"key":"acc","value":0.5,"timestamp":1,"model_id":"{{model}}"}""");
        Assert.Single((await server.CallAsync("GET", $"runs/get?run_id={evaluation}"))["run"]!["data"]!["metrics"]!.AsArray());
    }

    [Theory]
    [InlineData("metrics.acc > 0.8", "a b")]
    [InlineData("metrics.acc > 0.8 AND params.kind = 'tree'", "a")]
    [InlineData("metrics.acc < 0.8", "b c")]
    [InlineData("metrics.none > 0", "")]
    [InlineData("params.kind != 'tree'", "b")]
    [InlineData("params.`depth` IN ('3', '4')", "a")]
    [InlineData("creation_time > 0 AND last_updated_timestamp > 0", "a b c")]
    [InlineData("attributes.name LIKE 'a%' and status = 'PENDING'", "a")]
    public async Task Models_are_found_by_what_was_measured_and_set(string filter, string expected)
    {
        await using var server = await TestServer.StartAsync();
        await NewMeasuredModelsAsync(server);
        Assert.Equal(expected, await SearchAsync(server, new JsonObject { ["filter"] = filter }));
    }

    [Theory]
    [InlineData("metrics.acc > 0.8", "test", null, "b")]
    [InlineData("metrics.acc > 0.8", "train", "t1", "a")]
    [InlineData("metrics.acc > 0.8", "train", "t2", "")]
    [InlineData(null, "test", null, "b c")]
    [InlineData("name = 'b'", "test", null, "b")]
    public async Task A_metric_may_be_asked_for_on_a_dataset(string? filter, string dataset, string? digest, string expected)
    {
        await using var server = await TestServer.StartAsync();
        await NewMeasuredModelsAsync(server);
        var asked = new JsonObject { ["dataset_name"] = dataset };
        if (digest is not null) asked["dataset_digest"] = digest;
        var body = new JsonObject { ["datasets"] = new JsonArray(asked) };
        if (filter is not null) body["filter"] = filter;
        Assert.Equal(expected, await SearchAsync(server, body));
    }

    [Theory]
    [InlineData("""{"field_name":"metrics.acc"}""", "c a b")]
    [InlineData("""{"field_name":"metrics.acc","ascending":false}""", "b a c")]
    [InlineData("""{"field_name":"metrics.acc","dataset_name":"train","ascending":false}""", "a b c")]
    [InlineData("""{"field_name":"metrics.acc","dataset_name":"train"}""", "b a c")]
    [InlineData("""{"field_name":"name","ascending":false},{"field_name":"creation_time"}""", "c b a")]
    [InlineData("""{"field_name":"status"},{"field_name":"name"},{"field_name":"last_updated_time"}""", "a b c")]
    public async Task Models_are_ordered_by_what_was_measured_and_those_without_it_come_last(string order, string expected)
    {
        await using var server = await TestServer.StartAsync();
        await NewMeasuredModelsAsync(server);
        var body = new JsonObject { ["order_by"] = JsonNode.Parse($"[{order}]") };
        Assert.Equal(expected, string.Join(' ', await SearchNamesAsync(server, body)));
    }

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task A_model_with_many_long_params_is_kept_whole(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (run, model) = await NewModelAsync(server, "big");
        for (var batch = 0; batch < 3; batch++)
        {
            var more = new JsonArray([.. Enumerable.Range(batch * 20, 20).Select(i => new JsonObject { ["key"] = string.Create(CultureInfo.InvariantCulture, $"p{i}"), ["value"] = Value(i) })]);
            await server.CallAsync("POST", $"logged-models/{model}/params", new JsonObject { ["model_id"] = model, ["params"] = more }.ToJsonString());
        }

        var known = (await GetAsync(server, model))["data"]!["params"]!.AsArray().ToDictionary(param => (string)param!["key"]!, param => (string)param!["value"]!);

        Assert.Equal(60, known.Count);
        Assert.All(Enumerable.Range(0, 60), i => Assert.Equal(Value(i), known[string.Create(CultureInfo.InvariantCulture, $"p{i}")]));
        Assert.Single((await server.CallAsync("POST", "logged-models/search", """{"experiment_ids":["0"]}"""))["models"]!.AsArray());
        await server.CallAsync("DELETE", $"logged-models/{model}", "{}");
        Assert.Equal("{}", (await server.CallAsync("POST", "logged-models/search", """{"experiment_ids":["0"]}""")).ToJsonString());
        Assert.DoesNotContain("lifecycle.", (await server.SendAsync("GET", $"/api/2.0/mlflow/runs/get?run_id={run}")).Body, StringComparison.Ordinal);

        static string Value(int i) => string.Concat(Enumerable.Repeat(string.Create(CultureInfo.InvariantCulture, $"{i} größe 😀 "), 400));
    }

    [Fact]
    public async Task The_models_that_a_run_has_used_are_its_inputs()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        await server.CallAsync("POST", "runs/log-inputs", $$"""{"run_id":"{{run}}","models":[{"model_id":"m-1"}]}""");
        await server.CallAsync("POST", "runs/log-inputs", $$"""{"run_id":"{{run}}","models":[{"model_id":"m-2"},{"model_id":"m-1"}]}""");
        Assert.Equal("""{"model_inputs":[{"model_id":"m-1"},{"model_id":"m-2"}]}""", (await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["inputs"]!.ToJsonString());
    }

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task A_model_without_a_run_adds_none_that_a_search_would_find(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var run = await server.NewRunAsync();
        var model = (await server.CallAsync("POST", "logged-models", """{"experiment_id":"0","name":"alone"}"""))["model"]!["info"]!;
        foreach (var search in (string[])["""{"experiment_ids":["0"],"max_results":1,"order_by":["start_time DESC"]}""", """{"experiment_ids":["0"],"filter":"run_name LIKE '%'"}"""])
            Assert.Equal(run, (string)(await server.CallAsync("POST", "runs/search", search))["runs"]!.AsArray().Single()!["info"]!["run_id"]!);
        Assert.Null(model["source_run_id"]);
        Assert.Single((await server.CallAsync("POST", "logged-models/search", """{"experiment_ids":["0"]}"""))["models"]!.AsArray());
    }

    [Fact]
    public async Task A_search_may_ask_for_any_number_of_models_and_goes_on_by_pages()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var name in (string[])["a", "b", "c"]) await NewModelAsync(server, name);
        Assert.Equal(3, (await server.CallAsync("POST", "logged-models/search", """{"experiment_ids":["0"],"max_results":50000}"""))["models"]!.AsArray().Count);
        var first = await server.CallAsync("POST", "logged-models/search", """{"experiment_ids":["0"],"max_results":2,"order_by":[{"field_name":"name","ascending":true}]}""");
        var token = (string)first["next_page_token"]!;
        var second = await server.CallAsync("POST", "logged-models/search", $$"""{"experiment_ids":["0"],"max_results":2,"order_by":[{"field_name":"name","ascending":true}],"page_token":"{{token}}"}""");
        Assert.Equal(["a", "b", "c"], first["models"]!.AsArray().Concat(second["models"]!.AsArray()).Select(model => (string)model!["info"]!["name"]!));
        Assert.Null(second["next_page_token"]);
    }

    [Fact]
    public async Task A_run_may_put_out_thousands_of_models()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        for (var batch = 0; batch < 3; batch++)
        {
            var outputs = Enumerable.Range(batch * 1_000, 1_000).Select(step => FormattableString.Invariant($$"""{"model_id":"m-{{step:x32}}","step":{{step}}}"""));
            await server.CallAsync("POST", "runs/outputs", $$"""{"run_id":"{{run}}","models":[{{string.Join(',', outputs)}}]}""");
        }

        var known = (await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!;

        Assert.Equal(Enumerable.Range(0, 3_000), known["outputs"]!["model_outputs"]!.AsArray().Select(output => (int)output!["step"]!));
        Assert.DoesNotContain("lifecycle.", known["data"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task<(string Run, string Model)> NewModelAsync(TestServer server, string name, string parameters = "[]")
    {
        var run = await server.NewRunAsync();
        var model = await server.CallAsync("POST", "logged-models", $$"""{"experiment_id":"0","name":"{{name}}","source_run_id":"{{run}}","params":{{parameters}}}""");
        return (run, (string)model["model"]!["info"]!["model_id"]!);
    }

    /// <summary>a: 0.9 on train. b: 0.7 on train, then 0.95 on test. c: 0.6 on test.</summary>
    private static async Task NewMeasuredModelsAsync(TestServer server)
    {
        var a = await NewModelAsync(server, "a", """[{"key":"kind","value":"tree"},{"key":"depth","value":"3"}]""");
        var b = await NewModelAsync(server, "b", """[{"key":"kind","value":"net"}]""");
        var c = await NewModelAsync(server, "c");
        await LogAsync(server, a.Run, $$"""{"key":"acc","value":0.9,"timestamp":1,"model_id":"{{a.Model}}","dataset_name":"train","dataset_digest":"t1"}""");
        await LogAsync(server, b.Run, $$"""{"key":"acc","value":0.7,"timestamp":1,"model_id":"{{b.Model}}","dataset_name":"train","dataset_digest":"t1"}""");
        await LogAsync(server, b.Run, $$"""{"key":"acc","value":0.95,"timestamp":2,"model_id":"{{b.Model}}","dataset_name":"test","dataset_digest":"t3"}""");
        await LogAsync(server, c.Run, $$"""{"key":"acc","value":0.6,"timestamp":1,"model_id":"{{c.Model}}","dataset_name":"test","dataset_digest":"t3"}""");
    }

    private static async Task<string> SearchAsync(TestServer server, JsonObject body) => string.Join(' ', (await SearchNamesAsync(server, body)).Order(StringComparer.Ordinal));

    private static async Task<IEnumerable<string>> SearchNamesAsync(TestServer server, JsonObject body)
    {
        body["experiment_ids"] = new JsonArray("0");
        var found = await server.CallAsync("POST", "logged-models/search", body.ToJsonString());
        return found["models"]?.AsArray().Select(model => (string)model!["info"]!["name"]!) ?? [];
    }

    private static async Task<JsonNode> GetAsync(TestServer server, string model) => (await server.CallAsync("GET", $"logged-models/{model}"))["model"]!;

    private static Task<JsonNode> LogAsync(TestServer server, string run, string metrics) => server.CallAsync("POST", "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{metrics}}]}""");

    private static IEnumerable<string> Sorted(JsonArray nodes) => nodes.Select(node => node!.ToJsonString()).Order(StringComparer.Ordinal);
}
