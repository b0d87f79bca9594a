using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Runs are copied into the store and out of it without loss, twice without a difference.</summary>
public abstract class CopyContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task A_copy_out_and_back_in_holds_everything()
    {
        Assert.SkipUnless(Fixture.Capabilities is { RecordsMarks: true, KeepsGivenIds: true, KeepsParamTypes: true }, "The store keeps no marks, ids or types.");
        await FillAsync();
        await using var between = new InMemoryReferenceStore(new ReferenceData());
        var told = new List<StoreCopyProgress>();
        var report = await StoreCopy.CopyRunsAsync(Store, between, progress: new Told(told));
        Assert.Equal((3, 3, 1L), (report.Runs, report.ChangedRuns, report.Artifacts));
        Assert.Empty(report.Conflicts);
        Assert.Equal(3, told.Count);
        var original = await StoreDump.TextAsync(Store, withExperiments: false);
        Assert.Equal(original, await StoreDump.TextAsync(between, withExperiments: false));

        await using var place = Fixture.NewPlace();
        await using (var target = place.Open()) await StoreCopy.CopyRunsAsync(between, target);
        await using var reopened = place.Open();
        Assert.Equal(original, await StoreDump.TextAsync(reopened, withExperiments: false));
        var run = (await reopened.GetRunAsync(RunId.Parse("resumed")))!;
        Assert.Equal("exp", (await reopened.GetExperimentAsync(run.ExperimentId))!.Name);

        var again = await StoreCopy.CopyRunsAsync(Store, reopened);
        Assert.Equal((3, 0, 0L, 0L), (again.Runs, again.ChangedRuns, again.Points, again.Artifacts));
        Assert.Equal(original, await StoreDump.TextAsync(reopened, withExperiments: false));
    }

    [Fact]
    public async Task A_copy_that_was_cut_off_is_finished_by_copying_again()
    {
        Assert.SkipUnless(Fixture.Capabilities is { RecordsMarks: true, KeepsGivenIds: true, KeepsParamTypes: true }, "The store keeps no marks, ids or types.");
        await FillAsync();
        var source = new InMemoryReferenceStore(new ReferenceData());
        await StoreCopy.CopyRunsAsync(Store, source);
        await using var place = Fixture.NewPlace();
        await using var target = place.Open();
        for (var batches = 1; batches < 20; batches++)
        {
            var left = batches;
            await using var failing = new WatchedStore(target)
            {
                BeforeApply = _ => left-- > 0 ? Task.CompletedTask : throw new LifecycleException("The disk is full.") { IsTransient = true },
            };
            try
            {
                await StoreCopy.CopyRunsAsync(source, failing);
            }
            catch (LifecycleException)
            {
                // The failure that was asked for; the next round goes on from here.
            }
        }

        Assert.Equal(await StoreDump.TextAsync(source, withExperiments: false), await StoreDump.TextAsync(target, withExperiments: false));
    }

    [Fact]
    public async Task A_run_that_has_changed_since_is_reported_and_left_alone()
    {
        Assert.SkipUnless(Fixture.Capabilities is { RecordsMarks: true, KeepsGivenIds: true, KeepsParamTypes: true }, "The store keeps no marks, ids or types.");
        var data = new ReferenceData();
        await using var source = new InMemoryReferenceStore(data);
        var run = new RunScript(source);
        await run.StartAsync();
        await run.LogAsync("loss", 1, 2);
        await StoreCopy.CopyRunsAsync(source, Store);
        await run.LogAsync("loss", 3);
        var report = await StoreCopy.CopyRunsAsync(source, Store);
        Assert.Contains(run.Id.ToString(), Assert.Single(report.Conflicts), StringComparison.Ordinal);
        Assert.Equal(2, (await ReadAsync(run, "loss")).Count);
    }

    [Fact]
    public async Task Experiments_are_found_by_name_although_the_target_gave_their_id_to_another()
    {
        Assert.SkipUnless(Fixture.Capabilities is { RecordsMarks: true, KeepsGivenIds: true, KeepsParamTypes: true }, "The store keeps no marks, ids or types.");
        await using var source = new InMemoryReferenceStore(new ReferenceData());
        var mine = await source.CreateExperimentAsync("mine", new Dictionary<string, string> { ["note"] = "from the source", ["own"] = "x" });
        var run = new RunScript(source);
        await run.StartAsync("copied", "mine");
        var other = await Store.CreateExperimentAsync("other");
        for (var i = 0; i < 10 && other.Id != mine.Id; i++) other = await Store.CreateExperimentAsync($"other {i}");
        Assert.Equal(mine.Id, other.Id);
        await StoreCopy.CopyRunsAsync(source, Store);
        var copied = (await Store.GetExperimentAsync((await Store.GetRunAsync(run.Id))!.ExperimentId))!;
        Assert.Equal("mine", copied.Name);
        Assert.Equal(("from the source", "x"), (copied.Tags["note"], copied.Tags["own"]));

        await Store.UpdateExperimentAsync(copied.Id, new ExperimentUpdate { Tags = new Dictionary<string, string?> { ["note"] = "of the target", ["own"] = null } });
        await new RunScript(source).StartAsync("second", "mine");
        Assert.Empty((await StoreCopy.CopyRunsAsync(source, Store)).Conflicts);
        copied = (await Store.GetExperimentByNameAsync("mine"))!;
        Assert.Equal(("of the target", "x"), (copied.Tags["note"], copied.Tags["own"]));
        Assert.Equal(2, (await Store.SearchRunsAsync(new RunQuery { ExperimentIds = [copied.Id] })).Items.Count);
    }

    private async Task FillAsync()
    {
        var run = new RunScript(Store, RunId.Parse("resumed"));
        await run.ApplyAsync(
            new RunStarted(null, "exp", "a run", T0, RunId.Parse("plain"), "ann"), new ParamLogged("p", 9007199254740993), new ParamLogged("q", double.NaN),
            new TagSet("t", "v"), new InputLogged(new DatasetInput { Name = "digits", Digest = "d", RowCount = 5 }));
        await run.LogAsync("loss", 5, 4, 3, double.NaN, -0.0);
        await run.LogAsync("acc{subset=val}", 0.5);
        await PutAsync("weights");
        await run.ApplyAsync(Artifact("model/w.bin", "weights"));
        var resumed = new RunScript(Store, run.Id) { Attempt = 5, Time = T0.AddHours(1) };
        await resumed.ApplyAsync(new RunResumed(2));
        await resumed.LogPointsAsync("loss", new MetricPoint(2, 7, 2.5), new MetricPoint(3, 8, 1.5));
        await run.LogPointsAsync("loss", new MetricPoint(9, 9, 9), new MetricPoint(1, 1, 4.25));
        await resumed.EndAsync(RunStatus.Failed, error: "it broke");
        await StartPlainAsync("plain");
        var deleted = await StartPlainAsync("deleted");
        await deleted.ApplyAsync(new RunStageChanged(LifecycleStage.Deleted));
    }

    private async Task<RunScript> StartPlainAsync(string id)
    {
        var run = new RunScript(Store, RunId.Parse(id));
        await run.StartAsync(id, "other");
        return run;
    }

    private sealed class Told(List<StoreCopyProgress> reports) : IProgress<StoreCopyProgress>
    {
        public void Report(StoreCopyProgress value) => reports.Add(value);
    }
}
