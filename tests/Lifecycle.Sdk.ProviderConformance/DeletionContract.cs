using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Soft deletion, restoring, and garbage collection.</summary>
public abstract class DeletionContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    private static readonly GarbageOptions Everything = new() { DryRun = false, MinimumAge = TimeSpan.Zero };

    [Fact]
    public async Task A_deleted_run_is_hidden_and_can_be_restored_whole()
    {
        var run = await FilledAsync("a");
        var before = StoreDump.Text((await Store.GetRunAsync(run.Id))!);
        await run.ApplyAsync(new RunStageChanged(LifecycleStage.Deleted));
        Assert.Empty(await FindAsync(null));
        Assert.Equal(LifecycleStage.Deleted, (await Store.GetRunAsync(run.Id))!.Stage);
        Assert.Equal(3, (await ReadAsync(run, "loss")).Count);
        await run.ApplyAsync(new RunStageChanged(LifecycleStage.Active));
        await ReopenAsync();
        Assert.Equal(["a"], await FindAsync(null));
        Assert.Equal(before, StoreDump.Text((await Store.GetRunAsync(run.Id))!));
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_go_and_removes_nothing()
    {
        SkipUnlessCollects();
        var run = await FilledAsync("a");
        await run.ApplyAsync(new RunStageChanged(LifecycleStage.Deleted));
        var report = await Store.CollectGarbageAsync(Everything with { DryRun = true });
        Assert.True(report.DryRun);
        Assert.Equal([run.Id], report.Runs);
        Assert.Equal((1, "artifact of a".Length), (report.Contents, report.Bytes));
        Assert.Empty(report.Experiments);
        await ReopenAsync();
        Assert.Equal("artifact of a", System.Text.Encoding.UTF8.GetString(await ReadArtifactAsync(run.Id, "a.txt")));
        Assert.Equal(3, (await ReadAsync(run, "loss")).Count);
    }

    [Fact]
    public async Task Collection_removes_what_is_deleted_and_nothing_else()
    {
        SkipUnlessCollects();
        var (kept, gone) = (await FilledAsync("kept"), await FilledAsync("gone"));
        await PutAsync("nobody refers to this");
        await gone.ApplyAsync(new RunStageChanged(LifecycleStage.Deleted));
        var before = StoreDump.Text((await Store.GetRunAsync(kept.Id))!);
        var report = await Store.CollectGarbageAsync(Everything);
        Assert.Equal([gone.Id], report.Runs);
        Assert.Equal(2, report.Contents);
        await ReopenAsync();
        Assert.Null(await Store.GetRunAsync(gone.Id));
        Assert.Null(await Store.GetMarkAsync(gone.Id, gone.Writer));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => ReadAsync(gone, "loss"));
        Assert.Equal(before, StoreDump.Text((await Store.GetRunAsync(kept.Id))!));
        Assert.Equal("artifact of kept", System.Text.Encoding.UTF8.GetString(await ReadArtifactAsync(kept.Id, "a.txt")));
        Assert.Empty((await Store.CollectGarbageAsync(Everything)).Runs);
    }

    [Fact]
    public async Task A_collected_experiment_takes_its_runs_along_and_frees_its_name()
    {
        SkipUnlessCollects();
        var run = await FilledAsync("a");
        var id = (await Store.GetRunAsync(run.Id))!.ExperimentId;
        await Store.UpdateExperimentAsync(id, new() { Stage = LifecycleStage.Deleted });
        var report = await Store.CollectGarbageAsync(Everything);
        Assert.Equal([id], report.Experiments);
        Assert.Equal([run.Id], report.Runs);
        await ReopenAsync();
        Assert.Null(await Store.GetExperimentAsync(id));
        Assert.Null(await Store.GetRunAsync(run.Id));
        Assert.Equal("exp", (await Store.CreateExperimentAsync("exp")).Name);
    }

    [Fact]
    public async Task What_was_deleted_lately_is_kept()
    {
        SkipUnlessCollects();
        var run = await FilledAsync("a");
        run.Time = TimeProvider.System.GetUtcNow();
        await run.ApplyAsync(new RunStageChanged(LifecycleStage.Deleted));
        var report = await Store.CollectGarbageAsync(new GarbageOptions { DryRun = false });
        Assert.Empty(report.Runs);
        await ReopenAsync();
        Assert.NotNull(await Store.GetRunAsync(run.Id));
        Assert.True(new GarbageOptions().DryRun);
    }

    [Fact]
    public async Task A_collected_run_can_be_logged_anew()
    {
        SkipUnlessCollects();
        var run = await FilledAsync("a");
        await run.ApplyAsync(new RunStageChanged(LifecycleStage.Deleted));
        await Store.CollectGarbageAsync(Everything);
        run.Sequence = 0;
        Assert.True((await run.StartAsync("again")).Applied);
        await run.LogPointsAsync("loss", new MetricPoint(0, 0, 9));
        await ReopenAsync();
        Assert.Equal([9.0], (await ReadAsync(run, "loss")).Select(point => point.Value));
        Assert.Empty((await Store.GetRunAsync(run.Id))!.Tags);
    }

    private void SkipUnlessCollects() => Assert.SkipUnless(Fixture.Capabilities.CollectsGarbage, "The store collects no garbage.");

    private async Task<RunScript> FilledAsync(string name)
    {
        var run = await StartAsync(name);
        await run.LogAsync("loss", 3, 2, 1);
        await PutAsync($"artifact of {name}");
        await run.ApplyAsync(new TagSet("a", "b"), new ParamLogged("p", 1), Artifact("a.txt", $"artifact of {name}"));
        await run.EndAsync(RunStatus.Finished);
        return run;
    }
}
