using System.Text;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed class ArtifactTests
{
    public static TheoryData<string> Providers => ["file", "sqlite"];

    [Theory, MemberData(nameof(Providers))]
    public async Task Files_folders_streams_and_texts_come_back_with_their_digests(string provider)
    {
        using var lab = new TrackerLab(provider);
        Directory.CreateDirectory(lab["model/sub"]);
        await File.WriteAllTextAsync(lab["model/a.txt"], "a");
        await File.WriteAllTextAsync(lab["model/sub/b.txt"], "b");
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        await run.LogArtifactAsync(lab["model/a.txt"]);
        await run.LogArtifactsAsync(lab["model"], "folder");
        var text = await run.LogTextAsync("héllo", "notes/text.txt");
        var big = new byte[3_000_000];
        new Random(1).NextBytes(big);
        await run.LogArtifactAsync(new MemoryStream(big), "big.bin");
        run.Complete();
        var all = await tracker.Runs.ListArtifactsAsync(run.Id);
        Assert.Equal(["a.txt", "big.bin", "folder/a.txt", "folder/sub/b.txt", "notes/text.txt"], all.Select(artifact => artifact.Path.ToString()));
        Assert.Equal(ContentDigest.Of(Encoding.UTF8.GetBytes("héllo")), text.Digest);
        Assert.Equal(all[0].Digest, all[2].Digest);
        Assert.Equal(["folder/a.txt", "folder/sub/b.txt"], (await tracker.Runs.ListArtifactsAsync(run.Id, "folder")).Select(artifact => artifact.Path.ToString()));
        await tracker.Runs.DownloadArtifactAsync(run.Id, "big.bin", lab["down/big.bin"]);
        Assert.Equal(big, await File.ReadAllBytesAsync(lab["down/big.bin"]));
        Assert.Single(Directory.GetFiles(lab["down"]));
        await using var content = await tracker.Runs.OpenArtifactAsync(run.Id, "notes/text.txt");
        Assert.Equal("héllo", await new StreamReader(content).ReadToEndAsync());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task The_same_path_again_replaces_the_artifact(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        await run.LogTextAsync("one", "a.txt");
        await run.LogTextAsync("two", "a.txt");
        run.Complete();
        await using var content = await tracker.Runs.OpenArtifactAsync(run.Id, "a.txt");
        Assert.Equal("two", await new StreamReader(content).ReadToEndAsync());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task What_is_not_there_is_said(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        await Assert.ThrowsAsync<FileNotFoundException>(() => run.LogArtifactAsync(lab["missing.bin"]));
        run.Complete();
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.Runs.OpenArtifactAsync(run.Id, "missing.bin"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.Runs.DownloadArtifactAsync(run.Id, "missing.bin", lab["x/y.bin"]));
        Assert.Empty(Directory.GetFiles(lab["x"]));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.Runs.ListArtifactsAsync(RunId.New()));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_stream_that_breaks_logs_nothing(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        await Assert.ThrowsAsync<IOException>(() => run.LogArtifactAsync(new BrokenStream(), "a.bin"));
        run.Complete();
        Assert.Empty(await tracker.Runs.ListArtifactsAsync(run.Id));
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("unplugged");
    }
}
