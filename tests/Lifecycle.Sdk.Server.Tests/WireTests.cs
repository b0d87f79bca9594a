using System.Text.RegularExpressions;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Requests as stock clients write them, and the exact JSON that comes back; only what is generated is replaced by a word.</summary>
public sealed partial class WireTests
{
    private const string Run = "RUN";

    public static TheoryData<string, string, string?, string> Exchanges() => new()
    {
        { "GET", "experiments/get-by-name?experiment_name=none", null, """404 RESOURCE_DOES_NOT_EXIST""" },
        { "POST", "experiments/create", "", """400 INVALID_PARAMETER_VALUE Missing value for required parameter 'name'""" },
        { "POST", "experiments/create", "{}", """400 INVALID_PARAMETER_VALUE Missing value for required parameter 'name'""" },
        { "POST", "experiments/create", """{"name":"Default"}""", """400 RESOURCE_ALREADY_EXISTS""" },
        { "POST", "experiments/search", "{}", """400 INVALID_PARAMETER_VALUE""" },
        { "POST", "runs/search", """{"experiment_ids":["77"]}""", "{}" },
        { "POST", "runs/search", """{"experiment_ids":[0],"filter":"metrics.none > 1"}""", "{}" },
        { "POST", "runs/search", """{"experiment_ids":["0"],"max_results":0}""", """400 INVALID_PARAMETER_VALUE Invalid value 0 for parameter 'max_results' supplied""" },
        { "POST", "runs/search", """{"experiment_ids":["0"],"page_token":"broken"}""", """400 INVALID_PARAMETER_VALUE""" },
        { "POST", "runs/log-metric", """{"run_uuid":"RUN","key":"k","value":"1.5","timestamp":"7","step":"-3","unknown":[1]}""", "{}" },
        { "POST", "runs/log-metric", """{"run_id":"RUN","key":"k","value":"-Infinity","timestamp":1,"step":9223372036854775807}""", "{}" },
        { "POST", "runs/log-metric", """{"run_id":"RUN","key":"k","value":NaN,"timestamp":1}""", """400 INVALID_PARAMETER_VALUE Invalid value NaN for parameter 'value' supplied""" },
        { "POST", "runs/log-metric", """{"run_id":"RUN","value":1,"timestamp":1}""", """400 INVALID_PARAMETER_VALUE Missing value for required parameter 'key'""" },
        { "POST", "runs/log-metric", """{"run_id":"RUN","key":"k","value":1}""", """400 INVALID_PARAMETER_VALUE Missing value for required parameter 'timestamp'""" },
        { "POST", "runs/log-metric", "\"{\\\"run_id\\\":\\\"RUN\\\",\\\"key\\\":\\\"k\\\",\\\"value\\\":1,\\\"timestamp\\\":1}\"", "{}" },
        { "POST", "runs/log-parameter", """{"run_id":"RUN","key":"p","value":""}""", "{}" },
        { "POST", "runs/log-batch", """{"run_id":"RUN"}""", "{}" },
        { "POST", "runs/set-tag", """{"run_id":"RUN","key":"a/b c","value":"ü"}""", "{}" },
        { "POST", "runs/delete-tag", """{"run_id":"RUN","key":"none"}""", """404 RESOURCE_DOES_NOT_EXIST No tag with name: none""" },
        { "GET", "metrics/get-history?run_id=RUN&metric_key=none&max_results=25000", null, "{}" },
        { "GET", "artifacts/list?run_id=RUN", null, """{"root_uri":"mlflow-artifacts:/0/RUN/artifacts"}""" },
        { "POST", "logged-models/search", """{"experiment_ids":["0"],"filter":"name = 'model'"}""", "{}" },
        { "GET", "registered-models/search?filter=tag.%60mlflow.prompt.is_prompt%60%20!%3D%20%27true%27", null, "{}" },
        { "GET", "registered-models/get?name=none", null, """404 RESOURCE_DOES_NOT_EXIST""" },
        { "POST", "model-versions/create", """{"name":"none","source":"s3://b/m"}""", """404 RESOURCE_DOES_NOT_EXIST""" },
        { "POST", "model-versions/create", """{"name":"none","source":"/etc/passwd"}""", """400 INVALID_PARAMETER_VALUE Invalid model version source""" },
        { "GET", "no/such", null, """404 ENDPOINT_NOT_FOUND""" },
    };

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task An_exchange_is_that_of_the_protocol(string method, string path, string? body, string expected)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        foreach (var prefix in (string[])["/api/2.0/mlflow/", "/ajax-api/2.0/mlflow/"])
        {
            var (status, answer) = await server.SendAsync(method, prefix + path.Replace(Run, run, StringComparison.Ordinal), body?.Replace(Run, run, StringComparison.Ordinal));
            var shown = Times().Replace(answer.Replace(run, Run, StringComparison.Ordinal), "TIME");
            if (expected[0] == '{')
            {
                Assert.Equal((200, expected), (status, shown));
                continue;
            }

            var parts = expected.Split(' ', 3);
            Assert.StartsWith($$"""{"error_code":"{{parts[1]}}","message":"{{(parts.Length > 2 ? parts[2] : "")}}""", shown.Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Equal(parts[0], FormattableString.Invariant($"{status}"));
        }
    }

    [Fact]
    public async Task A_body_that_does_not_say_it_is_JSON_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var type in (string[])["text/plain", "", "application/jsonx"])
        {
            var (status, answer) = await server.SendAsync("POST", "/api/2.0/mlflow/experiments/create", """{"name":"x"}""", type);
            Assert.Equal(400, status);
            Assert.Contains("Bad Request. Content-Type must be one of [", answer, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"\b1[0-9]{12}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Times();
}
