using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;
using Lifecycle.Sdk.Tests.Support;
using Lifecycle.Sdk.Tests.Tracking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>A stock server and trackers that use it, with a home and data folder of their own.</summary>
internal sealed class HttpLab : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private RawServer? _server;

    public HttpLab(bool isUp = true)
    {
        Port = isUp ? 0 : RawServer.FreePort();
        if (isUp) Start();
    }

    public StockServer Stock { get; } = new();

    public RawServer Server => _server!;

    public int Port { get; private set; }

    public string Address => $"http://127.0.0.1:{Port}";

    public string Data => _folder["data"];

    /// <summary>The files of a run that a server refused and this machine keeps.</summary>
    public string[] RefusedOf(RunId run) => [.. Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories)
        .Where(file => file.Contains(Path.Combine("refused", run.ToString()), StringComparison.Ordinal))];

    public string Home => _folder["home"];

    public Dictionary<string, string> Variables { get; } = [];

    public HttpSurroundings Surroundings => new(Variables.GetValueOrDefault, Home, Data);

    public void Start()
    {
        _server = new RawServer(Stock.Handle, Port);
        Port = _server.Port;
    }

    public HttpStore OpenStore(Action<HttpStoreOptions>? configure = null, TimeProvider? time = null, string? address = null, ILoggerFactory? loggers = null)
    {
        var options = new HttpStoreOptions { MaxRetries = 0 };
        configure?.Invoke(options);
        return new HttpStore(HttpAddress.Parse(address ?? Address), options, new StoreContext(time ?? TimeProvider.System, loggers ?? NullLoggerFactory.Instance), Surroundings);
    }

    public Tracker Open(Action<HttpStoreOptions>? configure = null, Action<TrackerBuilder>? builder = null)
    {
        var made = Tracker.CreateBuilder();
        made.Options.Capture = TrackerLab.Nothing;
        made.Options.DrainInterval = TimeSpan.FromMilliseconds(20);
        builder?.Invoke(made);
        var store = OpenStore(configure, made.TimeProvider, loggers: made.LoggerFactory);
        return made.UseStore(_ => store).Build();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }
}
