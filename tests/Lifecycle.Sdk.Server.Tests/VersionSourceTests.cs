using System.Text.Json.Nodes;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Where clients find the files of versions that name other versions, logged models or runs.</summary>
public sealed class VersionSourceTests
{
    [Fact]
    public async Task A_copy_of_a_version_has_its_files_also_when_the_original_is_gone()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        await server.SendAsync("PUT", TestServer.ArtifactPath(run, "model/MLmodel"), "flavors");
        await CreateAsync(server, "source", $"mlflow-artifacts:/0/{run}/artifacts/model", run);
        await CreateAsync(server, "copy", "models:/source/1", run);
        await CreateAsync(server, "copy", "models:/copy/1", run);

        Assert.Equal($"mlflow-artifacts:/0/{run}/artifacts/model", await UriAsync(server, "copy", 1));
        await server.CallAsync("DELETE", "registered-models/delete", """{"name":"source"}""");

        Assert.Equal($"mlflow-artifacts:/0/{run}/artifacts/model", await UriAsync(server, "copy", 1));
        Assert.Equal($"mlflow-artifacts:/0/{run}/artifacts/model", await UriAsync(server, "copy", 2));
        Assert.Equal("models:/source/1", (string)(await server.CallAsync("GET", "model-versions/get?name=copy&version=1"))["model_version"]!["source"]!);
        Assert.Equal((200, "flavors"), await server.SendAsync("GET", "/model-versions/get-artifact?name=copy&version=2&path=MLmodel"));
    }

    [Fact]
    public async Task A_copy_of_a_version_that_is_kept_elsewhere_is_kept_there_too()
    {
        await using var server = await TestServer.StartAsync();
        await CreateAsync(server, "source", "s3://bucket/model");
        await CreateAsync(server, "copy", "models:/source/1");
        Assert.Equal("s3://bucket/model", await UriAsync(server, "copy", 1));
    }

    [Theory]
    [InlineData("models:/none/1")]
    [InlineData("models:/copy/1")]
    [InlineData("models:/copy@champion")]
    public async Task A_source_that_leads_nowhere_is_answered_as_it_is(string source)
    {
        await using var server = await TestServer.StartAsync();
        await CreateAsync(server, "copy", source);
        Assert.Equal(source, await UriAsync(server, "copy", 1));
    }

    [Fact]
    public async Task A_version_of_a_logged_model_has_its_files_within_the_run()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var model = (string)(await server.CallAsync("POST", "logged-models", $$"""{"experiment_id":"0","name":"m","source_run_id":"{{run}}"}"""))["model"]!["info"]!["model_id"]!;
        await server.SendAsync("PUT", $"/api/2.0/mlflow-artifacts/artifacts/0/models/{model}/artifacts/MLmodel", "flavors");
        await CreateAsync(server, "registered", $"models:/{model}");

        var uri = await UriAsync(server, "registered", 1);

        Assert.Equal($"mlflow-artifacts:/0/{run}/artifacts/models/{model}", uri);
        var listed = await server.SendAsync("GET", $"/api/2.0/mlflow-artifacts/artifacts?path={uri["mlflow-artifacts:/".Length..]}");
        Assert.Equal("""{"files":[{"path":"MLmodel","is_dir":false,"file_size":7}]}""", listed.Body);
    }

    [Fact]
    public async Task A_version_keeps_the_link_to_its_run()
    {
        await using var server = await TestServer.StartAsync();
        await server.CallAsync("POST", "registered-models/create", """{"name":"m"}""");
        await server.CallAsync("POST", "model-versions/create", """{"name":"m","source":"s3://b/m","run_link":"https://elsewhere/runs/1","tags":[{"key":"a","value":"b"}]}""");
        var version = (await server.CallAsync("GET", "model-versions/get?name=m&version=1"))["model_version"]!;
        Assert.Equal(("https://elsewhere/runs/1", """[{"key":"a","value":"b"}]"""), ((string)version["run_link"]!, version["tags"]!.ToJsonString()));
    }

    private static async Task CreateAsync(TestServer server, string name, string source, string run = "")
    {
        await server.SendAsync("POST", "/api/2.0/mlflow/registered-models/create", $$"""{"name":"{{name}}"}""");
        var body = new JsonObject { ["name"] = name, ["source"] = source };
        if (run.Length > 0) body["run_id"] = run;
        await server.CallAsync("POST", "model-versions/create", body.ToJsonString());
    }

    private static async Task<string> UriAsync(TestServer server, string name, int version) =>
        (string)(await server.CallAsync("GET", FormattableString.Invariant($"model-versions/get-download-uri?name={name}&version={version}")))["artifact_uri"]!;
}
