using System.Globalization;
using System.Text;
using Lifecycle.Sdk.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>Our client against our server over loopback, both in this process, so that the two share the machine's cores.</summary>
internal static class HttpFigures
{
    private const int Points = 1_000_000;
    private const int BatchPoints = 1_000;
    private const int Senders = 8;

    // A server lives for weeks. With fewer rounds every fourth cycle was still the compiler's: 0.9 M points/s with 4, 1.3 to 1.5 M with 8, 16 and 32.
    private const int WarmUp = 6;
    private const int Singles = 4_000;
    private const int AuditedSingles = 1_000;
    private const int ArtifactBytes = 100_000_000;
    private const int Runs = 10_000;

    public static IEnumerable<Figure> All =>
    [
        new("HTTP, single metrics, LocalFile", () => Wait(SingleMetrics())),
        new("HTTP, the same with users and audit", () => Wait(AuditedMetrics())),
        new("HTTP, batches of 1,000, LocalFile", () => Wait(Batches())),
        new("HTTP, 100 MB artifact up and down", () => Wait(Artifact())),
        new("HTTP, search 10,000 runs, SQLite", () => Wait(Search())),
    ];

    private static async Task<Measurement> Batches()
    {
        using var folder = new ScratchFolder();
        await using var server = await Server.StartAsync(b => b.UseLocalFile(folder.Store("runs")));
        await using var tracker = Tracker.CreateBuilder().UseHttp(server.Address).Configure(o => o.JournalDirectory = folder.Store("journal")).Build();
        using var client = new HttpClient();
        var body = Encoding.UTF8.GetBytes(
            $"{{\"run_id\":\"0123456789abcdef0123456789abcdef\",\"metrics\":[{string.Join(',', Enumerable.Range(0, BatchPoints).Select(Metric))}]}}");
        var curve = DrainFigures.Curve(0, Points).Values;
        Run? before = null;
        var (product, floor) = Timing.Interleave(
            () =>
            {
                var run = tracker.StartRun("figures", ScratchFolder.Quiet);
                var loss = run.Metric("loss");
                for (var i = 0; i < Points; i++) loss.Log(curve.Span[i], i);
                // From the first point until the server has them all, safe from power loss.
                Wait(run.FlushAsync());
                before = run;
            },
            () =>
            {
                Wait(InParallel(Points / BatchPoints, _ => PostAsync(client, $"{server.Address}/discard", body)));
            }, 3, between: () =>
            {
                before?.Complete();
                before?.Dispose();
                before = null;
            }, WarmUp);
        var (p, f) = (Points / product / 1000, Points / floor / 1000);
        return new(Timing.Text($"{p:0.00} M points/s"), Timing.Text($"{f:0.00} M/s discarded"), p / f, ">= 1 M points/s, end to end", p >= 1);
    }

    private static async Task<Measurement> SingleMetrics()
    {
        using var folder = new ScratchFolder();
        await using var server = await Server.StartAsync(b => b.UseLocalFile(folder.Store("runs")));
        using var client = new HttpClient();
        var run = await CreateRunAsync(client, server.Address);
        var step = 0;
        var (product, floor) = Timing.Interleave(
            () => Wait(InParallel(Singles, _ =>
            {
                var number = Interlocked.Increment(ref step);
                return PostAsync(client, $"{server.Address}/api/2.0/mlflow/runs/log-metric", Encoding.UTF8.GetBytes($"{{\"run_id\":\"{run}\",{Metric(number)[1..]}"));
            })),
            () => Wait(InParallel(Singles, number => PostAsync(client, $"{server.Address}/discard", Encoding.UTF8.GetBytes(Metric(number))))), 3, warmUp: 2);
        var (p, f) = (Singles / product * 1000, Singles / floor * 1000);
        return new(Timing.Text($"{p:0} requests/s, each fsynced"), Timing.Text($"{f:0}/s bare endpoint"), p / f, ">= 900/s; MLflow 90/s", p >= 900);
    }

    /// <summary>Single metrics of a user, each with its entry in the audit trail before the answer, beside the same on a server without users.</summary>
    private static async Task<Measurement> AuditedMetrics()
    {
        using var folder = new ScratchFolder();
        var token = LifecycleUsers.CreateToken();
        await File.WriteAllTextAsync(folder.Store("users.json"), $$"""{"users":[{"name":"ana","role":"writer","tokens":["{{LifecycleUsers.HashToken(token)}}"]}]}""");
        await using var audited = await Server.StartAsync(b => b.UseLocalFile(folder.Store("audited")), folder.Store("users.json"));
        await using var plain = await Server.StartAsync(b => b.UseLocalFile(folder.Store("plain")));
        using var client = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", token) } };
        var (step, auditedRun, plainRun) = (0, await CreateRunAsync(client, audited.Address), await CreateRunAsync(client, plain.Address));
        var (product, floor) = Timing.Interleave(() => Send(audited, auditedRun), () => Send(plain, plainRun), 3, warmUp: 2);
        var (p, f) = (AuditedSingles / product * 1000, AuditedSingles / floor * 1000);
        return new(Timing.Text($"{p:0} requests/s, each with its entry"), Timing.Text($"{f:0}/s without"), p / f, ">= 900/s, as without users", p >= 900);

        void Send(Server server, string run) => Wait(InParallel(AuditedSingles, _ => PostAsync(
            client, $"{server.Address}/api/2.0/mlflow/runs/log-metric", Encoding.UTF8.GetBytes($"{{\"run_id\":\"{run}\",{Metric(Interlocked.Increment(ref step))[1..]}"))));
    }

