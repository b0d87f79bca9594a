using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary><see cref="RunBatch.Conditions"/> and <see cref="RunBatch.LatestAttempt"/>: what a request may be refused for, and that it then leaves no trace.</summary>
public abstract partial class ConditionsContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    private const BatchConditions All = BatchConditions.NoConflicts | BatchConditions.ActiveRun | BatchConditions.NewPointsOnly;

    [Fact]
    public async Task A_store_that_does_not_check_conditions_says_so()
    {
        Assert.SkipWhen(Fixture.Capabilities.ChecksConditions, "The store checks conditions.");
        var run = await StartAsync();
        await Assert.ThrowsAsync<NotSupportedException>(async () => await run.SendAsync(run.Batch() with { Conditions = BatchConditions.NoConflicts }));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await run.SendAsync(run.Batch() with { Attempt = RunBatch.LatestAttempt }));
    }

    [Fact]
    public async Task Conditions_that_are_not_known_are_refused()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await run.SendAsync(run.Batch() with { Conditions = (BatchConditions)8 }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_that_contradicts_the_store_is_refused_as_a_whole(bool isDirect)
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        await run.ApplyAsync(new ParamLogged("p", 1), new TagSet("t", "old"));
        await run.LogAsync("loss", 1);
        var before = await DumpAsync(run);
        var batch = Direct(run, isDirect, BatchConditions.NoConflicts) with
        {
            Facts = [new TagSet("t", "new"), new ParamLogged("q", 2), new ParamLogged("p", 2), new RunRenamed("renamed")],
            Points = [RunScript.Series("loss", new MetricPoint(9, 9, 9)), RunScript.Series("acc", new MetricPoint(9, 9, 9))],
            End = new RunStatusChanged(RunStatus.Failed, T0, "no"),
            Time = T0.AddDays(1),
        };
        var result = await Store.ApplyAsync(batch);
        Assert.False(result.Applied);
        Assert.Contains("'p'", Assert.Single(result.Conflicts), StringComparison.Ordinal);
        Assert.Equal(before, await DumpAsync(run));
        await ReopenAsync();
        Assert.Equal(before, await DumpAsync(run));

        // The number was not used up, and what contradicts nothing is applied.
        var accepted = await Store.ApplyAsync(batch with { Facts = [new ParamLogged("q", 2), new ParamLogged("p", 1)] });
        Assert.True(accepted.Applied);
        Assert.Empty(accepted.Conflicts);
        Assert.Equal(2, (await Store.GetRunAsync(run.Id))!.Metrics["loss"].Count);
    }

    [Fact]
    public async Task Every_contradiction_of_a_refused_batch_is_named()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        await PutAsync("x");
        await run.ApplyAsync(new ParamLogged("a", 1), new ParamLogged("b", "text"), Artifact("Model/w.bin", "x"));
        var result = await run.SendAsync(run.Batch() with
        {
            Conditions = BatchConditions.NoConflicts,
            Facts =
            [
                new ParamLogged("a", 2), new ParamLogged("b", "other"), new ParamLogged("new", 1), new ParamLogged("new", 2),
                Artifact("model/W.BIN", "x"), Artifact("fresh", "x"), Artifact("FRESH", "x"),
            ],
        });
        Assert.Equal((false, 5), (result.Applied, result.Conflicts.Count));
        Assert.Equal(["Model/w.bin"], (await Store.ListArtifactsAsync(run.Id)).Select(artifact => artifact.Path.ToString()));
    }

    [Fact]
    public async Task A_param_of_another_type_contradicts_and_the_same_param_again_does_not()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        await run.ApplyAsync(new ParamLogged("p", 1));
        Assert.True((await run.SendAsync(run.Batch() with { Facts = [new ParamLogged("p", 1)], Conditions = BatchConditions.NoConflicts })).Applied);
        if (!Fixture.Capabilities.KeepsParamTypes) return;
        Assert.False((await run.SendAsync(run.Batch() with { Facts = [new ParamLogged("p", "1")], Conditions = BatchConditions.NoConflicts })).Applied);
    }

    [Fact]
    public async Task A_refused_batch_creates_neither_its_run_nor_its_experiment()
    {
        SkipUnlessChecked();
        var run = new RunScript(Store);
        var batch = run.Batch() with
        {
            Facts = [new RunStarted(null, "fresh", "run", T0, null, null), new ParamLogged("p", 1), new ParamLogged("p", 2)],
            Conditions = BatchConditions.NoConflicts,
        };
        Assert.False((await Store.ApplyAsync(batch)).Applied);
        await ReopenAsync();
        Assert.Null(await Store.GetRunAsync(run.Id));
        Assert.Null(await Store.GetExperimentByNameAsync("fresh"));
        Assert.True((await Store.ApplyAsync(batch with { Facts = batch.Facts.Take(2).ToArray() })).Applied);
        Assert.NotNull(await Store.GetExperimentByNameAsync("fresh"));
    }

    [Fact]
    public async Task A_repeated_batch_was_applied_and_is_not_refused()
    {
        SkipUnlessChecked();
        Assert.SkipUnless(Fixture.Capabilities.RecordsMarks, "The store records no marks.");
        var run = await StartAsync();
        var batch = run.Batch() with { Facts = [new RunStageChanged(LifecycleStage.Deleted)], Conditions = All };
        Assert.True((await Store.ApplyAsync(batch)).Applied);
        var again = await Store.ApplyAsync(batch with { Facts = [new ParamLogged("p", 1), new ParamLogged("p", 2)] });
        Assert.False(again.Applied);
        Assert.Empty(again.Conflicts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_logged_to_a_deleted_run(bool isDirect)
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        await run.LogAsync("loss", 1);
        await run.ApplyAsync(new RunStageChanged(LifecycleStage.Deleted));
        var before = await DumpAsync(run);
        var batch = Direct(run, isDirect, BatchConditions.ActiveRun) with { Points = [RunScript.Series("loss", new MetricPoint(5, 5, 5))] };
        var result = await Store.ApplyAsync(batch);
        Assert.False(result.Applied);
        Assert.Contains(run.Id.ToString(), Assert.Single(result.Conflicts), StringComparison.Ordinal);
        await ReopenAsync();
        Assert.Equal(before, await DumpAsync(run));

        // Without the condition a journal gets rid of what it holds; restored, the run takes it.
        await Store.ApplyAsync(new RunBatch { Run = run.Id, Time = T0, Facts = [new RunStageChanged(LifecycleStage.Active)] });
        Assert.True((await Store.ApplyAsync(batch)).Applied);
        Assert.Equal(2, (await Store.GetRunAsync(run.Id))!.Metrics["loss"].Count);
    }

    [Fact]
    public async Task A_run_that_another_process_deleted_meanwhile_is_refused()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        await run.LogAsync("loss", 1);
        await Open().ApplyAsync(new RunBatch { Run = run.Id, Time = T0, Facts = [new RunStageChanged(LifecycleStage.Deleted)] });
        var points = new[] { RunScript.Series("loss", new MetricPoint(5, 5, 5)) };
        Assert.False((await run.SendAsync(run.Batch() with { Points = points, Conditions = BatchConditions.ActiveRun })).Applied);
    }

    [Fact]
    public async Task A_run_whose_experiment_is_deleted_is_refused()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        await Store.UpdateExperimentAsync((await run.GetAsync()).ExperimentId, new ExperimentUpdate { Stage = LifecycleStage.Deleted });
        Assert.False((await run.SendAsync(run.Batch() with { Facts = [new TagSet("a", "b")], Conditions = BatchConditions.ActiveRun })).Applied);
        Assert.Empty((await run.GetAsync()).Tags);
    }

    [Fact]
    public async Task The_latest_attempt_is_the_one_that_the_run_has_by_then()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        await LogLatestAsync(Store, run, new MetricPoint(0, 0, 10), new MetricPoint(1, 0, 11));
        run.Attempt = 7;
        await run.ReplayAsync(Open(), new RunResumed(1));
        await LogLatestAsync(Store, run, new MetricPoint(1, 0, 21));
        await ReopenAsync();
        await LogLatestAsync(Store, run, new MetricPoint(2, 0, 22));
        Assert.Equal([10.0, 21, 22], (await ReadAsync(run, "loss")).OrderBy(point => point.Step).Select(point => point.Value));
        var attempts = new List<(long Attempt, long Step)>();
        await foreach (var block in Store.ReadPointsAsync(run.Id, "loss", new PointRange { IncludeSuperseded = true }))
        {
            foreach (var step in block.Steps.ToArray()) attempts.Add((block.Attempt, step));
        }

        Assert.Equal([(0, 0), (0, 1), (7, 1), (7, 2)], attempts.Order());
    }

    [Fact]
    public async Task The_latest_attempt_speaks_for_the_status()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        run.Attempt = 3;
        await run.ApplyAsync(new RunResumed(null));
        run.Attempt = RunBatch.LatestAttempt;
        await run.EndAsync(RunStatus.Finished);
        Assert.Equal(RunStatus.Finished, (await run.GetAsync()).Status);
    }

    [Fact]
    public async Task A_resumption_gives_its_attempt_a_number()
    {
        SkipUnlessChecked();
        var run = await StartAsync();
        run.Attempt = RunBatch.LatestAttempt;
        await Assert.ThrowsAsync<ArgumentException>(async () => await run.ApplyAsync(new RunResumed(0)));
    }

    /// <summary>A batch of a writer or a direct one.</summary>
    private static RunBatch Direct(RunScript run, bool isDirect, BatchConditions conditions)
    {
        var batch = run.Batch() with { Conditions = conditions };
        return isDirect ? batch with { Writer = default, Sequence = 0, Mark = default } : batch;
    }

    private static async Task LogLatestAsync(TrackingStore store, RunScript run, params MetricPoint[] points) => Assert.True((await store.ApplyAsync(
        new RunBatch { Run = run.Id, Time = T0, Attempt = RunBatch.LatestAttempt, Points = [RunScript.Series("loss", points)] })).Applied);

    private void SkipUnlessChecked() => Assert.SkipUnless(Fixture.Capabilities.ChecksConditions, "The store checks no conditions.");

    /// <summary>All that a refused batch must leave as it was.</summary>
    private async Task<string> DumpAsync(RunScript run)
    {
        var info = (await Store.GetRunAsync(run.Id))!;
        var mark = Fixture.Capabilities.RecordsMarks ? await Store.GetMarkAsync(run.Id, run.Writer) : null;
        return string.Join('\n',
        [
            $"{info.Name} {info.Status} {info.Stage} {info.EndTime} {info.Error} {info.LastSeen:O} {mark?.Sequence}",
            .. info.Params.Select(p => $"{p.Key}={p.Value}").Order(), .. info.Tags.Select(t => $"{t.Key}={t.Value}").Order(),
            .. info.Metrics.Select(m => $"{m.Key}: {m.Value.Count} {m.Value.Last}").Order(),
            .. (await ReadAsync(Store, run.Id, "loss")).Select(point => $"{point}"),
        ]);
    }
}
