using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.ProviderConformance;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Lifecycle.Sdk.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using static Lifecycle.Sdk.Server.Tests.UsersServer;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Every write leaves its entry with its user, and is not acknowledged before.</summary>
public sealed class AuditTests
{
    private const string Api = "/api/2.0/mlflow/";
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts/";

    /// <summary>What the story of <see cref="WireStoryTests"/> leaves, step by step.</summary>
    private static readonly (string Action, string Subject)[] Trail =
    [
        ("POST experiments/create", "experiment 1"),
        ("POST experiments/update", "experiment 1"),
        ("POST experiments/set-experiment-tag", "experiment 1"),
        ("POST experiments/delete-experiment-tag", "experiment 1"),
        ("POST runs/create", "run RUN"),
        ("POST runs/log-parameter", "run RUN"),
        ("POST runs/log-metric", "run RUN"),
        ("POST runs/log-batch", "run RUN"),
        ("POST runs/set-tag", "run RUN"),
        ("POST runs/delete-tag", "run RUN"),
        ("POST runs/log-inputs", "run RUN"),
        ("PUT mlflow-artifacts/artifacts", "artifact RUN/model/w.bin"),
        ("POST upload-artifact", "artifact RUN/note.txt"),
        ("DELETE mlflow-artifacts/artifacts", "artifact RUN/note.txt"),
        ("POST logged-models", "logged model CLFID"),
        ("PUT mlflow-artifacts/artifacts", "artifact RUN/models/CLFID/MLmodel"),
        ("PATCH logged-models/{model_id}", "logged model CLFID"),
        ("PATCH logged-models/{model_id}/tags", "logged model CLFID"),
        ("DELETE logged-models/{model_id}/tags/{key}", "logged model CLFID"),
        ("POST logged-models/{model_id}/params", "logged model CLFID"),
        ("POST runs/outputs", "run RUN"),
        ("POST runs/log-model", "run RUN"),
        ("POST runs/update", "run RUN"),
        ("POST registered-models/create", "model fraud"),
        ("POST model-versions/create", "model fraud/1"),
        ("PATCH model-versions/update", "model fraud/1"),
        ("POST model-versions/set-tag", "model fraud/1"),
        ("DELETE model-versions/delete-tag", "model fraud/1"),
        ("POST model-versions/transition-stage", "model fraud/1"),
        ("POST registered-models/alias", "model fraud"),
        ("PATCH registered-models/update", "model fraud"),
        ("POST registered-models/set-tag", "model fraud"),
        ("DELETE registered-models/delete-tag", "model fraud"),
        ("DELETE registered-models/alias", "model fraud"),
        ("POST registered-models/rename", "model fraud"),
        ("DELETE model-versions/delete", "model fraud2/1"),
        ("DELETE registered-models/delete", "model fraud2"),
        ("DELETE logged-models/{model_id}", "logged model CLFID"),
        ("POST runs/delete", "run RUN"),
        ("POST runs/restore", "run RUN"),
        ("POST experiments/delete", "experiment 1"),
        ("POST experiments/restore", "experiment 1"),
    ];