    private static async Task<Measurement> Artifact()
    {
        using var folder = new ScratchFolder();
        await using var server = await Server.StartAsync(b => b.UseLocalFile(folder.Store("runs")));
        using var client = new HttpClient();
        var run = await CreateRunAsync(client, server.Address);
        var source = folder.Store("source");
        var content = new byte[ArtifactBytes];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(source, content);
        var address = $"{server.Address}/api/2.0/mlflow-artifacts/artifacts/1/{run}/artifacts/weights.bin";
        var (product, floor) = Timing.Interleave(
            () =>
            {
                using (var upload = new StreamContent(File.OpenRead(source)))
                using (var answer = client.PutAsync(address, upload).GetAwaiter().GetResult()) answer.EnsureSuccessStatusCode();
                using var download = client.GetStreamAsync(address).GetAwaiter().GetResult();
                using var target = File.Create(folder.Store("target"));
                download.CopyTo(target);
            },
            () =>
            {
                CopySafely(source, folder.Store("copy1"));
                File.Copy(folder.Store("copy1"), folder.Store("copy2"), overwrite: true);
            }, 3);
        return new(
            Timing.Text($"{product:0} ms"), Timing.Text($"{floor:0} ms two file copies, one fsync"), product / floor, "<= 4 x the copies", product <= floor * 4);
    }

    private static async Task<Measurement> Search()
    {
        using var folder = new ScratchFolder(inMemory: true);
        await using var server = await Server.StartAsync(b => b.UseSqlite(folder.Store("runs.db")));
        var store = server.Tracker.Store;
        for (var i = 0; i < Runs; i++)
        {
            var batch = DrainFigures.Batch(RunId.New(), WriterId.New(), 0, new SeriesPoints("auc", new long[] { 0 }, new long[] { 1 }, new[] { i / (double)Runs }));
            await store.ApplyAsync(batch);
        }

        using var client = new HttpClient();
        var body = Encoding.UTF8.GetBytes(
            """{"experiment_ids":["1"],"filter":"metrics.auc > 0.5","order_by":["metrics.auc DESC"],"max_results":100}""");
        var (product, floor) = Timing.Interleave(
            () => Wait(PostAsync(client, $"{server.Address}/api/2.0/mlflow/runs/search", body)), () => Wait(PostAsync(client, $"{server.Address}/discard", body)), 9);
        return Timing.AtMost(product, floor, 20);
    }

    private static string Metric(int step) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"key\":\"loss\",\"value\":{(float)(2.3 * Math.Exp(-step / 1e4))},\"timestamp\":{1_700_000_000_000 + step},\"step\":{step}}}");

    private static async Task<string> CreateRunAsync(HttpClient client, string address)
    {
        await PostAsync(client, $"{address}/api/2.0/mlflow/experiments/create", """{"name":"figures"}"""u8.ToArray());
        var created = await PostAsync(client, $"{address}/api/2.0/mlflow/runs/create", """{"experiment_id":"1","start_time":1700000000000}"""u8.ToArray());
        using var answer = System.Text.Json.JsonDocument.Parse(created);
        return answer.RootElement.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
    }

    private static async Task<string> PostAsync(HttpClient client, string address, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var answer = await client.PostAsync(address, content);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync();
    }

    private static Task InParallel(int count, Func<int, Task> work) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (i, _) => await work(i));

    // An upload is answered when it survives power loss; so does this copy.
    private static void CopySafely(string from, string to)
    {
        using var source = File.OpenRead(from);
        using var target = File.Create(to);
        source.CopyTo(target, 1 << 20);
        target.Flush(flushToDisk: true);
    }

    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    /// <summary>The server in this process, and beside it an endpoint that reads the body and answers <c>{}</c>.</summary>
    private sealed class Server(WebApplication app) : IAsyncDisposable
    {
        public string Address { get; } = app.Urls.Single();

        public Tracker Tracker { get; } = app.Services.GetRequiredService<Tracker>();

        public static async Task<Server> StartAsync(Action<TrackerBuilder> store, string? users = null)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddLifecycle(store);
            if (users is not null) builder.Services.AddLifecycleUsers(users);
            var app = builder.Build();
            app.MapLifecycle();
            app.MapPost("/discard", Discard);
            await app.StartAsync();
            return new Server(app);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private static async Task Discard(HttpContext context)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync("{}");
        }
    }
}
