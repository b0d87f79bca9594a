using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

/// <summary>Garbage collection while others work on the store, and what it finds after those that died.</summary>
public sealed class LocalFileGarbageTests
{
    private static readonly GarbageOptions Collect = new() { DryRun = false };
    private readonly FakeTimeProvider _time = new(TempStore.Start);

    [Fact]
    public async Task A_content_that_was_put_lately_is_kept_although_a_run_that_goes_refers_to_it()
    {
        await using var temp = new TempStore();
        var store = temp.Open(_time);
        var (old, fresh) = (RunId.New(), RunId.New());
        var staged = await temp.StageAsync([1, 2, 3]);
        var artifact = new ArtifactLogged(new(ArtifactPath.Parse("w.bin"), staged.Digest, staged.Size, TempStore.Start));
        await store.PutContentAsync(staged);
        await store.ApplyAsync(TempStore.Begin(old, WriterId.New(), "exp", artifact, new RunStageChanged(LifecycleStage.Deleted)));
        _time.Advance(TimeSpan.FromDays(40));

        // The same content again, for a run whose batch is not there yet.
        await store.PutContentAsync(await temp.StageAsync([1, 2, 3]));
        Assert.Equal([old], (await store.CollectGarbageAsync(Collect)).Runs);
        await store.ApplyAsync(TempStore.Begin(fresh, WriterId.New(), "exp", artifact));
        await using var content = await store.OpenArtifactAsync(fresh, ArtifactPath.Parse("w.bin"));
        Assert.Equal(3, await content.ReadAsync(new byte[8]));
    }

    [Fact]
    public async Task A_content_that_is_put_while_it_is_collected_is_there_afterwards()
    {
        await using var temp = new TempStore();
        var other = temp.Open(_time);
        await other.PutContentAsync(await temp.StageAsync([1, 2, 3]));
        _time.Advance(TimeSpan.FromDays(40));
        var again = await temp.StageAsync([1, 2, 3]);
        Task? put = null;
        var store = temp.Open(_time, new StoreFiles
        {
            BeforeChange = (what, path) =>
            {
                if (what != "delete" || !path.EndsWith(again.Digest.ToString(), StringComparison.Ordinal)) return;
                put = Task.Run(() => other.PutContentAsync(again).AsTask());
                put.Wait(TimeSpan.FromMilliseconds(200));
            },
        });
        Assert.Equal(1, (await store.CollectGarbageAsync(Collect)).Contents);
        await put!;
        Assert.Single(Directory.GetFiles(Path.Combine(temp.Root, "content"), again.Digest.ToString(), SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_experiment_that_is_restored_while_it_is_collected_stays()
    {
        await using var temp = new TempStore();
        var other = temp.Open(_time);
        var id = (await other.CreateExperimentAsync("exp")).Id;
        await other.UpdateExperimentAsync(id, new ExperimentUpdate { Stage = LifecycleStage.Deleted });
        _time.Advance(TimeSpan.FromDays(40));
        Task<ExperimentInfo>? restored = null;
        var store = temp.Open(_time, new StoreFiles
        {
            BeforeChange = (what, path) =>
            {
                if (what != "rmdir" || restored is not null) return;
                restored = Task.Run(() => other.UpdateExperimentAsync(id, new ExperimentUpdate { Stage = LifecycleStage.Active }).AsTask());
                restored.Wait(TimeSpan.FromMilliseconds(200));
            },
        });
        var report = await store.CollectGarbageAsync(Collect);

        // Either it was restored first and stays, or it was gone first and that is said.
        var isGone = await Record.ExceptionAsync(() => restored!) is LifecycleNotFoundException;
        Assert.Equal(isGone, report.Experiments.Contains(id));
        Assert.Equal(isGone, await other.GetExperimentAsync(id) is null);
    }

    [Fact]
    public async Task What_dead_writes_left_is_removed_and_artifacts_of_such_names_are_not()
    {
        await using var temp = new TempStore();
        var store = temp.Open(_time);
        var run = RunId.New();
        var staged = await temp.StageAsync([1]);
        await store.PutContentAsync(staged);
        await store.ApplyAsync(TempStore.Begin(run, WriterId.New(), "exp", new ArtifactLogged(new(ArtifactPath.Parse("a.tmp"), staged.Digest, 1, TempStore.Start))));
        var folder = Path.Combine(temp.Root, "runs", run.ToString());
        string[] left = [Path.Combine(temp.Root, "content", "ab", "x"), Path.Combine(folder, "run.json"), Path.Combine(folder, "points", "x.sealed")];
        Directory.CreateDirectory(Path.GetDirectoryName(left[0])!);
        left = [.. left.Select(StoreFiles.TemporaryName)];
        foreach (var file in left)
        {
            await File.WriteAllTextAsync(file, "x");
            File.SetLastWriteTimeUtc(file, _time.GetUtcNow().UtcDateTime);
        }

        Assert.Equal(3, (await TempStore.VerifyAsync(store)).Count);
        await store.CollectGarbageAsync(Collect with { MinimumAge = TimeSpan.Zero });
        Assert.All(left, file => Assert.True(File.Exists(file)));
        _time.Advance(TimeSpan.FromHours(2));
        await store.CollectGarbageAsync(Collect with { MinimumAge = TimeSpan.Zero });
        Assert.All(left, file => Assert.False(File.Exists(file)));
        Assert.True(File.Exists(Path.Combine(folder, "artifacts", "a.tmp")));
        Assert.Empty(await TempStore.VerifyAsync(store));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("rename")]
    public async Task A_content_whose_taking_in_failed_is_taken_in_by_the_next_try(string failing)
    {
        await using var temp = new TempStore();
        var staged = await temp.StageAsync([1, 2, 3]);
        var fails = true;
        var store = temp.Open(_time, new StoreFiles
        {
            BeforeChange = (what, path) =>
            {
                if (fails && what == failing && path.Contains("content", StringComparison.Ordinal)) throw new IOException("No space left on device");
            },
        });
        await Assert.ThrowsAsync<LifecycleException>(() => store.PutContentAsync(staged).AsTask());
        Assert.Empty(Directory.GetFiles(temp.Root, "*.tmp", SearchOption.AllDirectories));
        fails = false;
        await store.PutContentAsync(staged);
        Assert.False(File.Exists(staged.FilePath));
        Assert.Empty(await TempStore.VerifyAsync(store));
    }

    [Fact]
    public async Task A_process_that_dies_while_it_takes_a_content_in_leaves_the_staged_file()
    {
        await using var temp = new TempStore();
        var staged = await temp.StageAsync([1, 2, 3]);
        var dies = true;
        var store = temp.Open(_time, new StoreFiles
        {
            BeforeChange = (what, path) =>
            {
                if (dies && what == "rename" && path.EndsWith(staged.Digest.ToString(), StringComparison.Ordinal)) throw new NotSupportedException("The end.");
            },
        });
        await Assert.ThrowsAsync<NotSupportedException>(() => store.PutContentAsync(staged).AsTask());
        dies = false;
        await temp.Open(_time).PutContentAsync(staged);
        Assert.Single(Directory.GetFiles(Path.Combine(temp.Root, "content"), staged.Digest.ToString(), SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_staged_file_that_is_gone_is_no_reason_to_try_again()
    {
        await using var temp = new TempStore();
        var staged = await temp.StageAsync([1]);
        File.Delete(staged.FilePath);
        Assert.False((await Assert.ThrowsAsync<LifecycleException>(() => temp.Open().PutContentAsync(staged).AsTask())).IsTransient);
    }
}
