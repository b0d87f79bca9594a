using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>A request as it came over the wire.</summary>
internal sealed record RawRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The path without the query, still percent-encoded.</summary>
    public string Path => Target.Split('?')[0];

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The endpoint below MLflow's prefix.</summary>
    public string Endpoint => Path.StartsWith("/api/2.0/mlflow/", StringComparison.Ordinal) ? Path["/api/2.0/mlflow/".Length..] : Path;

    public string? Query(string name) => Target.Contains('?', StringComparison.Ordinal)
        ? Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Select(pair => pair.Split('=', 2))
            .Where(pair => pair[0] == name).Select(pair => Uri.UnescapeDataString(pair[1])).FirstOrDefault()
        : null;
}

/// <summary>What to do about a request: answer it, or be awful.</summary>
internal sealed record RawAnswer
{
    public int Status { get; init; } = 200;

    public string ContentType { get; init; } = "application/json";

    public byte[] Body { get; init; } = "{}"u8.ToArray();

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Sends so many bytes of the body, then closes the connection.</summary>
    public int? BreakAfter { get; init; }

    /// <summary>Closes the connection without a word.</summary>
    public bool Drops { get; init; }

    /// <summary>Says nothing until this completes.</summary>
    public Task? Until { get; init; }

    public static RawAnswer Json(string text, int status = 200) => new() { Status = status, Body = Encoding.UTF8.GetBytes(text) };

    public static RawAnswer Error(int status, string code, string message) =>
        Json($$"""{"error_code": "{{code}}", "message": "{{message}}"}""", status);

    public static RawAnswer Page(string html, int status = 200) => new() { Status = status, ContentType = "text/html; charset=utf-8", Body = Encoding.UTF8.GetBytes(html) };
}

/// <summary>HTTP/1.1 by hand on a socket, so that it can do what no well-behaved server does.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly Func<RawRequest, RawAnswer> _handle;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _clients = new();
    private readonly TcpListener _listener;
    private readonly Task _accepting;

    public RawServer(Func<RawRequest, RawAnswer> handle, int port = 0)
    {
        _handle = handle;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>All requests so far, in the order of their arrival.</summary>
    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    public int Connections { get; private set; }

    /// <summary>A port on which nobody listens at the moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var client in _clients.Keys) client.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Connections++;
                _clients.TryAdd(client, true);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            client.NoDelay = true;
            var stream = new BufferedStream(client.GetStream(), 1 << 16);
            while (await ReadAsync(stream) is { } request)
            {
                Requests.Enqueue(request);
                var answer = _handle(request);
                if (answer.Until is { } wait) await wait.WaitAsync(_stop.Token);
                if (answer.Drops || !await WriteAsync(stream, request, answer)) break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            _clients.TryRemove(client, out _);
            client.Dispose();
        }
    }

    private async Task<RawRequest?> ReadAsync(Stream stream)
    {
        if (await LineAsync(stream) is not { Length: > 0 } first) return null;
        var parts = first.Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync(stream) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, System.Globalization.CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new RawRequest(parts[0], parts[1], headers, body);
    }

    private async Task<string?> LineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }

        return null;
    }

    private async Task<bool> WriteAsync(Stream stream, RawRequest request, RawAnswer answer)
    {
        var head = new StringBuilder($"HTTP/1.1 {answer.Status} Status\r\nContent-Type: {answer.ContentType}\r\nContent-Length: {answer.Body.Length}\r\n");
        foreach (var (name, value) in answer.Headers) head.Append($"{name}: {value}\r\n");
        head.Append("\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.ToString()), _stop.Token);
        var body = request.Method == "HEAD" ? [] : answer.BreakAfter is { } some ? answer.Body[..some] : answer.Body;
        await stream.WriteAsync(body, _stop.Token);
        await stream.FlushAsync(_stop.Token);
        return answer.BreakAfter is null;
    }
}
