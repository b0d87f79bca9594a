using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Lifecycle.Sdk.Server.Tests.Support;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>Requests with a Content-Encoding: what is taken, what is refused, and that none of it is stored by half.</summary>
public sealed class CompressionTests
{
    private const string LogBatch = "/api/2.0/mlflow/runs/log-batch";
    private const int Limit = 1 << 20;

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("x-gzip")]
    [InlineData("identity, gzip")]
    public async Task A_compressed_body_is_read_and_the_answer_says_that_it_may_be_one(string coding)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        using var answer = await SendAsync(server, Gzip(Batch(run, 1_000)), coding);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("gzip", string.Join(';', answer.Headers.GetValues("Accept-Encoding")));
        Assert.Equal(1_000, (await HistoryAsync(server, run)).Count);
    }

    [Fact]
    public async Task An_answer_says_that_a_body_may_be_compressed_also_when_it_is_an_error_or_the_body_was_not()
    {
        await using var server = await TestServer.StartAsync();
        using var refused = await SendAsync(server, Batch("0123456789abcdef0123456789abcdef", 1), null);
        using var empty = await SendAsync(server, "{}"u8.ToArray(), null);
        foreach (var answer in (HttpResponseMessage[])[refused, empty]) Assert.Equal("gzip", Assert.Single(answer.Headers.GetValues("Accept-Encoding")));
        Assert.Equal((404, 400), ((int)refused.StatusCode, (int)empty.StatusCode));
        using var get = await server.Client.GetAsync("/api/2.0/mlflow/experiments/get?experiment_id=0", TestContext.Current.CancellationToken);
        Assert.False(get.Headers.Contains("Accept-Encoding"), "A call without a body has none to compress.");
    }

    [Theory]
    [InlineData("gzip, gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    [InlineData("aes128gcm")]
    public async Task Another_coding_and_a_second_one_are_refused_with_what_is_taken(string coding)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        using var answer = await SendAsync(server, Gzip(Gzip(Batch(run, 10))), coding);
        Assert.Equal((415, "gzip"), ((int)answer.StatusCode, Assert.Single(answer.Headers.GetValues("Accept-Encoding"))));
        AttackTests.RequireCleanError(server, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await HistoryAsync(server, run));
    }

    [Fact]
    public async Task A_bomb_is_refused_and_the_next_request_is_served()
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        using var answer = await SendAsync(server, Bomb(256 << 20), "gzip");
        Assert.Equal(413, (int)answer.StatusCode);
        AttackTests.RequireCleanError(server, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var next = await SendAsync(server, Gzip(Batch(run, 10)), "gzip");
        Assert.Equal(200, (int)next.StatusCode);
    }

    [Fact]
    public async Task A_bomb_is_unpacked_no_further_than_to_the_limit()
    {
        var bomb = Bomb(256 << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (status, unread) = await ReadAsync(bomb);
        Assert.Equal(413, status);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * Limit);
        Assert.True(unread > bomb.Length / 2, FormattableString.Invariant($"All but {unread} of {bomb.Length} bytes were unpacked."));
        // The size of the packed body counts as well, whatever it would become.
        Assert.Equal(413, (await ReadAsync(new byte[Limit + 1])).Status);
    }

    [Fact]
    public async Task A_body_that_is_just_within_the_limit_is_taken_and_one_byte_more_is_not()
    {
        Assert.Equal(200, (await ReadAsync(Gzip(Spaces(Limit)))).Status);
        Assert.Equal(413, (await ReadAsync(Gzip(Spaces(Limit + 1)))).Status);
    }

    [Fact]
    public async Task A_body_that_ends_anywhere_before_its_end_is_refused()
    {
        // Text that is whole before the body is: the end of the JSON is no proof.
        var packed = Gzip([.. Batch("0123456789abcdef0123456789abcdef", 20), .. Spaces(200)]);
        for (var length = 0; length < packed.Length; length++) Assert.Equal((length, 400), (length, (await ReadAsync(packed[..length])).Status));
        Assert.Equal(200, (await ReadAsync(packed)).Status);
    }

    [Fact]
    public async Task A_body_that_is_not_one_member_of_gzip_is_refused()
    {
        var packed = Gzip(Batch("0123456789abcdef0123456789abcdef", 20));
        for (var at = 0; at < packed.Length; at++)
        {
            // The header's time and system mean nothing.
            if (at is >= 4 and <= 9) continue;
            var altered = packed.ToArray();
            altered[at] ^= 0xFF;
            Assert.Equal((at, 400), (at, (await ReadAsync(altered)).Status));
        }

        foreach (var other in (byte[][])[Batch("plain", 1), [.. packed, 0], [.. packed, .. packed], [.. packed, .. "garbage"u8], "{}"u8.ToArray(), [0x1f], [0x1f, 0x8b]])
            Assert.Equal(400, (await ReadAsync(other)).Status);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_length_that_lies_stores_nothing(int difference)
    {
        await using var server = await TestServer.StartAsync();
        var run = await server.NewRunAsync();
        var packed = Gzip(Batch(run, 100));
        using var connection = await server.ConnectAsync();
        var head = FormattableString.Invariant(
            $"POST {LogBatch} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length + difference}\r\n\r\n");
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        await stream.WriteAsync(packed, TestContext.Current.CancellationToken);
        connection.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.DoesNotContain(" 200 ", await AnswerAsync(stream), StringComparison.Ordinal);
        Assert.Empty(await HistoryAsync(server, run));
    }

    // A server that has not read all of a request may also reset the connection.
    private static async Task<string> AnswerAsync(Stream stream)
    {
        using var answer = new StreamReader(stream);
        try
        {
            return await answer.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return "";
        }
    }

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public async Task An_artifact_with_a_coding_is_neither_unpacked_nor_stored_as_it_is(StoreKind store)
    {
        await using var server = await TestServer.StartAsync(store);
        var run = await server.NewRunAsync();
        foreach (var (method, path) in ((string, string)[])[("PUT", TestServer.ArtifactPath(run, "a.txt")), ("POST", $"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=a.txt")])
        {
            using var answer = await SendAsync(server, Gzip("content"u8.ToArray()), "gzip", method, path);
            Assert.Equal((415, "identity"), ((int)answer.StatusCode, Assert.Single(answer.Headers.GetValues("Accept-Encoding"))));
            AttackTests.RequireCleanError(server, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Null((await server.CallAsync("GET", $"artifacts/list?run_id={run}"))["files"]);
        }

        using var plain = await SendAsync(server, "content"u8.ToArray(), "identity", "PUT", TestServer.ArtifactPath(run, "a.txt"));
        Assert.Equal(200, (int)plain.StatusCode);
    }

    /// <summary>The whole way, with what it saves: <c>-method '*saves*' -showLiveOutput</c> prints it.</summary>
    [Fact]
    public async Task Points_of_the_client_come_compressed_and_bit_for_bit_which_saves_most_of_the_bytes()
    {
        const int Count = 20_000;
        await using var server = await TestServer.StartAsync();
        using var scale = new Scale();
        var surroundings = new HttpSurroundings(_ => null, "", Path.Combine(server.Folder, "client"));
        await using var store = new HttpStore(
            HttpAddress.Parse(server.Address.AbsoluteUri), new HttpStoreOptions { CompressRequests = true, Handler = scale }, new StoreContext(TimeProvider.System, NullLoggerFactory.Instance), surroundings);
        var random = new Random(5);
        var points = Enumerable.Range(0, Count).Select(i => new MetricPoint(i, 1_700_000_000_000 + (i * 3) + random.Next(3), (float)((2.3 * Math.Exp(-i / 1e4)) + (0.05 * random.NextDouble())))).ToArray();
        var run = RunId.New();
        var series = new SeriesPoints("loss", points.Select(p => p.Step).ToArray(), points.Select(p => p.UnixTimeMilliseconds).ToArray(), points.Select(p => p.Value).ToArray());
        await store.ApplyAsync(
            new RunBatch { Run = run, Time = DateTimeOffset.UnixEpoch, Facts = [new RunStarted(null, null, "run", DateTimeOffset.UnixEpoch, null, null), new ParamLogged("a", new string('x', 3_000))], Points = [series] },
            TestContext.Current.CancellationToken);

        var read = new List<MetricPoint>();
        await foreach (var block in store.ReadPointsAsync(run, "loss", PointRange.All, TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < block.Count; i++) read.Add(block[i]);
        }

        Assert.Equal(points, read.OrderBy(point => point.Step));
        Assert.Equal(Count / 1_000, scale.Packed.Count);
        var (plain, packed) = (scale.Packed.Average(body => body.Plain), scale.Packed.Average(body => body.Packed));
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A batch of 1,000 points: {plain:0} bytes of JSON, {packed:0} compressed, {plain / packed:0.0} times less."));
        Assert.True(packed < plain / 4);
    }

    private static async Task<HttpResponseMessage> SendAsync(TestServer server, byte[] body, string? coding, string method = "POST", string path = LogBatch)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        if (coding is not null) request.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        return await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonArray> HistoryAsync(TestServer server, string run) =>
        (await server.CallAsync("GET", $"metrics/get-history?run_id={run}&metric_key=loss&max_results=25000"))["metrics"]?.AsArray() ?? [];

    /// <summary>Reads a body without a server between.</summary>
    /// <returns>The status that it would be answered with, and how much of it was left.</returns>
    private static async Task<(int Status, long Unread)> ReadAsync(byte[] body)
    {
        using var source = new MemoryStream(body, writable: false);
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = body.Length;
        context.Request.Headers.ContentEncoding = "gzip";
        context.Request.Body = source;
        try
        {
            using var read = await ApiBody.ReadAsync(context, Limit);
            return (200, source.Length - source.Position);
        }
        catch (ApiException e)
        {
            return (e.Status ?? WireError.StatusOf(e.Code), source.Length - source.Position);
        }
    }

    private static byte[] Batch(string run, int count) => Encoding.UTF8.GetBytes(
        $"{{\"run_id\":\"{run}\",\"metrics\":[{string.Join(',', Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"{{\"key\":\"loss\",\"value\":{1.0 / (i + 1)},\"timestamp\":{i},\"step\":{i}}}")))}]}}");

    private static byte[] Spaces(int count) => Encoding.ASCII.GetBytes(new string(' ', count));

    private static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(body);
        return packed.ToArray();
    }

    private static byte[] Bomb(int size)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("{\"x\":\""u8);
            var zeros = Encoding.ASCII.GetBytes(new string('0', 1 << 20));
            for (var written = 0; written < size; written += zeros.Length) gzip.Write(zeros);
            gzip.Write("\"}"u8);
        }

        return packed.ToArray();
    }

    /// <summary>Weighs the bodies that go by compressed.</summary>
    private sealed class Scale : DelegatingHandler
    {
        public Scale() : base(new SocketsHttpHandler())
        {
        }

        public List<(long Plain, long Packed)> Packed { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content?.Headers.ContentEncoding.Contains("gzip") == true && request.RequestUri!.AbsolutePath.EndsWith("log-batch", StringComparison.Ordinal))
            {
                var body = await request.Content.ReadAsByteArrayAsync(cancellationToken);
                using var plain = new MemoryStream();
                using (var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress)) gzip.CopyTo(plain);
                if (plain.ToArray().AsSpan().IndexOf("\"metrics\""u8) >= 0) lock (Packed) Packed.Add((plain.Length, body.Length));
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
