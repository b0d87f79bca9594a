using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests.Support;

/// <summary>A store that a server is tested over.</summary>
public enum StoreKind
{
    /// <summary>Files in a folder.</summary>
    LocalFile,

    /// <summary>One database file.</summary>
    Sqlite,
}

/// <summary>The server on real Kestrel at a free port of this machine, over a store in a folder of its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly StoreKind _kind;
    private WebApplication _app;

    private TestServer(StoreKind kind, string folder, WebApplication app)
    {
        (_kind, Folder, _app) = (kind, folder, app);
        Client = NewClient();
    }

    public string Folder { get; }

    public Uri Address => new(_app.Urls.First());

    public HttpClient Client { get; private set; }

    public static async Task<TestServer> StartAsync(StoreKind kind = StoreKind.LocalFile)
    {
        var folder = Directory.CreateTempSubdirectory("lifecycle-server-").FullName;
        return new TestServer(kind, folder, await StartAppAsync(kind, folder));
    }

    /// <summary>Stops in good order, and starts again over the same store.</summary>
    public async Task RestartAsync()
    {
        Client.Dispose();
        await StopAsync();
        await _app.DisposeAsync();
        _app = await StartAppAsync(_kind, Folder);
        Client = NewClient();
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async Task<(int Status, string Body)> SendAsync(string method, string path, string? json = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
            if (contentType.Length > 0) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var answer = await Client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Calls an endpoint of tracking or registry, which must succeed.</summary>
    public async Task<JsonNode> CallAsync(string method, string path, string? json = null)
    {
        var (status, body) = await SendAsync(method, "/api/2.0/mlflow/" + path, json);
        Assert.True(status == 200, $"{method} {path} {json} -> {status} {body}");
        return JsonNode.Parse(body)!;
    }

    public async Task<string> NewRunAsync(string experiment = "0") =>
        (string)(await CallAsync("POST", "runs/create", $$"""{"experiment_id":"{{experiment}}","run_name":"tested","start_time":1}"""))["run"]!["info"]!["run_id"]!;

    public static string ArtifactPath(string run, string path, string experiment = "0") => $"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{path}";

    /// <summary>Opens a connection of its own, for what no HTTP client would send.</summary>
    public async Task<TcpClient> ConnectAsync()
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(Address.Host, Address.Port);
        return connection;
    }

    /// <summary>Sends bytes as they are and reads until the server closes, which the bytes should ask for.</summary>
    public async Task<string> SendRawAsync(string text)
    {
        using var connection = await ConnectAsync();
        var stream = connection.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // A server may close before it has read all that it refuses.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    /// <summary>One request whose target reaches the server byte by byte.</summary>
    public Task<string> SendTargetAsync(string method, string target, string body = "", string host = "127.0.0.1", string headers = "") => SendRawAsync(
        $"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    internal static async Task<WebApplication> StartAppAsync(StoreKind kind, string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddLifecycle(tracker => _ = kind == StoreKind.Sqlite
            ? tracker.UseSqlite(Path.Combine(folder, "store.db"))
            : tracker.UseLocalFile(Path.Combine(folder, "store")));
        var app = builder.Build();
        app.MapLifecycle();
        await app.StartAsync();
        return app;
    }

    private HttpClient NewClient() => new() { BaseAddress = Address };
}
