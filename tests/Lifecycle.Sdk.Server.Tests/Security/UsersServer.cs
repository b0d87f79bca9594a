using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>A server on a free port of this machine with users of a file, a clock of its own and a log that is kept.</summary>
internal sealed class UsersServer : IAsyncDisposable
{
    public const string Secret = "correct-horse";
    private const string TokenText = "lct_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private readonly WebApplication _app;
    private readonly string _folder;

    private UsersServer(string folder, Func<string, TrackingStore> store)
    {
        _folder = folder;
        UsersPath = Path.Combine(folder, "users.json");
        File.WriteAllText(UsersPath, StandardUsers);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(Log);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddLifecycle(tracker => tracker.UseStore(_ => store(Path.Combine(folder, "runs"))));
        builder.Services.AddLifecycleUsers(UsersPath);
        _app = builder.Build();
        _app.MapLifecycle();
    }

    /// <summary>ana writes, ria reads, adam administers, all with the same secret; bot writes with a token. Few iterations: the tests are not about their cost.</summary>
    public static string StandardUsers { get; } = $$"""
        { "users": [
            {{Entry("ana", "writer", Secret)}}, {{Entry("ria", "reader", Secret)}}, {{Entry("adam", "admin", Secret)}},
            { "name": "bot", "role": "writer", "tokens": ["{{LifecycleUsers.HashToken(TokenText)}}"] } ] }
        """;

    public static string Token => TokenText;

    public string UsersPath { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public KeptLog Log { get; } = new();

    public UserCheck Check => _app.Services.GetRequiredService<UserCheck>();

    public Tracker Tracker => _app.Services.GetRequiredService<Tracker>();

    public HttpClient Client { get; } = new();

    /// <summary>Starts over a store that is made at a path; a folder by default.</summary>
    public static async Task<UsersServer> StartAsync(Func<string, TrackingStore>? store = null)
    {
        var server = new UsersServer(Directory.CreateTempSubdirectory("lifecycle-users-").FullName, store ?? (path => new LocalFileStore(path)));
        await server._app.StartAsync();
        server.Client.BaseAddress = new Uri(server._app.Urls.First());
        return server;
    }

    public static string Entry(string name, string role, string secret) =>
        $$"""{ "name": "{{name}}", "role": "{{role}}", "secret": "{{SecretHash.Create(Encoding.UTF8.GetBytes(secret), 10_000)}}" }""";

    public static AuthenticationHeaderValue Basic(string name, string secret) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));

    public async Task<Answer> SendAsync(HttpMethod method, string path, AuthenticationHeaderValue? who, string? body = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = who;
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        change?.Invoke(request);
        using var response = await Client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.WwwAuthenticate.ToString(), response.Headers.RetryAfter?.Delta);
    }

    /// <summary>Asks for something that every user may read.</summary>
    public Task<Answer> ReadAsync(AuthenticationHeaderValue? who) => SendAsync(HttpMethod.Get, "/api/2.0/mlflow/experiments/get?experiment_id=0", who);

    /// <summary>Replaces the users, and lets enough time pass for the server to look.</summary>
    public void Rewrite(string users)
    {
        File.WriteAllText(UsersPath, users);
        Time.Advance(TimeSpan.FromSeconds(3));
    }

    /// <summary>Stops in good order: what is in flight is over afterwards.</summary>
    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal sealed record Answer(HttpStatusCode Status, string Body, string Challenge, TimeSpan? RetryAfter);
}

/// <summary>Keeps every line, whatever its level and category.</summary>
internal sealed class KeptLog : ILoggerProvider, ILogger
{
    private readonly StringBuilder _text = new();

    public string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_text) _text.Append(formatter(state, exception)).Append(exception).Append('\n');
    }

    public void Dispose()
    {
    }
}