    /// <summary>But for those that answer 501 and change nothing.</summary>
    [Fact]
    public void Every_endpoint_that_changes_something_is_in_the_table() => Assert.Equal(
        EndpointTable.AuditedActions.Where(action => action is not ("POST mlflow-artifacts/mpu/{operation}" or "POST artifacts/presigned-upload-url")).Order(),
        Trail.Select(step => step.Action).Distinct().Order());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_write_leaves_one_entry_with_its_user_and_what_it_changed_and_reading_leaves_none(bool isSqlite)
    {
        await using var server = await StartAsync(path => isSqlite ? new SqliteStore(path + ".db") : new LocalFileStore(path));
        var (words, expected) = (new Dictionary<string, string>(), new Queue<(string Action, string Subject)>(Trail));
        foreach (var (method, path, body, _) in WireStoryTests.Story)
        {
            var before = await server.Tracker.Audit.ReadAsync().CountAsync();
            var answer = await server.SendAsync(new HttpMethod(method), Put(path), Basic("adam", Secret), body is null ? null : Put(body));
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            if (path == Api + "runs/create") words["RUN"] = Regex.Match(answer.Body, @"""run_id"":""(\w+)""").Groups[1].Value;
            if (path == Api + "logged-models") words["CLFID"] = Regex.Match(answer.Body, @"""model_id"":""([\w-]+)""").Groups[1].Value;
            var left = (await server.Tracker.Audit.ReadAsync().ToListAsync())[before..];
            if (left is [] && (method == "GET" || path.Contains("search", StringComparison.Ordinal) || path.Contains("get-latest-versions", StringComparison.Ordinal))) continue;
            var (action, subject) = expected.Dequeue();
            Assert.Equal([("adam", action, Put(subject), 1L, (int?)200)], left.Select(entry => (entry.User, entry.Action, entry.Subject, entry.Count, entry.Status)));
        }

        Assert.Empty(expected);
        Assert.True((await server.Tracker.Audit.VerifyAsync()).IsIntact);
        var text = new StringBuilder();
        await foreach (var line in server.Tracker.Store.ReadLedgerAsync(StoreLedger.Audit)) text.Append(Encoding.UTF8.GetString(line.Span));
        foreach (var secret in (string[])[Secret, "risk", "0.1", "training", "owner", "flavors"]) Assert.DoesNotContain(secret, text.ToString(), StringComparison.Ordinal);

        string Put(string text) => words.Aggregate(text, (known, word) => known.Replace(word.Key, word.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_refused_leaves_no_entry()
    {
        await using var server = await StartAsync();
        var run = await NewRunAsync(server);
        var deleted = await NewRunAsync(server);
        await ChangeAsync(server, "runs/delete", $$"""{"run_id":"{{deleted}}"}""");
        await ChangeAsync(server, "runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"1"}""");
        await ChangeAsync(server, "registered-models/create", """{"name":"taken"}""");
        var before = await server.Tracker.Audit.ReadAsync().CountAsync();
        var long_ = new string('x', 70_000);
        (string Method, string Path, string? User, string? Body, int Status)[] refused =
        [
            ("POST", Api + "experiments/create", "adam", """{"name":"Default"}""", 400),
            ("POST", Api + "experiments/create", "adam", """{}""", 400),
            ("POST", Api + "experiments/create", "adam", "[1]", 400),
            ("POST", Api + "experiments/create", "ria", """{"name":"new"}""", 403),
            ("POST", Api + "experiments/create", null, """{"name":"new"}""", 401),
            ("POST", Api + "experiments/delete", "ana", """{"experiment_id":"0"}""", 403),
            ("POST", Api + "experiments/update", "adam", """{"experiment_id":"77","new_name":"x"}""", 404),
            ("POST", Api + "runs/update", "adam", $$"""{"run_id":"{{deleted}}","status":"FINISHED"}""", 400),
            ("POST", Api + "runs/update", "adam", $$"""{"run_id":"{{run}}","status":"odd"}""", 400),
            ("POST", Api + "runs/log-metric", "adam", $$"""{"run_id":"{{deleted}}","key":"m","value":1,"timestamp":1}""", 400),
            ("POST", Api + "runs/log-metric", "adam", """{"run_id":"unknown","key":"m","value":1,"timestamp":1}""", 404),
            ("POST", Api + "runs/log-batch", "adam", $$"""{"run_id":"{{run}}","params":[{"key":"p","value":"2"}]}""", 400),
            ("POST", Api + "runs/log-batch", "adam", $$"""{"run_id":"{{run}}","tags":[{"key":"t","value":"{{long_}}"}]}""", 400),
            ("POST", Api + "runs/set-tag", "adam", $$"""{"run_id":"{{deleted}}","key":"k","value":"v"}""", 400),
            ("PUT", Proxy + $"0/{deleted}/artifacts/a.txt", "adam", "content", 400),
            ("PUT", Proxy + $"0/{run}/artifacts/../a.txt", "adam", "content", 400),
            ("DELETE", Proxy + $"0/{run}/artifacts/nothing", "adam", null, 404),
            ("POST", "/api/2.0/mlflow-artifacts/mpu/create/0/x", "adam", "{}", 501),
            ("POST", Api + "registered-models/create", "adam", """{"name":"taken"}""", 400),
            ("POST", Api + "registered-models/rename", "adam", """{"name":"nobody","new_name":"x"}""", 404),
            ("DELETE", Api + "registered-models/delete", "ana", """{"name":"taken"}""", 403),
            ("POST", Api + "model-versions/transition-stage", "adam", """{"name":"taken","version":"9","stage":"Production"}""", 404),
            ("POST", Api + "logged-models", "adam", $$"""{"experiment_id":"0","name":"m","source_run_id":"{{deleted}}"}""", 400),
            // The store refuses the run that was to be its own, whose name is longer than the model's.
            ("POST", Api + "logged-models", "adam", $$"""{"experiment_id":"0","name":"{{new string('m', 500)}}"}""", 400),
            ("PATCH", Api + "logged-models/m-none", "adam", """{"status":"LOGGED_MODEL_READY"}""", 404),
            ("DELETE", Api + "runs/create", "adam", "{}", 405),
        ];
        foreach (var (method, path, user, body, status) in refused)
        {
            var answer = await server.SendAsync(new HttpMethod(method), path, user is null ? null : Basic(user, Secret), body);
            Assert.True((int)answer.Status == status, $"{method} {path} {body} -> {answer.Status} {answer.Body}");
        }

        Assert.Equal(before, await server.Tracker.Audit.ReadAsync().CountAsync());
        // A logged model that was refused has not left the run that was to be its own either.
        Assert.Equal(2, (await server.Tracker.Store.SearchRunsAsync(new RunQuery { View = StageView.All }, TestContext.Current.CancellationToken)).Items.Count);
    }

    [Fact]
    public async Task The_answer_does_not_come_before_the_entry_is_durable()
    {
        var (reached, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await StartAsync(path => new WatchedStore(new LocalFileStore(path))
        {
            OwnsInner = true,
            BeforeAppend = async (ledger, _) =>
            {
                if (ledger != StoreLedger.Audit) return;
                reached.TrySetResult();
                await gate.Task;
            },
        });
        using var connection = await ConnectAsync(server);
        var (stream, body) = (connection.GetStream(), """{"name":"held"}""");
        await stream.WriteAsync(Head("POST", Api + "experiments/create", body.Length, "Connection: close\r\nContent-Type: application/json\r\n", body));
        var first = new byte[1];
        var answer = stream.ReadExactlyAsync(first).AsTask();
        await reached.Task;
        // It is done, and others are served meanwhile; of its answer not a byte is on its way.
        Assert.NotNull(await server.Tracker.Store.GetExperimentByNameAsync("held", TestContext.Current.CancellationToken));
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.OK, (await server.ReadAsync(Basic("ria", Secret))).Status);
        Assert.False(answer.IsCompleted);
        gate.SetResult();
        await answer;
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("TTP/1.1 200 OK", text, StringComparison.Ordinal);
        Assert.EndsWith("""{"experiment_id":"1"}""", text, StringComparison.Ordinal);
        Assert.Equal("experiment 1", Assert.Single(await server.Tracker.Audit.ReadAsync().ToListAsync()).Subject);
    }

    [Theory]
    [InlineData(true, 503, "TEMPORARILY_UNAVAILABLE")]
    [InlineData(false, 500, "INTERNAL_ERROR")]
    public async Task Without_an_entry_there_is_no_acknowledgement(bool isTransient, int status, string code)
    {
        var isIll = true;
        await using var server = await StartAsync(path => new WatchedStore(new LocalFileStore(path))
        {
            OwnsInner = true,
            BeforeAppend = (_, _) => isIll ? throw new LifecycleException("The disk of this machine is full.") { IsTransient = isTransient } : Task.CompletedTask,
        });
        var answer = await server.SendAsync(HttpMethod.Post, Api + "experiments/create", Basic("ana", Secret), """{"name":"lost"}""");
        Assert.Equal(status, (int)answer.Status);
        Assert.StartsWith($$"""{"error_code":"{{code}}","message":"The entry in the audit trail could not be written""", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("disk of this machine", answer.Body, StringComparison.Ordinal);
        Assert.Contains("its entry in the audit trail could not be written", server.Log.Text, StringComparison.Ordinal);
        Assert.Contains("The disk of this machine is full.", server.Log.Text, StringComparison.Ordinal);

        isIll = false;
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(HttpMethod.Post, Api + "experiments/create", Basic("ana", Secret), """{"name":"kept"}""")).Status);
        Assert.Single(await server.Tracker.Audit.ReadAsync().ToListAsync());
    }

    [Fact]
    public async Task A_write_whose_outcome_nobody_knows_leaves_its_entry()
    {
        var isIll = false;
        await using var server = await StartAsync(path => new WatchedStore(new LocalFileStore(path))
        {
            OwnsInner = true,
            BeforeApply = _ => isIll ? throw new LifecycleException("Broken.") { IsTransient = false } : Task.CompletedTask,
        });
        var run = await NewRunAsync(server);
        isIll = true;
        var metric = await server.SendAsync(HttpMethod.Post, Api + "runs/log-metric", Basic("ana", Secret), $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":1}""");
        Assert.Equal(HttpStatusCode.Conflict, metric.Status);
        Assert.Equal((409, $"run {run}"), (await server.Tracker.Audit.ReadAsync().Select(entry => (entry.Status!.Value, entry.Subject)).ToListAsync())[^1]);
    }

    [Fact]
    public async Task A_client_that_left_leaves_its_entry()
    {
        var (isWatched, reached, gate) = (false, new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await StartAsync(path => new WatchedStore(new LocalFileStore(path))
        {
            OwnsInner = true,
            BeforeApply = async _ =>
            {
                if (!isWatched) return;
                reached.TrySetResult();
                await gate.Task;
            },
        });
        var run = await NewRunAsync(server);
        isWatched = true;
        var body = $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":1}""";
        using (var connection = await ConnectAsync(server))
        {
            await connection.GetStream().WriteAsync(Head("POST", Api + "runs/log-metric", body.Length, "Content-Type: application/json\r\n", body));
            await reached.Task;
            connection.Client.LingerState = new LingerOption(enable: true, 0);
        }

        gate.SetResult();
        await server.StopAsync();
        var entry = (await server.Tracker.Audit.ReadAsync().ToListAsync())[^1];
        Assert.Equal(("POST runs/log-metric", $"run {run}", "ana"), (entry.Action, entry.Subject, entry.User));
        // The server may have noticed or not.
        Assert.True(entry.Status is 200 or 499, $"{entry}");
        Assert.Equal(1, (await server.Tracker.Store.GetRunAsync(RunId.Parse(run)))!.Metrics["m"].Count);
    }

    [Fact]
    public async Task A_half_uploaded_artifact_leaves_no_entry()
    {
        await using var server = await StartAsync();
        var run = await NewRunAsync(server);
        using (var connection = await ConnectAsync(server))
        {
            var stream = connection.GetStream();
            await stream.WriteAsync(Head("PUT", $"{Proxy}0/{run}/artifacts/half.bin", 1_000_000, "Expect: 100-continue\r\n", ""));
            await stream.ReadExactlyAsync(new byte[25]);
            await stream.WriteAsync(new byte[500_000]);
            connection.Client.LingerState = new LingerOption(enable: true, 0);
        }

        await server.StopAsync();
        Assert.Equal("POST runs/create", Assert.Single(await server.Tracker.Audit.ReadAsync().ToListAsync()).Action);
    }

    [Fact]
    public async Task Of_many_clients_at_once_every_request_is_counted_once()
    {
        await using var server = await StartAsync();
        string[] runs = [await NewRunAsync(server), await NewRunAsync(server)];
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            await ChangeAsync(server, "runs/log-metric", $$"""{"run_id":"{{runs[i % 2]}}","key":"m","value":1,"timestamp":1,"step":{{i}}}""", i % 4 == 0 ? "adam" : "ana"));
        foreach (var (run, user, count) in (ReadOnlySpan<(string, string, long)>)[(runs[0], "ana", 100), (runs[0], "adam", 100), (runs[1], "ana", 200), (runs[1], "adam", 0)])
        {
            var entries = server.Tracker.Audit.ReadAsync(user: user, subject: $"run {run}").Where(entry => entry.Action == "POST runs/log-metric").ToBlockingEnumerable();
            Assert.Equal(count, entries.Sum(entry => entry.Count));
        }

        Assert.True((await server.Tracker.Audit.VerifyAsync()).IsIntact);
    }

    [Fact]
    public async Task Two_servers_over_one_store_keep_one_trail()
    {
        var shared = Directory.CreateTempSubdirectory("lifecycle-shared-").FullName;
        try
        {
            await using var one = await StartAsync(_ => new LocalFileStore(shared));
            await using var other = await StartAsync(_ => new LocalFileStore(shared));
            var run = await NewRunAsync(one);
            await Parallel.ForEachAsync(Enumerable.Range(0, 120), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (i, _) =>
                await ChangeAsync(i % 2 == 0 ? one : other, "runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":1,"step":{{i}}}"""));
            var entries = await other.Tracker.Audit.ReadAsync().ToListAsync();
            Assert.Equal(120, entries.Where(entry => entry.Action == "POST runs/log-metric").Sum(entry => entry.Count));
            Assert.True((await one.Tracker.Audit.VerifyAsync()).IsIntact);
        }
        finally
        {
            Directory.Delete(shared, recursive: true);
        }
    }

    [Fact]
    public async Task Names_of_other_people_can_t_forge_an_entry()
    {
        await using var server = await StartAsync();
        var run = await NewRunAsync(server);
        var name = """fra"ud,{"user"="adam"}'""" + "\u202e\U0001F600";
        await ChangeAsync(server, "registered-models/create", System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { ["name"] = name }));
        var path = $"{Proxy}0/{run}/artifacts/{Uri.EscapeDataString("w\u00e9igh's {1}.txt")}";
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(HttpMethod.Put, path, Basic("ana", Secret), "content")).Status);
        var entries = await server.Tracker.Audit.ReadAsync().ToListAsync();
        Assert.Equal([$"run {run}", $"model {name}", $"artifact {run}/w\u00e9igh's {{1}}.txt"], entries.Select(entry => entry.Subject));
        Assert.All(entries, entry => Assert.Equal("ana", entry.User));
        Assert.True((await server.Tracker.Audit.VerifyAsync()).IsIntact);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Without_users_a_trail_is_kept_if_it_is_asked_for(bool keep, int entries)
    {
        var folder = Directory.CreateTempSubdirectory("lifecycle-audit-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddLifecycle(tracker => tracker.UseLocalFile(Path.Combine(folder, "runs")));
        await using (var app = builder.Build())
        {
            app.MapLifecycle(options => options.KeepAudit |= keep);
            await app.StartAsync(TestContext.Current.CancellationToken);
            using var client = new HttpClient();
            using var content = new StringContent("""{"name":"x"}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(app.Urls.First() + Api + "experiments/create", content, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var left = await app.Services.GetRequiredService<Tracker>().Audit.ReadAsync().ToListAsync(TestContext.Current.CancellationToken);
            Assert.Equal(entries, left.Count);
            Assert.All(left, entry => Assert.Null(entry.User));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_store_that_keeps_no_trail_is_refused_at_the_start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddLifecycle(tracker => tracker.UseHttp("http://127.0.0.1:9"));
        await using var app = builder.Build();
        var failure = Assert.Throws<InvalidOperationException>(() => app.MapLifecycle(options => options.KeepAudit = true));
        Assert.Contains("KeepAudit", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> NewRunAsync(UsersServer server) => Regex.Match(
        await ChangeAsync(server, "runs/create", """{"experiment_id":"0","start_time":1}"""), @"""run_id"":""(\w+)""").Groups[1].Value;

    private static async Task<string> ChangeAsync(UsersServer server, string path, string body, string user = "ana")
    {
        var answer = await server.SendAsync(HttpMethod.Post, Api + path, Basic(user, Secret), body);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{path} {body} -> {answer}");
        return answer.Body;
    }

    private static async Task<TcpClient> ConnectAsync(UsersServer server)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port);
        return connection;
    }

    private static byte[] Head(string method, string path, int length, string headers, string body) => Encoding.ASCII.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {Basic("ana", Secret)}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
}
