using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>What each kind of fact does to a run, once, twice, and against what is there already.</summary>
public abstract class FactsContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task A_started_run_is_running_and_has_nothing_else()
    {
        var parent = RunId.New();
        var run = new RunScript(Store);
        var result = await run.ApplyAsync(new RunStarted(null, "exp", "first", T0, parent, "ann"));
        Assert.True(result.Applied);
        Assert.Empty(result.Conflicts);
        await ReopenAsync();
        var info = await GetAsync(run);
        Assert.Equal(("first", RunStatus.Running, T0, (DateTimeOffset?)null), (info.Name, info.Status, info.StartTime, info.EndTime));
        Assert.Equal((run.Id, (RunId?)parent, "ann", (string?)null), (info.Id, info.ParentId, info.User, info.Error));
        Assert.Equal((LifecycleStage.Active, T0), (info.Stage, info.LastSeen));
        Assert.Empty(info.Params);
        Assert.Empty(info.Tags);
        Assert.Empty(info.Metrics);
        Assert.Empty(info.Inputs);
        Assert.Empty(info.Attempts);
        Assert.Equal("exp", (await Store.GetExperimentAsync(info.ExperimentId))!.Name);
    }

    [Fact]
    public async Task A_batch_for_an_unknown_run_must_start_it()
    {
        var run = new RunScript(Store);
        await Assert.ThrowsAsync<LifecycleNotFoundException>(async () => await run.ApplyAsync(new TagSet("a", "b")));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(async () => await run.LogAsync("loss", 1));
        Assert.Null(await Store.GetRunAsync(run.Id));
    }

    [Fact]
    public async Task Starting_a_known_run_again_fills_in_only_what_is_not_known()
    {
        var run = await StartAsync("first");
        var parent = RunId.New();
        Assert.Empty((await run.ApplyAsync(new RunStarted(null, "other", "second", T0.AddDays(1), parent, "ann"))).Conflicts);
        await run.ApplyAsync(new RunStarted(null, "other", "third", T0.AddDays(1), RunId.New(), "bob"));
        await ReopenAsync();
        var info = await GetAsync(run);
        Assert.Equal(("first", T0, (RunId?)parent, "ann"), (info.Name, info.StartTime, info.ParentId, info.User));
        Assert.Equal("exp", (await Store.GetExperimentAsync(info.ExperimentId))!.Name);
    }

    [Fact]
    public async Task Params_keep_their_type_and_value()
    {
        var values = new Dictionary<string, ParamValue>
        {
            ["text"] = "gbt",
            ["empty"] = "",
            ["digits"] = "007",
            ["max"] = long.MaxValue,
            ["min"] = long.MinValue,
            ["big"] = 9007199254740993,
            ["floating"] = 0.1,
            ["whole"] = 1.0,
            ["nan"] = double.NaN,
            ["infinity"] = double.PositiveInfinity,
            ["-infinity"] = double.NegativeInfinity,
            ["-0"] = -0.0,
            ["subnormal"] = double.Epsilon,
            ["yes"] = true,
            ["no"] = false,
            ["true"] = "true",
            ["unicode"] = "gr\u00fc\u00df \U0001F600 \u0000 \r\n",
            ["long"] = new string('x', 65_536),
        };
        var run = await StartAsync();
        await run.ApplyAsync([.. values.Select(pair => new ParamLogged(pair.Key, pair.Value))]);
        await ReopenAsync();
        var read = (await GetAsync(run)).Params;
        Assert.Equal(values.Count, read.Count);
        foreach (var (name, value) in values)
        {
            if (Fixture.Capabilities.KeepsParamTypes) Assert.Equal(value, read[name]);
            else Assert.Equal(value.ToString(), read[name].ToString());
        }
    }

    [Fact]
    public async Task The_first_value_of_a_param_wins_and_another_is_a_conflict()
    {
        var run = await StartAsync();
        await run.ApplyAsync(new ParamLogged("depth", 6));
        Assert.Empty((await run.ApplyAsync(new ParamLogged("depth", 6))).Conflicts);
        var result = await run.ApplyAsync(new ParamLogged("depth", 8), new ParamLogged("kind", "gbt"), new ParamLogged("kind", "svm"));
        Assert.True(result.Applied);
        Assert.Equal(2, result.Conflicts.Count);
        Assert.Contains(result.Conflicts, conflict => conflict.Contains("depth", StringComparison.Ordinal));
        Assert.Contains(result.Conflicts, conflict => conflict.Contains("kind", StringComparison.Ordinal));
        await ReopenAsync();
        var read = (await GetAsync(run)).Params;
        Assert.Equal(("6", "gbt"), (read["depth"].ToString(), read["kind"].ToString()));
    }

    [Fact]
    public async Task The_last_value_of_a_tag_wins_and_deleting_removes_it()
    {
        var run = await StartAsync();
        Assert.Empty((await run.ApplyAsync(new TagSet("a", "1"), new TagSet("a", "2"), new TagSet("b", ""), new TagSet("c", "x"))).Conflicts);
        await run.ApplyAsync(new TagDeleted("c"), new TagDeleted("never there"));
        await ReopenAsync();
        Assert.Equal(new Dictionary<string, string> { ["a"] = "2", ["b"] = "" }, (await GetAsync(run)).Tags);
        await Store.ApplyAsync(run.Batch() with { Facts = [new TagDeleted("a"), new TagSet("a", "3")] });
        Assert.Equal("3", (await GetAsync(run)).Tags["a"]);
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_are_different_names()
    {
        var run = await StartAsync();
        await run.ApplyAsync(new ParamLogged("Lr", 1), new ParamLogged("lr", 2), new TagSet("Team", "a"), new TagSet("team", "b"));
        await run.LogAsync("Loss", 1);
        await run.LogAsync("loss", 2);
        await ReopenAsync();
        var info = await GetAsync(run);
        Assert.Equal(("1", "2", "a", "b"), (info.Params["Lr"].ToString(), info.Params["lr"].ToString(), info.Tags["Team"], info.Tags["team"]));
        Assert.Equal((1.0, 2.0), (info.Metrics["Loss"].Last.Value, info.Metrics["loss"].Last.Value));
        Assert.Equal([2.0], (await ReadAsync(run, "loss")).Select(point => point.Value));
    }

    [Fact]
    public async Task What_has_names_is_listed_in_ordinal_order_of_them_whoever_logged_it_when()
    {
        // A culture, a comparison without case or one by UTF-8 bytes would each order some of them otherwise.
        string[] names = ["B", "_", "a", "a/b", "a0", "b", "e\u0301", "z", "\u00e9", "\u6a21\u578b", "\U0001F600", "\uFF5E"];
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        var run = await StartAsync();
        var other = new RunScript(Store, run.Id);
        foreach (var (name, i) in names.Reverse().Select((name, i) => (name, i)))
        {
            var writer = i % 2 == 0 ? run : other;
            await writer.ApplyAsync(new ParamLogged(name, i), new TagSet(name, "first"));
            await writer.LogAsync(name, i);
        }

        // Neither a new value nor a second coming moves a tag.
        await other.ApplyAsync(new TagSet("b", "changed"), new TagDeleted("_"), new TagDeleted("\u00e9"));
        await run.ApplyAsync(new TagSet("\u00e9", "again"), new TagSet("_", "again"), new ParamLogged("z", 99));
        await RequireAsync((await Store.GetRunAsync(run.Id))!);
        await ReopenAsync();
        await RequireAsync((await Store.GetRunAsync(run.Id))!);
        await RequireAsync(Assert.Single((await Store.SearchRunsAsync(new RunQuery())).Items));

        async Task RequireAsync(RunInfo info)
        {
            Assert.Equal(names, info.Params.Keys);
            Assert.Equal(names, info.Params.Select(param => param.Key));
            Assert.Equal(names, info.Tags.Select(tag => tag.Key));
            Assert.Equal(names, info.Metrics.Select(series => series.Key));
            foreach (var name in names) Assert.Equal(name is "b" ? "changed" : name is "_" or "\u00e9" ? "again" : "first", info.Tags[name]);
            foreach (var (name, i) in names.Reverse().Select((name, i) => (name, i)))
            {
                Assert.Equal((ParamValue)i, info.Params[name]);
                Assert.Equal(i, (await ReadAsync(run, name)).Single().Value);
            }
        }
    }

    [Fact]
    public async Task The_same_dataset_is_listed_once_in_the_order_logged()
    {
        var training = new DatasetInput
        {
            Name = "digits",
            Digest = "d1",
            Context = "training",
            Source = "a.csv",
            SourceType = "file",
            Schema = "{\"x\":\"float\"}",
            RowCount = 1797,
        };
        var run = await StartAsync();
        await run.ApplyAsync(new InputLogged(training), new InputLogged(training with { Context = null }), new InputLogged(training with { Digest = "d0" }));
        await run.ApplyAsync(new InputLogged(training), new InputLogged(training with { Source = "elsewhere" }), new InputLogged(training with { Name = "cells" }));
        await ReopenAsync();
        Assert.Equal([training, training with { Context = null }, training with { Digest = "d0" }, training with { Name = "cells" }], (await GetAsync(run)).Inputs);
    }

    [Fact]
    public async Task A_run_is_renamed()
    {
        var run = await StartAsync("before");
        await run.ApplyAsync(new RunRenamed("after"));
        await ReopenAsync();
        Assert.Equal("after", (await GetAsync(run)).Name);
    }

    [Fact]
    public async Task Every_status_is_kept_with_end_time_and_error()
    {
        foreach (var status in Enum.GetValues<RunStatus>())
        {
            var run = await StartAsync($"{status}");
            var end = status is RunStatus.Running or RunStatus.Scheduled ? (DateTimeOffset?)null : T0.AddMinutes(1);
            var error = status == RunStatus.Failed ? "System.Exception: it broke\n   at Train()" : null;
            await run.SendAsync(run.Batch() with { End = new RunStatusChanged(status, end, error) });
            await ReopenAsync();
            var info = await GetAsync(run);
            Assert.Equal((status, end, error), (info.Status, info.EndTime, info.Error));
        }
    }

    [Fact]
    public async Task Facts_apply_before_points_and_the_end_after_both()
    {
        var run = new RunScript(Store);
        await run.SendAsync(run.Batch() with
        {
            Facts = [new RunStarted(null, "exp", "all at once", T0, null, null), new ParamLogged("a", 1)],
            Points = [RunScript.Series("loss", new MetricPoint(0, 0, 1))],
            End = new RunStatusChanged(RunStatus.Finished, T0, null),
        });
        await ReopenAsync();
        var info = await GetAsync(run);
        Assert.Equal((RunStatus.Finished, 1L, "1"), (info.Status, info.Metrics["loss"].Count, info.Params["a"].ToString()));
    }

    [Fact]
    public async Task Facts_and_points_of_a_run_that_has_ended_are_accepted()
    {
        var run = await StartAsync();
        await run.EndAsync(RunStatus.Finished);
        await run.LogAsync("late", 1, 2);
        await run.ApplyAsync(new TagSet("note", "afterwards"), new ParamLogged("late", 1));
        await ReopenAsync();
        var info = await GetAsync(run);
        Assert.Equal((RunStatus.Finished, 2L, "afterwards"), (info.Status, info.Metrics["late"].Count, info.Tags["note"]));
    }

    [Fact]
    public async Task The_latest_batch_tells_when_the_run_was_last_seen()
    {
        var run = await StartAsync();
        run.Time = T0.AddMinutes(5);
        await run.ApplyAsync(new TagSet("a", "b"));
        run.Time = T0.AddMinutes(2);
        await run.ApplyAsync(new TagSet("a", "c"));
        await ReopenAsync();
        Assert.Equal(T0.AddMinutes(5), (await GetAsync(run)).LastSeen);
    }

    [Fact]
    public async Task An_unknown_run_is_null_or_not_found()
    {
        var nobody = RunId.New();
        Assert.Null(await Store.GetRunAsync(nobody));
        Assert.Null(await Store.GetMarkAsync(nobody, WriterId.New()));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(async () => await Store.ListArtifactsAsync(nobody));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => ReadAsync(Store, nobody, "loss"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(async () => await Store.OpenArtifactAsync(nobody, ArtifactPath.Parse("a")));
    }

    private async Task<RunInfo> GetAsync(RunScript run) => (await Store.GetRunAsync(run.Id))!;
}
