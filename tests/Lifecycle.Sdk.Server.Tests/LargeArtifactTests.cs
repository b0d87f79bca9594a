using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Lifecycle.Sdk.Server.Tests.Support;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Lifecycle.Sdk.Server.Tests;

/// <summary>
/// Large artifacts go from this library's client to a server in another process and back, in little memory on both sides. What the client allocates is counted
/// for the whole process, so nothing else runs meanwhile.
/// </summary>
[CollectionDefinition(nameof(LargeArtifactTests), DisableParallelization = true)]
[Collection(nameof(LargeArtifactTests))]
public sealed class LargeArtifactTests
{
    private const int Block = 1 << 20;
    private const long MostMemory = 64 << 20;

    [Theory]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public Task A_large_artifact_goes_up_and_down_in_little_memory(StoreKind kind) => UpAndDownAsync(kind, 256L << 20);

    /// <summary>Takes some minutes and 15 GB in the folder for temporary files: <c>-explicit only -method '*.A_huge_artifact*' -showLiveOutput</c>.</summary>
    [Theory(Explicit = true)]
    [InlineData(StoreKind.LocalFile)]
    [InlineData(StoreKind.Sqlite)]
    public Task A_huge_artifact_goes_up_and_down_in_the_same_memory(StoreKind kind) => UpAndDownAsync(kind, 5L << 30);

    private static async Task UpAndDownAsync(StoreKind kind, long size)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("lifecycle-large-").FullName;
        try
        {
            var staged = await WriteAsync(Path.Combine(folder, "large.bin"), size, cancellationToken);
            await using var server = await ServerProcess.StartAsync(kind, folder);
            await using var store = new HttpStore(
                HttpAddress.Parse(server.Address.AbsoluteUri), new HttpStoreOptions(), new StoreContext(TimeProvider.System, NullLoggerFactory.Instance), new HttpSurroundings(_ => null, "", Path.Combine(folder, "client")));
            var run = RunId.New();
            // What any transfer takes, and the code for it, is not the large one's.
            await SendAsync(store, run, "small.bin", await WriteAsync(Path.Combine(folder, "small.bin"), 4 * Block, cancellationToken), new RunStarted(null, null, "large", DateTimeOffset.UnixEpoch, null, null));
            await ReadAsync(store, run, "small.bin");
            var (peak, allocated) = (server.PeakWorkingSet, GC.GetTotalAllocatedBytes(precise: true));

            var clock = Stopwatch.StartNew();
            await SendAsync(store, run, "large.bin", staged);
            var up = clock.Elapsed;
            clock.Restart();
            Assert.Equal((size, staged.Digest), await ReadAsync(store, run, "large.bin"));
            var down = clock.Elapsed;
            (peak, allocated) = (server.PeakWorkingSet - peak, GC.GetTotalAllocatedBytes(precise: true) - allocated);
            await RequireRangesAsync(server, run, size);

            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{kind}: {size >> 20} MiB up in {up.TotalSeconds:0.0} s, down in {down.TotalSeconds:0.0} s; the server's peak grew by {peak >> 20} MiB, the client allocated {allocated >> 20} MiB in all."));
            Assert.InRange(peak, 0, MostMemory);
            Assert.InRange(allocated, 0, size / 32);
        }
        finally
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)) File.SetAttributes(file, FileAttributes.Normal);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task SendAsync(HttpStore store, RunId run, string path, StagedContent content, params RunFact[] before)
    {
        await store.PutContentAsync(content, TestContext.Current.CancellationToken);
        var artifact = new ArtifactInfo(ArtifactPath.Parse(path), content.Digest, content.Size, DateTimeOffset.UnixEpoch);
        var result = await store.ApplyAsync(new RunBatch { Run = run, Time = DateTimeOffset.UnixEpoch, Facts = [.. before, new ArtifactLogged(artifact)] }, TestContext.Current.CancellationToken);
        Assert.Empty(result.Conflicts);
    }

    private static async Task<(long Size, ContentDigest Digest)> ReadAsync(HttpStore store, RunId run, string path)
    {
        await using var content = await store.OpenArtifactAsync(run, ArtifactPath.Parse(path), TestContext.Current.CancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Block];
        var size = 0L;
        for (int read; (read = await content.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0; size += read) hash.AppendData(buffer, 0, read);
        return (size, ContentDigest.FromHash(hash.GetHashAndReset()));
    }

    /// <summary>Asks for the numbers of the last two blocks, which lie beyond 4 GiB in the long form, and for what is behind them.</summary>
    private static async Task RequireRangesAsync(ServerProcess server, RunId run, long size)
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        var (first, second) = (size - (2 * Block), size - Block);
        foreach (var (from, to, numbers) in ((long From, long? To, long[] Numbers)[])[(second, null, [second]), (first, first + 7, [first]), (first, second + 7, [first, second])])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, TestServer.ArtifactPath(run.ToString(), "large.bin"));
            request.Headers.Range = new RangeHeaderValue(from, to);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode.PartialContent, $"bytes {from}-{to ?? size - 1}/{size}"), (answer.StatusCode, answer.Content.Headers.ContentRange!.ToString()));
            Assert.Equal((to ?? size - 1) - from + 1, body.Length);
            Assert.All(numbers, number => Assert.Equal(number, BitConverter.ToInt64(body, (int)(number - from))));
        }

        using var beyond = new HttpRequestMessage(HttpMethod.Get, TestServer.ArtifactPath(run.ToString(), "large.bin"));
        beyond.Headers.Range = new RangeHeaderValue(size, null);
        using var refused = await client.SendAsync(beyond, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, refused.StatusCode);
    }

    /// <summary>Writes blocks of noise, each of which begins with its place.</summary>
    private static async Task<StagedContent> WriteAsync(string path, long size, CancellationToken cancellationToken)
    {
        var block = new byte[Block];
        new Random(1).NextBytes(block);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.Create(path, 1);
        for (var at = 0L; at < size; at += block.Length)
        {
            BitConverter.TryWriteBytes(block, at);
            hash.AppendData(block);
            await file.WriteAsync(block, cancellationToken);
        }

        return new StagedContent(ContentDigest.FromHash(hash.GetHashAndReset()), size, path);
    }
}
