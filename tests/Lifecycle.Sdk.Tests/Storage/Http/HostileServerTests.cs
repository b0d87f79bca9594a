using System.Globalization;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>A server that is as awful as servers get. In the end every point is there once, and nobody who logs has waited for it.</summary>
public sealed class HostileServerTests
{
    private const int Points = 3_000;

    public static TheoryData<string> Behaviours =>
        ["resets", "500", "502 page", "503 without a word", "408", "429 at once", "429 with a date", "half an answer", "commits and drops", "commits and 500", "web page", "wrong JSON", "no JSON"];

    [Theory]
    [MemberData(nameof(Behaviours))]
    public async Task Every_point_arrives_once_whatever_the_server_does_for_a_while(string behaviour)
    {
        await using var lab = new HttpLab();
        // Every third request at first, whichever it is.
        var count = 0;
        lab.Stock.Before = request => Bad(behaviour, isDone: false) is { } bad && Interlocked.Increment(ref count) is var n && n < 30 && n % 3 != 0 ? bad : null;
        lab.Stock.After = (request, answer) => Bad(behaviour, isDone: true) is { } bad && Interlocked.Increment(ref count) is var n && n < 30 && n % 3 != 0 ? bad : null;
        await using var tracker = lab.Open(options => options.MaxRetries = 2, builder => builder.TimeProvider = new HastyTime());
        var run = tracker.StartRun("hostile", "first");
        var loss = run.Metric("loss");
        for (var i = 0; i < Points; i++) loss.Log(i * 0.5, i);
        run.LogParam("lr", 0.1).SetTag("team", "blue");
        await run.LogTextAsync("some weights", "model.txt");
        run.Complete();
        await UntilDelivered(run);
        lab.Stock.Before = _ => null;
        lab.Stock.After = (_, _) => null;

        var stored = Assert.Single(lab.Stock.Runs);
        Assert.True(count >= 3, "The server was not awful at all.");
        Assert.Equal(Enumerable.Range(0, Points).Select(i => new { Step = (long)i, Value = i * 0.5 }), stored.Points["loss"].OrderBy(point => point.Step).Select(point => new { point.Step, point.Value }));
        Assert.Equal(("FINISHED", "0.1", "blue"), (stored.Status, stored.Params["lr"], stored.Tags["team"]));
        Assert.Equal("some weights"u8, Assert.Single(lab.Stock.Files).Value);
        await run.DisposeAsync();
    }

