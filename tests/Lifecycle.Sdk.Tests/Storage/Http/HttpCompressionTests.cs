using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>Requests are compressed where this very server has said that it takes them, and nowhere else.</summary>
public sealed class HttpCompressionTests
{
    private static readonly (string, string)[] Dialect = [("Lifecycle-Server", "1")];
    private static readonly (string, string)[] DialectWithGzip = [("Lifecycle-Server", "1"), ("Accept-Encoding", "br;q=0, gzip")];
    private static readonly RunId Run = RunId.Parse("0123456789abcdef0123456789abcdef");

    [Fact]
    public async Task A_server_that_takes_them_gets_large_bodies_compressed_from_its_second_answer_on()
    {
        await using var server = new RawServer(request => Answer(request, DialectWithGzip));
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore(options => options.CompressRequests = true, address: server.Address);
        await store.ApplyAsync(Batch(1_500), TestContext.Current.CancellationToken);
        await store.ApplyAsync(Batch(3), TestContext.Current.CancellationToken);
        var batches = Batches(server);
        Assert.Equal(["gzip 1000", "gzip 500", "plain 3"], batches);
        Assert.All(server.Requests.Where(IsPacked), request => Assert.Equal("application/json", request.Headers["Content-Type"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stock_server_never_gets_one_whatever_it_says(bool saysGzip)
    {
        await using var server = new RawServer(request => Answer(request, saysGzip ? [("Accept-Encoding", "gzip")] : []));
        await using var lab = new HttpLab();
        await using var stock = lab.OpenStore(options => options.CompressRequests = true);
        await using var store = lab.OpenStore(options => options.CompressRequests = true, address: server.Address);
        foreach (var each in (HttpStore[])[stock, store])
        {
            await each.ApplyAsync(Batch(1_500), TestContext.Current.CancellationToken);
            await each.ApplyAsync(Batch(1_500), TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain(server.Requests.Concat(lab.Server.Requests), request => request.Headers.ContainsKey("Content-Encoding"));
        Assert.Contains(lab.Server.Requests, request => request.Body.Length > 50_000);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Over_loopback_only_who_asks_for_it_compresses(bool? option, bool isPacked)
    {
        await using var server = new RawServer(request => Answer(request, DialectWithGzip));
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore(options => options.CompressRequests = option, address: server.Address);
        await store.ApplyAsync(Batch(1_500), TestContext.Current.CancellationToken);
        Assert.Equal(isPacked, server.Requests.Any(IsPacked));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(false, false)]
    public async Task To_other_machines_it_is_the_default(bool? option, bool isPacked)
    {
        await using var server = new RawServer(request => Answer(request, DialectWithGzip));
        await using var lab = new HttpLab();
        using var elsewhere = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, server.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        await using var store = lab.OpenStore(options => (options.CompressRequests, options.Handler) = (option, elsewhere), address: "http://tracking.example:5000");
        await store.ApplyAsync(Batch(1_500), TestContext.Current.CancellationToken);
        Assert.Equal(isPacked, server.Requests.Any(IsPacked));
    }

    /// <summary>In the place of a server that took them stands one that does not: each answers in its way.</summary>
    [Theory]
    [InlineData(415, "no such coding", false)]
    [InlineData(400, "Missing value for required parameter 'run_id'.", false)]
    [InlineData(200, null, false)]
    [InlineData(415, "a coding that it names", true)]
    public async Task A_server_that_was_changed_gets_the_same_body_again_as_it_is(int status, string? message, bool saysGzip)
    {
        var isChanged = false;
        var stored = new List<string>();
        await using var server = new RawServer(request =>
        {
            if (isChanged && IsPacked(request))
                return (message is null ? RawAnswer.Json("{}", status) : RawAnswer.Error(status, "INVALID_PARAMETER_VALUE", message)) with { Headers = saysGzip ? DialectWithGzip : [] };
            lock (stored) stored.Add(Text(request));
            return Answer(request, isChanged ? [] : DialectWithGzip);
        });
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore(options => options.CompressRequests = true, address: server.Address);
        await store.ApplyAsync(Batch(1_000), TestContext.Current.CancellationToken);
        Assert.Contains(server.Requests, IsPacked);
        isChanged = true;
        server.Requests.Clear();
        stored.Clear();
        for (var i = 0; i < 2; i++) Assert.Empty((await store.ApplyAsync(Batch(1_000), TestContext.Current.CancellationToken)).Conflicts);

        Assert.Equal(["gzip 1000", "plain 1000", "plain 1000"], Batches(server));
        Assert.Equal(2, stored.Count(body => body.Contains("\"metrics\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_proxy_that_asks_for_patience_is_not_asked_at_once_and_then_plain()
    {
        var isAway = false;
        await using var server = new RawServer(request =>
        {
            if (!isAway || !IsPacked(request)) return Answer(request, isAway ? Dialect : DialectWithGzip);
            return RawAnswer.Page("<h1>503</h1>", 503);
        });
        await using var lab = new HttpLab();
        await using var hasty = lab.OpenStore(options => options.CompressRequests = true, address: server.Address);
        await hasty.ApplyAsync(Batch(1_000), TestContext.Current.CancellationToken);
        isAway = true;
        server.Requests.Clear();
        var failure = await Assert.ThrowsAsync<HttpFailureException>(async () => await hasty.ApplyAsync(Batch(1_000), TestContext.Current.CancellationToken));
        Assert.True(failure.IsTransient);
        Assert.Equal(["gzip 1000"], Batches(server));
        await hasty.ApplyAsync(Batch(1_000), TestContext.Current.CancellationToken);
        Assert.Equal(["gzip 1000", "plain 1000"], Batches(server));
    }

    private static RawAnswer Answer(RawRequest request, (string, string)[] headers)
    {
        var answer = request.Endpoint switch
        {
            "runs/get" => RawAnswer.Json($$$$"""{"run": {"info": {"run_id": "{{{{Run}}}}", "experiment_id": "7", "status": "RUNNING", "start_time": 1, "artifact_uri": "mlflow-artifacts:/7/x/artifacts", "lifecycle_stage": "active"}, "data": {}}}"""),
            "experiments/get-by-name" => RawAnswer.Json("""{"experiment": {"experiment_id": "7", "name": "Default", "lifecycle_stage": "active"}}"""),
            "runs/create" => RawAnswer.Json($$$$"""{"run": {"info": {"run_id": "{{{{Run}}}}", "experiment_id": "7"}}}"""),
            _ => RawAnswer.Json("{}"),
        };
        return answer with { Headers = headers };
    }

    private static RunBatch Batch(int count)
    {
        long[] numbers = [.. Enumerable.Range(0, count).Select(i => (long)i)];
        return new RunBatch
        {
            Run = Run,
            Time = DateTimeOffset.UnixEpoch,
            // A body to learn from before the points go.
            Facts = [new RunStarted(null, null, "run", DateTimeOffset.UnixEpoch, null, null), new TagSet("t", "v")],
            Points = [new SeriesPoints("loss", numbers, numbers, numbers.Select(i => i / 7.0).ToArray())],
        };
    }

    private static bool IsPacked(RawRequest request) => request.Headers.GetValueOrDefault("Content-Encoding") == "gzip";

    private static string Text(RawRequest request)
    {
        if (!IsPacked(request)) return request.Text;
        using var reader = new StreamReader(new GZipStream(new MemoryStream(request.Body), CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The requests with points, the largest first and then as they came: how each came, and its points.</summary>
    private static string[] Batches(RawServer server) =>
        [.. server.Requests.Where(request => Text(request).Contains("\"metrics\"", StringComparison.Ordinal)).Select(request => (Packed: IsPacked(request), Points: Text(request).Split("\"step\"").Length - 1))
            .OrderByDescending(batch => batch.Points).Select(batch => $"{(batch.Packed ? "gzip" : "plain")} {batch.Points}")];
}
