using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Lifecycle.Sdk.Server.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Stopping, starting again, large artifacts and clients that go away.</summary>
public sealed class LifetimeTests
{
    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task A_restart_keeps_everything_that_was_acknowledged(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var run = await server.NewRunAsync();
        await server.CallAsync("POST", "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{"key":"m","value":0.5,"timestamp":7,"step":3}],"params":[{"key":"p","value":"v"}]}""");
        await server.SendAsync("PUT", TestServer.ArtifactPath(run, "a/b.txt"), "content");
        await server.CallAsync("POST", "registered-models/create", """{"name":"kept"}""");
        var (before, model) = ((await server.CallAsync("GET", $"runs/get?run_id={run}")).ToJsonString(), (await server.CallAsync("GET", "registered-models/get?name=kept")).ToJsonString());

        await server.RestartAsync();

        Assert.Equal(before, (await server.CallAsync("GET", $"runs/get?run_id={run}")).ToJsonString());
        Assert.Equal(model, (await server.CallAsync("GET", "registered-models/get?name=kept")).ToJsonString());
        Assert.Equal((200, "content"), await server.SendAsync("GET", TestServer.ArtifactPath(run, "a/b.txt")));
        await server.CallAsync("POST", "runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":8,"step":4}""");
    }

    [Fact]
    public async Task An_upload_in_flight_finishes_while_the_server_stops()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        using var connection = await server.ConnectAsync();
        var stream = connection.GetStream();
        // The server says 100 when the endpoint has begun to read the body: only then is the upload in flight.
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {TestServer.ArtifactPath(run, "late.txt")} HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n"));
        var head = new byte[25];
        await stream.ReadExactlyAsync(head);
        Assert.StartsWith("HTTP/1.1 100 ", Encoding.ASCII.GetString(head), StringComparison.Ordinal);
        await stream.WriteAsync("half"u8.ToArray());

        var stopping = server.StopAsync();
        Assert.False(stopping.IsCompleted);
        await stream.WriteAsync("half"u8.ToArray());
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync());
        await reader.ReadToEndAsync();
        await stopping;

        await server.RestartAsync();
        Assert.Equal((200, "halfhalf"), await server.SendAsync("GET", TestServer.ArtifactPath(run, "late.txt")));
    }

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task A_client_that_vanishes_leaves_no_half_artifact(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var run = await server.NewRunAsync();
        using (var connection = await server.ConnectAsync())
        {
            var stream = connection.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {TestServer.ArtifactPath(run, "half.bin")} HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n"));
            await stream.ReadExactlyAsync(new byte[25]);
            await stream.WriteAsync(new byte[500_000]);
            connection.Client.LingerState = new LingerOption(enable: true, 0);
        }

        // A stop waits for the request to be over, so that afterwards nothing of it is still on its way.
        await server.RestartAsync();
        Assert.Null((await server.CallAsync("GET", $"artifacts/list?run_id={run}"))["files"]);
        Assert.DoesNotContain(Directory.EnumerateFiles(server.Folder, "*", SearchOption.AllDirectories), file => Path.GetFileName(Path.GetDirectoryName(file)) == "uploads");
    }

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task A_part_of_an_artifact_is_sent_as_it_is_asked_for(StoreKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var run = await server.NewRunAsync();
        var path = TestServer.ArtifactPath(run, "a.txt");
        await server.SendAsync("PUT", path, "0123456789");
        foreach (var (range, status, expected) in (ReadOnlySpan<(string, int, string)>)[("bytes=2-4", 206, "234"), ("bytes=7-", 206, "789"), ("bytes=-2", 206, "89"), ("bytes=5-99", 206, "56789"), ("bytes=10-", 416, "")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Range = RangeHeaderValue.Parse(range);
            using var answer = server.Client.Send(request);
            Assert.Equal((status, expected), ((int)answer.StatusCode, new StreamReader(answer.Content.ReadAsStream()).ReadToEnd()));
        }

        using var head = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal((HttpStatusCode.OK, 10L), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal("attachment", head.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("nosniff", head.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("", await head.Content.ReadAsStringAsync());
    }
}