    [Fact]
    public async Task Logging_never_waits_and_leaving_is_bounded_when_the_server_hangs()
    {
        await using var lab = new HttpLab();
        var never = new TaskCompletionSource();
        lab.Stock.Before = _ => new RawAnswer { Until = never.Task };
        var tracker = lab.Open(builder: builder => builder.Options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var run = tracker.StartRun("hostile", "first");
        var loss = run.Metric("loss");
        for (var i = 0; i < 100_000; i++) loss.Log(i, i);
        // All of it was logged while the server has not answered a single request.
        Assert.Equal(100_000, run.Health.PointsLogged);
        run.Complete();
        await run.DisposeAsync();
        await tracker.DisposeAsync();
        Assert.Empty(lab.Stock.Runs);

        lab.Stock.Before = _ => null;
        await using var next = lab.Open();
        Assert.Equal(100_000, (await next.Runs.HistoryAsync(run.Id, "loss")).Count);
        Assert.Equal(RunStatus.Finished, (await next.Runs.GetAsync(run.Id)).Status);
    }

    [Fact]
    public async Task An_expired_token_is_asked_for_again()
    {
        await using var lab = new HttpLab();
        var valid = "one";
        lab.Stock.Before = request => request.Headers.GetValueOrDefault("Authorization") == $"Bearer {valid}" ? null : RawAnswer.Error(401, "UNAUTHENTICATED", "The token has expired.");
        await using var tracker = lab.Open(options => options.TokenProvider = _ => new ValueTask<string>(valid));
        await using var run = tracker.StartRun("token", "first");
        run.Log("loss", 1, 1);
        await run.FlushAsync();
        valid = "two";
        run.Log("loss", 2, 2);
        await run.FlushAsync();
        Assert.Equal(2, Assert.Single(lab.Stock.Runs).Points["loss"].Count);
    }

    [Fact]
    public async Task Retry_after_is_honoured_to_the_second_and_to_the_date()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(56);
        foreach (var header in (string[])["7", now.AddSeconds(7).ToString("R", CultureInfo.InvariantCulture)])
        {
            var time = new WatchedTime(now);
            await using var lab = new HttpLab();
            var count = 0;
            lab.Stock.Before = _ => Interlocked.Increment(ref count) == 1 ? RawAnswer.Error(429, "REQUEST_LIMIT_EXCEEDED", "slow down") with { Headers = [("Retry-After", header)] } : null;
            await using var store = lab.OpenStore(options => (options.MaxRetries, options.RequestTimeout, options.TotalTimeout) = (1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)), time);
            var reading = store.GetExperimentAsync("0").AsTask();
            Assert.Equal(TimeSpan.FromSeconds(7), await time.NextTimerAsync(shorterThan: TimeSpan.FromMinutes(1)));
            Assert.Equal(1, count);
            time.Advance(TimeSpan.FromSeconds(7));
            Assert.Equal("Default", (await reading)!.Name);
            Assert.Equal(2, count);
        }
    }

    [Fact]
    public async Task A_permanent_refusal_is_not_tried_again()
    {
        await using var lab = new HttpLab();
        lab.Stock.Before = _ => RawAnswer.Error(403, "PERMISSION_DENIED", "No.");
        await using var store = lab.OpenStore(options => options.MaxRetries = 5);
        var error = await Assert.ThrowsAnyAsync<LifecycleException>(() => store.GetExperimentAsync("0").AsTask());
        Assert.False(error.IsTransient);
        Assert.Single(lab.Server.Requests);
    }

    [Fact]
    public async Task A_download_goes_on_where_the_connection_broke_and_is_checked()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open(options => options.MaxRetries = 1);
        await using var run = tracker.StartRun("artifacts", "first");
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        await run.LogArtifactAsync(new MemoryStream(bytes), "model.bin");
        await run.FlushAsync();
        lab.Stock.After = (request, answer) => request.Method == "GET" && request.Path.EndsWith("model.bin", StringComparison.Ordinal) && answer.Body.Length > 100_000
            ? answer with { BreakAfter = 100_000 } : null;
        var read = new MemoryStream();
        await using (var content = await tracker.Runs.OpenArtifactAsync(run.Id, "model.bin")) await content.CopyToAsync(read);
        Assert.Equal(bytes, read.ToArray());
        Assert.Equal(["bytes=100000-", "bytes=200000-"], lab.Server.Requests.Where(request => request.Headers.ContainsKey("Range")).Select(request => request.Headers["Range"]));

        lab.Stock.After = (request, answer) => request.Path.EndsWith("model.bin", StringComparison.Ordinal) ? answer with { Body = new byte[300_000] } : null;
        await using var altered = await tracker.Runs.OpenArtifactAsync(run.Id, "model.bin");
        var error = await Assert.ThrowsAsync<LifecycleException>(() => altered.CopyToAsync(Stream.Null));
        Assert.Contains("was altered", error.Message, StringComparison.Ordinal);
    }

    private static RawAnswer? Bad(string behaviour, bool isDone) => (behaviour, isDone) switch
    {
        ("resets", false) => new RawAnswer { Drops = true },
        ("500", false) => RawAnswer.Error(500, "INTERNAL_ERROR", "database is locked"),
        ("502 page", false) => RawAnswer.Page("<html><h1>502 Bad Gateway</h1></html>", 502),
        ("503 without a word", false) => new RawAnswer { Status = 503, Body = [] },
        ("408", false) => new RawAnswer { Status = 408, Body = [] },
        ("429 at once", false) => RawAnswer.Error(429, "REQUEST_LIMIT_EXCEEDED", "slow down") with { Headers = [("Retry-After", "0")] },
        ("429 with a date", false) => RawAnswer.Error(429, "REQUEST_LIMIT_EXCEEDED", "slow down") with { Headers = [("Retry-After", "Mon, 01 Jan 2024 00:00:00 GMT")] },
        ("half an answer", true) => new RawAnswer { Body = new byte[1_000], BreakAfter = 400 },
        ("commits and drops", true) => new RawAnswer { Drops = true },
        ("commits and 500", true) => RawAnswer.Error(500, "INTERNAL_ERROR", "the answer was lost"),
        ("web page", false) => RawAnswer.Page("<html>welcome</html>", 503),
        ("wrong JSON", false) => RawAnswer.Json("[1, 2", 503),
        ("no JSON", false) => new RawAnswer { Status = 504, ContentType = "text/plain", Body = "timeout"u8.ToArray() },
        _ => null,
    };

    /// <summary>A flush gives up after some tries; whoever goes on asking gets everything delivered.</summary>
    private static async Task UntilDelivered(Run run)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await run.FlushAsync();
                return;
            }
            catch (LifecycleException e) when (tries < 50 && e.IsTransient)
            {
            }
        }
    }
}
