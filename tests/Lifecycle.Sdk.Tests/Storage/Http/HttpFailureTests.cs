using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>What people read when it does not work: the call, the address, what came back, what to do.</summary>
public sealed class HttpFailureTests
{
    [Theory]
    [InlineData("page", "a web page instead of JSON", "tracking server's root", false)]
    [InlineData("login", "a login page", "token", false)]
    [InlineData("login elsewhere", "redirects to https://login.example", "not followed", false)]
    [InlineData("gateway", "a proxy answered 502 Bad Gateway", "Try again later", true)]
    [InlineData("404", "the answer is not MLflow's", "tracking server's root", false)]
    [InlineData("other JSON", "it is no object", "Another service", false)]
    [InlineData("foreign JSON", "JSON, but not MLflow's", "Another service", false)]
    [InlineData("401", "wants credentials (401 Unauthorized, UNAUTHENTICATED)", "MLFLOW_TRACKING_USERNAME", false)]
    [InlineData("403", "403 Forbidden, PERMISSION_DENIED", "permission", false)]
    [InlineData("429", "429 Too Many Requests", "Try again later", true)]
    [InlineData("500", "500 Internal Server Error, INTERNAL_ERROR. disk on fire", "disk on fire", true)]
    [InlineData("drop", "the connection broke", "Try again", true)]
    public async Task A_bad_answer_has_a_sentence_of_its_own(string what, string says, string advises, bool isTransient)
    {
        await using var lab = new HttpLab();
        lab.Stock.Before = _ => what switch
        {
            "page" => RawAnswer.Page("<html><body>Welcome to nginx</body></html>"),
            "login" => RawAnswer.Page("<form><input type=\"password\"></form>"),
            "login elsewhere" => new RawAnswer { Status = 302, Headers = [("Location", "https://login.example/oauth?client=secret-state")] },
            "gateway" => RawAnswer.Page("<h1>502</h1>", 502),
            "404" => RawAnswer.Page("<title>404 Not Found</title>", 404),
            "other JSON" => RawAnswer.Json("[1, 2, 3]"),
            "foreign JSON" => RawAnswer.Json("""{"experiment": [1]}"""),
            "401" => RawAnswer.Error(401, "UNAUTHENTICATED", "You are not authenticated."),
            "403" => RawAnswer.Error(403, "PERMISSION_DENIED", "Permission denied."),
            "429" => RawAnswer.Error(429, "REQUEST_LIMIT_EXCEEDED", "Slow down."),
            "500" => RawAnswer.Error(500, "INTERNAL_ERROR", "disk on fire"),
            _ => new RawAnswer { Drops = true },
        };
        await using var store = lab.OpenStore();
        var error = await Assert.ThrowsAnyAsync<LifecycleException>(() => store.GetExperimentAsync("0").AsTask());
        Assert.Contains("GET experiments/get", error.Message, StringComparison.Ordinal);
        Assert.Contains(lab.Address, error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(advises, error.Message, StringComparison.Ordinal);
        Assert.Equal((isTransient, lab.Address), (error.IsTransient, error.Store));
        Assert.DoesNotContain("secret-state", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_an_unknown_host_and_no_TLS_are_told_apart()
    {
        await using var lab = new HttpLab();
        Assert.Contains("nothing listens there (connection refused)", await MessageOf(lab, $"http://127.0.0.1:{RawServer.FreePort()}"), StringComparison.Ordinal);
        Assert.Contains("host name is not known", await MessageOf(lab, "http://no-such-host.invalid"), StringComparison.Ordinal);
        Assert.Contains("no secure connection", await MessageOf(lab, $"https://127.0.0.1:{lab.Port}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up()
    {
        await using var lab = new HttpLab();
        lab.Stock.Before = _ => new RawAnswer { Until = new TaskCompletionSource().Task };
        await using var store = lab.OpenStore(options => options.RequestTimeout = TimeSpan.FromMilliseconds(100));
        var error = await Assert.ThrowsAnyAsync<LifecycleException>(() => store.GetExperimentAsync("0").AsTask());
        Assert.Contains("no answer within 0.1 s", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Redirects_are_followed_within_the_host_and_never_take_credentials_elsewhere()
    {
        await using var other = new RawServer(_ => RawAnswer.Json("""{"experiment": {"experiment_id": "0", "name": "Default"}}"""));
        await using var lab = new HttpLab();
        lab.Stock.Before = request => request.Target.StartsWith("/moved", StringComparison.Ordinal)
            ? RawAnswer.Json("""{"experiment": {"experiment_id": "0", "name": "moved"}}""")
            : new RawAnswer { Status = 307, Headers = [("Location", "/moved")] };
        await using var store = lab.OpenStore(options => options.Token = "s3cret");
        Assert.Equal("moved", (await store.GetExperimentAsync("0"))!.Name);
        lab.Stock.Before = _ => new RawAnswer { Status = 307, Headers = [("Location", $"{other.Address}/api")] };
        await Assert.ThrowsAnyAsync<LifecycleException>(() => store.GetExperimentAsync("0").AsTask());
        Assert.Empty(other.Requests);
        lab.Stock.Before = _ => new RawAnswer { Status = 302, Headers = [("Location", "/again")] };
        var loop = await Assert.ThrowsAnyAsync<LifecycleException>(() => store.GetExperimentAsync("0").AsTask());
        Assert.Contains("302", loop.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false, "s3://bucket/")]
    [InlineData(false, false, "--no-serve-artifacts")]
    [InlineData(false, true, "--no-serve-artifacts")]
    public async Task Artifacts_that_the_server_does_not_hand_out_are_explained_and_hold_nothing_up(bool isElsewhere, bool isNewest, string said)
    {
        await using var lab = new HttpLab();
        (lab.Stock.ServesNoArtifacts, lab.Stock.HasArtifactRouter) = (!isElsewhere, isNewest);
        if (isElsewhere)
            lab.Stock.After = (_, answer) => RawAnswer.Json(System.Text.Encoding.UTF8.GetString(answer.Body).Replace("mlflow-artifacts:/", "s3://bucket/", StringComparison.Ordinal), answer.Status);
        using var log = new LogRecorder();
        await using var tracker = lab.Open(options => options.MaxRetries = 2, builder => builder.LoggerFactory = log);
        await using var run = tracker.StartRun("s3", "first");
        run.LogParam("long", new string('x', 7_000));
        await run.LogTextAsync("x", "x.txt");
        run.Log("loss", 1, 1);
        await run.FlushAsync();
        Assert.Contains(log.Lines, line => line.Contains("'x.txt' was not stored", StringComparison.Ordinal) && line.Contains(said, StringComparison.Ordinal) && line.Contains("--serve-artifacts", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("Of the param 'long' only a part was stored", StringComparison.Ordinal));
        var stored = Assert.Single(lab.Stock.Runs);
        Assert.Single(stored.Points["loss"]);
        Assert.Equal(isElsewhere ? 0 : 2, lab.Server.Requests.Count(request => request.Method == "PUT")); // Another try would not help.
        Assert.EndsWith("[7000 characters, of which the rest was not stored]", stored.Params["long"], StringComparison.Ordinal);
        Assert.Equal([7_000, 1], lab.RefusedOf(run.Id).Order(StringComparer.Ordinal).Select(file => (int)new FileInfo(file).Length));
        Assert.All(lab.RefusedOf(run.Id), file => Assert.Contains(log.Lines, line => line.Contains($"kept in '{file}'", StringComparison.Ordinal)));
    }

    private static async Task<string> MessageOf(HttpLab lab, string address)
    {
        await using var store = lab.OpenStore(address: address);
        return (await Assert.ThrowsAnyAsync<LifecycleException>(() => store.GetExperimentAsync("0").AsTask())).Message;
    }
}
