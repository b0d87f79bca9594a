using System.Text.Json.Nodes;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Prompts of the 3.x clients: registered models with a tag, whose versions have their text in a tag and no files.</summary>
public sealed class PromptTests
{
    private const string IsPrompt = """{"key":"mlflow.prompt.is_prompt","value":"true"}""";

    [Fact]
    public async Task A_prompt_is_registered_with_a_word_for_a_source_and_read_by_version_and_alias()
    {
        await using var server = await TestServer.StartAsync();
        var text = string.Concat(Enumerable.Repeat("Answer {{question}} as {{style}}. ", 1_000));
        await NewPromptAsync(server, "greeting", text);
        await server.CallAsync("POST", "registered-models/alias", """{"name":"greeting","alias":"production","version":"1"}""");

        var version = (await server.CallAsync("GET", "registered-models/alias?name=greeting&alias=production"))["model_version"]!;

        Assert.Equal(text, (string)version["tags"]!.AsArray().Single(tag => (string)tag!["key"]! == "mlflow.prompt.text")!["value"]!);
        Assert.Equal("say hello", (string)version["description"]!);
        Assert.Contains(IsPrompt, (await server.CallAsync("GET", "registered-models/get?name=greeting"))["registered_model"]!["tags"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("..\\secret")]
    public async Task A_file_is_no_source_of_a_prompt_either(string source)
    {
        await using var server = await TestServer.StartAsync();
        await server.CallAsync("POST", "registered-models/create", $$"""{"name":"greeting","tags":[{{IsPrompt}}]}""");
        var body = new JsonObject { ["name"] = "greeting", ["source"] = source, ["tags"] = new JsonArray(JsonNode.Parse(IsPrompt)) };
        Assert.Equal(400, (await server.SendAsync("POST", "/api/2.0/mlflow/model-versions/create", body.ToJsonString())).Status);
    }

    [Fact]
    public async Task Without_the_tag_a_word_is_no_source()
    {
        await using var server = await TestServer.StartAsync();
        await server.CallAsync("POST", "registered-models/create", """{"name":"m"}""");
        Assert.Equal(400, (await server.SendAsync("POST", "/api/2.0/mlflow/model-versions/create", """{"name":"m","source":"dummy-source"}""")).Status);
    }

    [Theory]
    [InlineData(null, "model")]
    [InlineData("name LIKE '%'", "model")]
    [InlineData("tag.`mlflow.prompt.is_prompt` != 'true'", "model")]
    [InlineData("tags.`mlflow.prompt.is_prompt` = 'false'", "model")]
    [InlineData("tag.`mlflow.prompt.is_prompt` = 'true'", "prompt")]
    [InlineData("name LIKE 'p%' AND tag.`mlflow.prompt.is_prompt` = 'true'", "prompt")]
    [InlineData("name = 'prompt'", "")]
    public async Task Prompts_are_found_by_who_asks_for_them_and_by_nobody_else(string? filter, string expected)
    {
        await using var server = await TestServer.StartAsync();
        await NewPromptAsync(server, "prompt", "text");
        await server.CallAsync("POST", "registered-models/create", """{"name":"model"}""");
        await server.CallAsync("POST", "model-versions/create", """{"name":"model","source":"s3://b/m"}""");
        var query = filter is null ? "" : "?filter=" + Uri.EscapeDataString(filter);
        Assert.Equal(expected, Names(await server.CallAsync("GET", "registered-models/search" + query), "registered_models"));
        Assert.Equal(expected, Names(await server.CallAsync("GET", "model-versions/search" + query), "model_versions"));
    }

    private static async Task NewPromptAsync(TestServer server, string name, string text)
    {
        await server.CallAsync("POST", "registered-models/create", $$"""{"name":"{{name}}","tags":[{{IsPrompt}}]}""");
        var tags = new JsonArray(JsonNode.Parse(IsPrompt), new JsonObject { ["key"] = "mlflow.prompt.text", ["value"] = text });
        var body = new JsonObject { ["name"] = name, ["source"] = "dummy-source", ["description"] = "say hello", ["tags"] = tags };
        await server.CallAsync("POST", "model-versions/create", body.ToJsonString());
    }

    private static string Names(JsonNode answer, string list) => string.Join(' ', answer[list]?.AsArray().Select(item => (string)item!["name"]!) ?? []);
}
