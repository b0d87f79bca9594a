using System.Text.Json.Nodes;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>What stock clients do and expect beyond the plain exchanges: things that they would fail by, or lose data.</summary>
public sealed class StockHabitTests
{
    /// <summary>The client compares the message's beginning: only this one makes it upload the plain way.</summary>
    [Theory]
    [InlineData("create")]
    [InlineData("complete")]
    [InlineData("abort")]
    public async Task A_multipart_upload_is_refused_with_the_sentence_that_clients_go_the_plain_way_by(string operation)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var (status, answer) = await server.SendAsync("POST", $"/api/2.0/mlflow-artifacts/mpu/{operation}/0/{run}/artifacts/model", """{"path":"/tmp/big.bin","num_parts":2}""");
        Assert.Equal(501, status);
        Assert.StartsWith("""{"error_code":"NOT_IMPLEMENTED","message":"Multipart upload is not supported for the current artifact repository""", answer, StringComparison.Ordinal);
    }

    /// <summary>An image's name in 2.11 to 2.19. Python encodes each percent sign once, and the server decodes until nothing is left to decode.</summary>
    [Theory]
    [InlineData("dog%step%0%timestamp%1711111111111%g2d3-4.png")]
    [InlineData("dog%step%10%timestamp%1099511627776%h%compressed.webp")]
    [InlineData("dog%7f.png")]
    public async Task The_name_of_an_image_with_a_time_after_a_percent_sign_stays_as_it_is(string name)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var path = TestServer.ArtifactPath(run, "images/" + name.Replace("%", "%25", StringComparison.Ordinal));
        Assert.Equal(200, (await server.SendAsync("PUT", path, "pixels", "image/png")).Status);
        var listed = await server.SendAsync("GET", $"/api/2.0/mlflow-artifacts/artifacts?path=0/{run}/artifacts/images");
        Assert.Equal(name, (string)JsonNode.Parse(listed.Body)!["files"]![0]!["path"]!);
        Assert.Equal((200, "pixels"), await server.SendAsync("GET", path));
    }

    [Fact]
    public async Task NUL_in_a_name_is_refused_however_often_it_is_encoded()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        foreach (var nul in (string[])["%00", "%2500", "%252500"])
            Assert.Equal(400, (await server.SendAsync("PUT", TestServer.ArtifactPath(run, $"a{nul}.txt"), "x")).Status);
    }

    /// <summary>Python sends an empty file in chunks, since it has no length to tell.</summary>
    [Fact]
    public async Task An_empty_file_in_chunks_is_an_artifact()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var answer = await server.SendRawAsync(
            $"PUT {TestServer.ArtifactPath(run, "empty.txt")} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal((200, ""), await server.SendAsync("GET", TestServer.ArtifactPath(run, "empty.txt")));
    }

    /// <summary>The 3.x client deletes a tag of a logged model without a body, and so without its type.</summary>
    [Fact]
    public async Task A_tag_of_a_logged_model_is_deleted_without_a_body()
    {
        await using var server = await TestServer.StartAsync();
        var model = (await server.CallAsync("POST", "logged-models", """{"experiment_id":"0","name":"m","tags":[{"key":"mlflow.model.isExternal","value":"true"}]}"""))["model"]!["info"]!["model_id"]!;
        await server.CallAsync("DELETE", $"logged-models/{model}/tags/mlflow.model.isExternal");
        Assert.Null((await server.CallAsync("GET", $"logged-models/{model}?allow_deleted=true"))["model"]!["info"]!["tags"]);
    }

    /// <summary>An experiment may have been given any folder.</summary>
    [Theory]
    [InlineData("models")]
    [InlineData("team/artifacts")]
    [InlineData("host:8080/artifacts/models")]
    public async Task Runs_and_models_are_found_in_any_folder(string folder)
    {
        await using var server = await TestServer.StartAsync();
        var slashes = folder.Contains(':', StringComparison.Ordinal) ? "//" : "/";
        var location = $"mlflow-artifacts:{slashes}{folder}";
        var experiment = (string)(await server.CallAsync("POST", "experiments/create", $$"""{"name":"e","artifact_location":"{{location}}"}"""))["experiment_id"]!;
        var run = await server.NewRunAsync(experiment);
        var model = await server.CallAsync("POST", "logged-models", $$"""{"experiment_id":"{{experiment}}","name":"m","source_run_id":"{{run}}"}""");
        string[] uris = [$"{location}/{run}/artifacts", (string)model["model"]!["info"]!["artifact_uri"]!];
        foreach (var uri in uris)
        {
            var root = new Uri(uri).AbsolutePath;
            Assert.Equal(200, (await server.SendAsync("PUT", $"/api/2.0/mlflow-artifacts/artifacts{root}/model/artifacts/a.txt", "a")).Status);
            var listed = await server.SendAsync("GET", $"/api/2.0/mlflow-artifacts/artifacts?path={root.TrimStart('/')}/model/artifacts");
            Assert.Equal("""{"files":[{"path":"a.txt","is_dir":false,"file_size":1}]}""", listed.Body);
        }

        Assert.Equal(["model", "models"], (await server.CallAsync("GET", $"artifacts/list?run_id={run}"))["files"]!.AsArray().Select(file => (string)file!["path"]!));
    }

    /// <summary>MLflow's servers cut them; what a script goes on after there must not end it here.</summary>
    [Fact]
    public async Task A_long_value_is_kept_whole()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var text = new string('x', 60_000);
        await server.CallAsync("POST", "runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"{{text}}"}""");
        await server.CallAsync("POST", "runs/set-tag", $$"""{"run_id":"{{run}}","key":"t","value":"{{text}}"}""");
        await server.CallAsync("POST", "runs/log-batch", $$"""{"run_id":"{{run}}","params":[{"key":"q","value":"{{text}}"}],"tags":[{"key":"u","value":"{{text}}"}]}""");
        await server.CallAsync("POST", "experiments/set-experiment-tag", $$"""{"experiment_id":"0","key":"t","value":"{{text}}"}""");
        await server.CallAsync("POST", "registered-models/create", $$"""{"name":"m","tags":[{"key":"t","value":"{{text}}"}]}""");
        var data = (await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["data"]!;
        Assert.Equal([text, text], data["params"]!.AsArray().Select(param => (string)param!["value"]!));
        Assert.Equal(2, data["tags"]!.AsArray().Count(tag => (string)tag!["value"]! == text));
        Assert.Equal(400, (await server.SendAsync("POST", "/api/2.0/mlflow/runs/log-parameter", $$"""{"run_id":"{{run}}","key":"r","value":"{{text}}{{text}}"}""")).Status);
    }

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task A_dataset_keeps_its_tags_its_profile_and_a_schema_of_many_columns(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var run = await server.NewRunAsync();
        var columns = Enumerable.Range(0, 3_000).Select(i => FormattableString.Invariant($$"""{"type": "double", "name": "column {{i}}", "required": true}"""));
        var schema = $$"""{"mlflow_colspec": [{{string.Join(", ", columns)}}]}""";
        const string Profile = """{"num_rows": 10, "num_elements": 40}""";
        var input = new JsonObject
        {
            ["tags"] = new JsonArray(Tag("origin", "warehouse"), Tag("mlflow.data.context", "training")),
            ["dataset"] = new JsonObject { ["name"] = "d", ["digest"] = "abc", ["source_type"] = "code", ["source"] = "{}", ["schema"] = schema, ["profile"] = Profile },
        };
        await server.CallAsync("POST", "runs/log-inputs", new JsonObject { ["run_id"] = run, ["datasets"] = new JsonArray(input) }.ToJsonString());

        var known = (await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["inputs"]!["dataset_inputs"]!.AsArray().Single()!;

        Assert.Equal(["mlflow.data.context=training", "origin=warehouse"], known["tags"]!.AsArray().Select(tag => $"{tag!["key"]}={tag["value"]}").Order(StringComparer.Ordinal));
        Assert.Equal((schema, Profile), ((string)known["dataset"]!["schema"]!, (string)known["dataset"]!["profile"]!));
        Assert.DoesNotContain("lifecycle.", (await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["data"]!.ToJsonString(), StringComparison.Ordinal);

        static JsonObject Tag(string key, string value) => new() { ["key"] = key, ["value"] = value };
    }

    [Fact]
    public async Task Of_a_profile_that_is_too_long_the_number_of_rows_remains()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var profile = $$"""{\"num_rows\": 7, \"columns\": \"{{new string('x', 70_000)}}\"}""";
        await server.CallAsync("POST", "runs/log-inputs", $$$"""{"run_id":"{{{run}}}","datasets":[{"tags":[{"key":"a","value":"b"}],"dataset":{"name":"d","digest":"abc","source_type":"local","source":"s","profile":"{{{profile}}}"}}]}""");
        var known = (await server.CallAsync("GET", $"runs/get?run_id={run}"))["run"]!["inputs"]!["dataset_inputs"]![0]!;
        Assert.Equal(("""{"num_rows": 7}""", """[{"key":"a","value":"b"}]"""), ((string)known["dataset"]!["profile"]!, known["tags"]!.ToJsonString()));
    }
}
