using System.Text;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

/// <summary>Links inside the store that lead out of it, and what garbage collection touches.</summary>
public sealed class LocalFileLinkTests : IDisposable
{
    private static readonly GarbageOptions Now = new() { DryRun = false, MinimumAge = TimeSpan.Zero };
    private readonly TempFolder _outside = new();
    private readonly RunId _run = RunId.New();

    public void Dispose() => _outside.Dispose();

    [Theory]
    [InlineData("artifacts")]
    [InlineData("artifacts/model")]
    public async Task Artifacts_are_not_written_through_a_link(string place)
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(_run, WriterId.New()));
        var link = Path.Combine(temp.Root, "runs", _run.ToString(), place);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        LinkOrSkip(link, _outside.Path);
        var staged = await temp.StageAsync(Encoding.UTF8.GetBytes("weights"));
        await store.PutContentAsync(staged);
        await store.ApplyAsync(new RunBatch
        {
            Run = _run,
            Time = TempStore.Start,
            Facts = [new ArtifactLogged(new(ArtifactPath.Parse("model/w.bin"), staged.Digest, staged.Size, TempStore.Start))],
        });
        Assert.Empty(Directory.GetFileSystemEntries(_outside.Path));
        using var text = new StreamReader(await store.OpenArtifactAsync(_run, ArtifactPath.Parse("model/w.bin")));
        Assert.Equal("weights", await text.ReadToEndAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("points")]
    public async Task Runs_are_neither_read_nor_written_through_a_link(string place)
    {
        await using var other = new TempStore();
        await other.Open().ApplyAsync(TempStore.Begin(_run, WriterId.New()));
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(RunId.New(), WriterId.New()));
        var (inside, foreign) = (Path.Combine(temp.Root, "runs", _run.ToString()), Path.Combine(other.Root, "runs", _run.ToString()));
        if (place.Length > 0) Directory.CreateDirectory(inside);
        LinkOrSkip(Path.Combine(inside, place).TrimEnd('/'), Path.Combine(foreign, place));
        var before = Tree(other.Root);
        var fresh = temp.Open();
        Assert.Null(await fresh.GetRunAsync(_run));
        Assert.Single((await fresh.SearchRunsAsync(new RunQuery { View = StageView.All })).Items);
        var error = await Assert.ThrowsAsync<LifecycleException>(async () => await fresh.ApplyAsync(TempStore.Begin(_run, WriterId.New())));
        Assert.Contains("symbolic link", error.Message, StringComparison.Ordinal);
        await fresh.CollectGarbageAsync(Now);
        Assert.Equal(before, Tree(other.Root));
    }

    [Fact]
    public async Task Garbage_collection_removes_links_and_leaves_what_they_lead_to()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(_run, WriterId.New()));
        await File.WriteAllTextAsync(_outside["precious"], "keep me");
        await File.WriteAllTextAsync(_outside[new string('a', 64)], "keep me too");
        Directory.CreateDirectory(Path.Combine(temp.Root, "content"));
        LinkOrSkip(Path.Combine(temp.Root, "content", "aa"), _outside.Path);
        LinkOrSkip(Path.Combine(temp.Root, "runs", GarbageCollector.Removed + "x"), _outside.Path);
        LinkOrSkip(Path.Combine(temp.Root, "runs", _run.ToString(), "extra"), _outside.Path);
        await store.ApplyAsync(new RunBatch { Run = _run, Time = TempStore.Start, Facts = [new RunStageChanged(LifecycleStage.Deleted)] });
        Assert.Equal([_run], (await store.CollectGarbageAsync(Now)).Runs);
        Assert.Equal(2, Directory.GetFiles(_outside.Path).Length);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(temp.Root, "runs")));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_the_real_one_removes_exactly_what_it_reported()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        var (gone, kept) = (RunId.New(), RunId.New());
        var (own, shared) = (await PutAsync("of the deleted run"), await PutAsync("of both"));
        await store.ApplyAsync(TempStore.Begin(gone, WriterId.New(), "old", Logged("a.txt", own), Logged("b.txt", shared)));
        await store.ApplyAsync(TempStore.Begin(kept, WriterId.New(), "new", Logged("b.txt", shared)));
        await store.UpdateExperimentAsync((await store.GetExperimentByNameAsync("old"))!.Id, new ExperimentUpdate { Stage = LifecycleStage.Deleted });
        var before = Tree(temp.Root);
        var planned = await store.CollectGarbageAsync(Now with { DryRun = true });
        Assert.Equal(before, Tree(temp.Root));
        Assert.Equal([gone], planned.Runs);
        Assert.Equal((1, own.Size), (planned.Contents, planned.Bytes));
        Assert.Single(planned.Experiments);

        var done = await store.CollectGarbageAsync(Now);
        Assert.Equal(planned.Runs, done.Runs);
        Assert.Equal(planned.Experiments, done.Experiments);
        Assert.Equal((planned.Contents, planned.Bytes), (done.Contents, done.Bytes));
        var removed = before.Keys.Except(Tree(temp.Root).Keys).ToList();
        var digest = own.Digest.ToString();
        Assert.All(removed, path => Assert.True(
            path.StartsWith($"runs/{gone}/", StringComparison.Ordinal) || path == $"content/{digest[..2]}/{digest}"
                || path == $"experiments/{planned.Experiments[0]}/experiment.json", path));
        Assert.Contains($"content/{digest[..2]}/{digest}", removed);
        Assert.Contains($"experiments/{planned.Experiments[0]}/experiment.json", removed);
        Assert.DoesNotContain(Tree(temp.Root).Keys, path => path.Contains(gone.ToString(), StringComparison.Ordinal));
        Assert.NotNull(await temp.Open().GetRunAsync(kept));
        Assert.Empty(await TempStore.VerifyAsync(temp.Open()));

        async Task<StagedContent> PutAsync(string text)
        {
            var staged = await temp.StageAsync(Encoding.UTF8.GetBytes(text));
            await store.PutContentAsync(staged);
            File.Delete(staged.FilePath);
            return staged;
        }

        static ArtifactLogged Logged(string path, StagedContent content) =>
            new(new(ArtifactPath.Parse(path), content.Digest, content.Size, TempStore.Start));
    }

    private static void LinkOrSkip(string link, string target)
    {
        try
        {
            Directory.CreateSymbolicLink(link, target);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip("Symbolic links take a privilege here.");
        }
    }

    /// <summary>Every file below a folder with its bytes, but for what tells processes of each other.</summary>
    private static SortedDictionary<string, string> Tree(string root) => new(
        Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(".lock", StringComparison.Ordinal))
            .ToDictionary(
                path => Path.GetRelativePath(root, path).Replace('\\', '/'), path => Convert.ToHexString(File.ReadAllBytes(path))),
        StringComparer.Ordinal);
}
