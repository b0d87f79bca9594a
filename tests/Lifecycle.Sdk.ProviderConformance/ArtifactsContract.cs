using System.Security.Cryptography;
using System.Text;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Artifacts: contents under their digest, entries under their path.</summary>
public abstract class ArtifactsContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task Content_comes_back_byte_for_byte()
    {
        var run = await StartAsync();
        foreach (var size in (int[])[0, 1, 4_096, 1_000_003])
        {
            var bytes = RandomNumberGenerator.GetBytes(size);
            var digest = await PutAsync(bytes);
            var entry = new ArtifactInfo(ArtifactPath.Parse($"data/{size}.bin"), digest, size, T0);
            Assert.Empty((await run.ApplyAsync(new ArtifactLogged(entry))).Conflicts);
            Assert.Equal(bytes, await ReadArtifactAsync(run.Id, $"data/{size}.bin"));
        }

        await ReopenAsync();
        var list = await Store.ListArtifactsAsync(run.Id);
        Assert.Equal(["data/0.bin", "data/1.bin", "data/1000003.bin", "data/4096.bin"], list.Select(entry => entry.Path.ToString()));
        foreach (var entry in list)
        {
            var bytes = await ReadArtifactAsync(run.Id, entry.Path.ToString());
            Assert.Equal((entry.Size, entry.Digest, T0), (bytes.Length, ContentDigest.Of(bytes), entry.Time));
        }
    }

    [Fact]
    public async Task The_same_content_may_stand_under_many_paths_and_runs()
    {
        var (one, two) = (await StartAsync("one"), await StartAsync("two"));
        await PutAsync("shared");
        await PutAsync("shared");
        await one.ApplyAsync(Artifact("a.txt", "shared"), Artifact("b/a.txt", "shared"));
        await two.ApplyAsync(Artifact("c.txt", "shared"));
        await ReopenAsync();
        Assert.Equal("shared", await TextAsync(one, "a.txt"));
        Assert.Equal("shared", await TextAsync(one, "b/a.txt"));
        Assert.Equal("shared", await TextAsync(two, "c.txt"));
        if (Fixture.Capabilities.CollectsGarbage)
        {
            await one.ReplayAsync(Store, new RunStageChanged(LifecycleStage.Deleted));
            await Store.CollectGarbageAsync(new GarbageOptions { DryRun = false, MinimumAge = TimeSpan.Zero });
            Assert.Equal("shared", await TextAsync(two, "c.txt"));
        }
    }

    [Fact]
    public async Task The_same_path_again_replaces_the_entry()
    {
        var run = await StartAsync();
        await PutAsync("first");
        await PutAsync("second");
        await run.ApplyAsync(Artifact("a.txt", "first"));
        Assert.Empty((await run.ApplyAsync(Artifact("a.txt", "second"))).Conflicts);
        await ReopenAsync();
        Assert.Single(await Store.ListArtifactsAsync(run.Id));
        Assert.Equal("second", await TextAsync(run, "a.txt"));
    }

    [Fact]
    public async Task Artifacts_are_listed_in_ordinal_order_of_their_paths_whenever_they_came()
    {
        string[] paths = ["C", "a b", "a.txt", "a/b", "a0", "b", "\u00e9", "\U0001F600", "\uFF5E"];
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        var run = await StartAsync();
        await PutAsync("first");
        await PutAsync("second");
        foreach (var path in paths.Reverse()) await run.ApplyAsync(Artifact(path, "first"));
        await run.ApplyAsync(Artifact("b", "second"), new ArtifactDeleted(ArtifactPath.Parse("a b")), new ArtifactDeleted(ArtifactPath.Parse("\u00e9")));
        await run.ApplyAsync(Artifact("\u00e9", "second"), Artifact("a b", "second"));
        Assert.Equal(paths, (await Store.ListArtifactsAsync(run.Id)).Select(entry => entry.Path.ToString()));
        await ReopenAsync();
        Assert.Equal(paths, (await Store.ListArtifactsAsync(run.Id)).Select(entry => entry.Path.ToString()));
        Assert.Equal(("second", "first"), (await TextAsync(run, "b"), await TextAsync(run, "C")));
    }

    [Theory]
    [InlineData("model/weights.bin", "Model/weights.bin")]
    [InlineData("model/weights.bin", "model/WEIGHTS.BIN")]
    [InlineData("gr\u00fc\u00dfe.txt", "GR\u00dc\u00dfE.txt")]
    [InlineData("a/b", "a")]
    [InlineData("a", "a/b")]
    [InlineData("a/b/c", "A/b")]
    public async Task Paths_that_cannot_stand_side_by_side_are_a_conflict(string first, string second)
    {
        var run = await StartAsync();
        await PutAsync("x");
        await PutAsync("y");
        await run.ApplyAsync(Artifact(first, "x"));
        var result = await run.ApplyAsync(Artifact(second, "y"), new TagSet("after", "applied"));
        Assert.True(result.Applied);
        Assert.Contains(second, Assert.Single(result.Conflicts), StringComparison.Ordinal);
        await ReopenAsync();
        Assert.Equal([first], (await Store.ListArtifactsAsync(run.Id)).Select(entry => entry.Path.ToString()));
        Assert.Equal("x", await TextAsync(run, first));
        Assert.Equal("applied", (await Store.GetRunAsync(run.Id))!.Tags["after"]);
    }

    [Fact]
    public async Task Paths_in_Unicode_with_spaces_and_near_the_length_limit_work()
    {
        string[] paths =
        [
            "a b/c d.txt", "\u00e9t\u00e9/\u6a21\u578b.bin", "\U0001F600.txt", ".hidden", "a..b", "a.b/c", "100%", "~", "#1", "a+b&c=d;e", "-rf", "'x'",
            "index.db", "run.json", "CONSOLE", "com", string.Join('/', Enumerable.Repeat(new string('p', 200), 5)), new string('n', 255), "deep/" + string.Join('/', Enumerable.Repeat("d", 500)),
        ];
        var run = await StartAsync();
        foreach (var path in paths)
        {
            await PutAsync(path);
            var entry = new ArtifactInfo(ArtifactPath.Parse(path), ContentDigest.Of(Encoding.UTF8.GetBytes(path)), Encoding.UTF8.GetByteCount(path), T0);
            Assert.Empty((await run.ApplyAsync(new ArtifactLogged(entry))).Conflicts);
        }

        await ReopenAsync();
        Assert.Equal(paths.Order(StringComparer.Ordinal), (await Store.ListArtifactsAsync(run.Id)).Select(entry => entry.Path.ToString()));
        foreach (var path in paths) Assert.Equal(path, await TextAsync(run, path));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/../../escape")]
    [InlineData("/etc/passwd")]
    [InlineData("C:/windows")]
    [InlineData("a\\..\\b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("con")]
    [InlineData("sub/NUL.txt")]
    [InlineData("COM1")]
    [InlineData("a.")]
    [InlineData("a /b")]
    [InlineData(" a")]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    [InlineData("a:stream")]
    [InlineData("a*")]
    [InlineData("what?")]
    public async Task A_path_that_is_not_safe_is_refused_before_it_gets_to_the_store(string path)
    {
        Assert.Throws<ArgumentException>(() => ArtifactPath.Parse(path));
        Assert.False(ArtifactPath.TryParse(path, out _));
        // default is the one path that has not been through the rules.
        var run = await StartAsync();
        var digest = await PutAsync("x");
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await run.ApplyAsync(new ArtifactLogged(new ArtifactInfo(default, digest, 1, T0))));
        Assert.Empty(await Store.ListArtifactsAsync(run.Id));
    }

    [Fact]
    public async Task A_content_that_does_not_have_its_digest_is_refused()
    {
        var path = Path.Combine(Scratch, "altered");
        await File.WriteAllTextAsync(path, "altered");
        var claimed = ContentDigest.Of("original"u8);
        await Assert.ThrowsAsync<LifecycleException>(async () => await Store.PutContentAsync(new StagedContent(claimed, 7, path)));
        // It must not be there under the wrong digest either: the real one can still come.
        var run = await StartAsync();
        Assert.Equal(claimed, await PutAsync("original"));
        await run.ApplyAsync(Artifact("a", "original"));
        Assert.Equal("original", await TextAsync(run, "a"));
    }

    [Fact]
    public async Task A_staged_file_that_is_not_there_is_a_failure_and_not_a_content()
    {
        var missing = new StagedContent(ContentDigest.Of("x"u8), 1, Path.Combine(Scratch, "never written"));
        await Assert.ThrowsAnyAsync<Exception>(async () => await Store.PutContentAsync(missing));
        var run = await StartAsync();
        await PutAsync("x");
        await run.ApplyAsync(Artifact("a", "x"));
        Assert.Equal("x", await TextAsync(run, "a"));
    }

    [Fact]
    public async Task An_unknown_artifact_is_not_found()
    {
        var run = await StartAsync();
        await PutAsync("x");
        await run.ApplyAsync(Artifact("a/b", "x"));
        foreach (var path in (string[])["a", "b", "a/B", "a/b/c"])
            await Assert.ThrowsAsync<LifecycleNotFoundException>(async () => await Store.OpenArtifactAsync(run.Id, ArtifactPath.Parse(path)));
    }

    [Fact]
    public async Task Two_streams_of_one_artifact_are_read_at_once()
    {
        var run = await StartAsync();
        await PutAsync("0123456789");
        await run.ApplyAsync(Artifact("a", "0123456789"));
        await using var one = await Store.OpenArtifactAsync(run.Id, ArtifactPath.Parse("a"));
        await using var two = await Store.OpenArtifactAsync(run.Id, ArtifactPath.Parse("a"));
        var (first, second) = (new byte[5], new byte[10]);
        await one.ReadExactlyAsync(first);
        await two.ReadExactlyAsync(second);
        Assert.Equal("01234", Encoding.ASCII.GetString(first));
        Assert.Equal("0123456789", Encoding.ASCII.GetString(second));
        Assert.Equal(5, await one.ReadAtLeastAsync(first, 5));
        Assert.Equal(0, await one.ReadAsync(first));
    }

    [Fact]
    public async Task The_beginning_of_a_content_may_be_passed_over()
    {
        const int Size = (3 << 20) + 5;
        var run = await StartAsync();
        var bytes = RandomNumberGenerator.GetBytes(Size);
        await run.ApplyAsync(new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse("a"), await PutAsync(bytes), Size, T0)));
        foreach (var count in (int[])[0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20, Size - 1, Size])
        {
            await using var content = await Store.OpenArtifactAsync(run.Id, ArtifactPath.Parse("a"));
            // What comes from elsewhere can't; then all of it is still there.
            var from = content is ISkippable skippable && skippable.TrySkip(count) ? count : 0;
            using var rest = new MemoryStream();
            await content.CopyToAsync(rest);
            Assert.True(bytes.AsSpan(from).SequenceEqual(rest.ToArray()), FormattableString.Invariant($"{rest.Length} bytes from {from} on are not the rest of the content."));
            Assert.Equal(0, await content.ReadAsync(new byte[1]));
        }
    }

    private async Task<string> TextAsync(RunScript run, string path) => Encoding.UTF8.GetString(await ReadArtifactAsync(run.Id, path));
}
