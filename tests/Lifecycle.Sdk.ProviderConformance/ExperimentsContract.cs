using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Experiments are created, found, changed, deleted softly and restored.</summary>
public abstract class ExperimentsContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task A_created_experiment_is_found_by_id_and_by_name()
    {
        var created = await Store.CreateExperimentAsync("vision", new Dictionary<string, string> { ["team"] = "a", ["empty"] = "" });
        await ReopenAsync();
        foreach (var found in new[] { await Store.GetExperimentAsync(created.Id), await Store.GetExperimentByNameAsync("vision") })
        {
            Assert.Equal((created.Id, "vision", LifecycleStage.Active, created.CreationTime), (found!.Id, found.Name, found.Stage, found.CreationTime));
            Assert.Equal(new Dictionary<string, string> { ["team"] = "a", ["empty"] = "" }, found.Tags);
        }

        Assert.True(created.Id.All(char.IsAsciiDigit), created.Id);
        Assert.Null(await Store.GetExperimentAsync("987654"));
        Assert.Null(await Store.GetExperimentAsync("no such id"));
        Assert.Null(await Store.GetExperimentByNameAsync("Vision"));
    }

    [Fact]
    public async Task A_taken_name_is_a_conflict_also_if_its_experiment_is_deleted()
    {
        var first = await Store.CreateExperimentAsync("a");
        var second = await Store.CreateExperimentAsync("b");
        await Assert.ThrowsAsync<LifecycleConflictException>(async () => await Store.CreateExperimentAsync("a"));
        await Assert.ThrowsAsync<LifecycleConflictException>(async () => await Store.UpdateExperimentAsync(second.Id, new() { Name = "a" }));
        await Store.UpdateExperimentAsync(first.Id, new() { Stage = LifecycleStage.Deleted });
        await ReopenAsync();
        await Assert.ThrowsAsync<LifecycleConflictException>(async () => await Store.CreateExperimentAsync("a"));
        Assert.Equal("b", (await Store.GetExperimentAsync(second.Id))!.Name);
    }

    [Theory]
    [InlineData("vision", "Vision")]
    [InlineData("gr\u00fc\u00dfe", "GR\u00dcSSE")]
    [InlineData("\u00e9", "e\u0301")]
    [InlineData("\U0001F600", "\U0001F601")]
    [InlineData("a/b", "a\\b")]
    [InlineData("..", ".")]
    [InlineData("CON", "con")]
    [InlineData("a", "a ")]
    [InlineData("%", "_")]
    [InlineData("it's \"quoted\"", "it`s ; DROP TABLE runs --")]
    public async Task Any_two_names_are_two_experiments(string one, string other)
    {
        var first = await Store.CreateExperimentAsync(one);
        var second = await Store.CreateExperimentAsync(other);
        Assert.NotEqual(first.Id, second.Id);
        var run = await StartAsync("r1", one);
        var another = await StartAsync("r2", other);
        await ReopenAsync();
        Assert.Equal((first.Id, one), ((await Store.GetExperimentByNameAsync(one))!.Id, (await Store.GetExperimentAsync(first.Id))!.Name));
        Assert.Equal((second.Id, other), ((await Store.GetExperimentByNameAsync(other))!.Id, (await Store.GetExperimentAsync(second.Id))!.Name));
        Assert.Equal(first.Id, (await Store.GetRunAsync(run.Id))!.ExperimentId);
        Assert.Equal(second.Id, (await Store.GetRunAsync(another.Id))!.ExperimentId);
    }

    [Fact]
    public async Task A_run_without_an_experiment_goes_to_the_default_one()
    {
        var run = await StartAsync(experiment: null);
        await ReopenAsync();
        Assert.Equal("0", (await Store.GetRunAsync(run.Id))!.ExperimentId);
        Assert.Equal("Default", (await Store.GetExperimentAsync("0"))!.Name);
    }

    [Fact]
    public async Task A_run_finds_its_experiment_by_id_before_name()
    {
        var known = await Store.CreateExperimentAsync("known");
        await Store.CreateExperimentAsync("other");
        var run = new RunScript(Store);
        await run.ApplyAsync(new RunStarted(known.Id, "other", "run", T0, null, null));
        Assert.Equal(known.Id, (await Store.GetRunAsync(run.Id))!.ExperimentId);
    }

    [Fact]
    public async Task A_run_creates_its_experiment_with_the_given_id_if_that_is_free()
    {
        Assert.SkipUnless(Fixture.Capabilities.KeepsGivenIds, "The store gives ids of its own.");
        var run = new RunScript(Store);
        await run.ApplyAsync(new RunStarted("4711", "copied", "run", T0, null, null));
        await ReopenAsync();
        Assert.Equal("4711", (await Store.GetExperimentByNameAsync("copied"))!.Id);
        Assert.Equal("4711", (await Store.GetRunAsync(run.Id))!.ExperimentId);
        var next = await Store.CreateExperimentAsync("next");
        Assert.NotEqual("4711", next.Id);
    }

    [Fact]
    public async Task A_rename_and_tags_change_only_what_they_name()
    {
        var created = await Store.CreateExperimentAsync("before", new Dictionary<string, string> { ["keep"] = "1", ["drop"] = "2", ["change"] = "3" });
        var update = new ExperimentUpdate { Name = "after", Tags = new Dictionary<string, string?> { ["drop"] = null, ["change"] = "4", ["never"] = null } };
        var returned = await Store.UpdateExperimentAsync(created.Id, update);
        await ReopenAsync();
        var read = (await Store.GetExperimentAsync(created.Id))!;
        Assert.Equal("after", returned.Name);
        Assert.Equal(("after", created.CreationTime), (read.Name, read.CreationTime));
        Assert.Equal(new Dictionary<string, string> { ["keep"] = "1", ["change"] = "4" }, read.Tags);
        Assert.True(read.LastUpdateTime >= created.LastUpdateTime);
        Assert.Null(await Store.GetExperimentByNameAsync("before"));
        Assert.Equal(created.Id, (await Store.GetExperimentByNameAsync("after"))!.Id);
        await Store.CreateExperimentAsync("before");
        Assert.Equal("after", (await Store.UpdateExperimentAsync(created.Id, new() { Name = "after" })).Name);
    }

    [Fact]
    public async Task Tags_are_listed_in_ordinal_order_of_their_names()
    {
        string[] names = ["B", "_", "a", "b", "\u00e9", "\U0001F600", "\uFF5E"];
        var created = await Store.CreateExperimentAsync("ordered", names.Reverse().ToDictionary(name => name, _ => "first"));
        Assert.Equal(names, created.Tags.Keys);
        await Store.UpdateExperimentAsync(created.Id, new() { Tags = new Dictionary<string, string?> { ["b"] = "changed", ["_"] = null, ["\u00e9"] = null } });
        var updated = await Store.UpdateExperimentAsync(created.Id, new() { Tags = new Dictionary<string, string?> { ["\u00e9"] = "again", ["_"] = "again" } });
        Assert.Equal(names, updated.Tags.Keys);
        await ReopenAsync();
        Assert.Equal(names, (await Store.GetExperimentAsync(created.Id))!.Tags.Select(tag => tag.Key));
        var query = new ExperimentQuery { Filter = SearchParser.ParseExperimentFilter("name = 'ordered'") };
        Assert.Equal(names, Assert.Single((await Store.SearchExperimentsAsync(query)).Items).Tags.Select(tag => tag.Key));
    }

    [Fact]
    public async Task An_unknown_experiment_cannot_be_changed() =>
        await Assert.ThrowsAsync<LifecycleNotFoundException>(async () => await Store.UpdateExperimentAsync("987654", new() { Name = "x" }));

    [Fact]
    public async Task Deleting_takes_the_runs_along_and_restoring_brings_them_back()
    {
        var run = await StartAsync("a", "exp");
        var id = (await Store.GetRunAsync(run.Id))!.ExperimentId;
        await Store.UpdateExperimentAsync(id, new() { Stage = LifecycleStage.Deleted });
        await ReopenAsync();
        Assert.Equal(LifecycleStage.Deleted, (await Store.GetExperimentAsync(id))!.Stage);
        Assert.Equal(LifecycleStage.Deleted, (await Store.GetRunAsync(run.Id))!.Stage);
        Assert.Empty(await FindAsync(null));
        await Store.UpdateExperimentAsync(id, new() { Stage = LifecycleStage.Active });
        await ReopenAsync();
        Assert.Equal(LifecycleStage.Active, (await Store.GetRunAsync(run.Id))!.Stage);
        Assert.Equal(["a"], await FindAsync(null));
    }

    [Fact]
    public async Task A_run_restores_its_deleted_experiment()
    {
        var run = await StartAsync("a", "exp");
        var id = (await Store.GetRunAsync(run.Id))!.ExperimentId;
        await Store.UpdateExperimentAsync(id, new() { Stage = LifecycleStage.Deleted });
        var another = await StartAsync("b", "exp");
        await ReopenAsync();
        Assert.Equal(LifecycleStage.Active, (await Store.GetExperimentAsync(id))!.Stage);
        Assert.Equal(id, (await Store.GetRunAsync(another.Id))!.ExperimentId);
    }

    [Fact]
    public async Task Experiments_are_searched_ordered_and_paged()
    {
        foreach (var name in (string[])["b", "a", "c", "B"])
            await Store.CreateExperimentAsync(name, new Dictionary<string, string> { ["kind"] = name == "c" ? "x" : "y" });
        var c = (await Store.GetExperimentByNameAsync("c"))!;
        await Store.UpdateExperimentAsync(c.Id, new() { Stage = LifecycleStage.Deleted });
        await ReopenAsync();
        Assert.Equal(["B", "a", "b"], await ExperimentsAsync("name != 'Default'", "name", StageView.ActiveOnly));
        Assert.Equal(["c"], await ExperimentsAsync(null, "name", StageView.DeletedOnly));
        Assert.Equal(["c", "b", "a", "B"], await ExperimentsAsync("name != 'Default'", "name DESC", StageView.All));
        Assert.Equal(["B", "b"], await ExperimentsAsync("name ILIKE 'B' AND tags.kind = 'y'", "name", StageView.All));
        Assert.Empty(await ExperimentsAsync("tags.kind = 'x'", "name", StageView.ActiveOnly));
        Assert.Equal(["c"], await ExperimentsAsync($"experiment_id = '{c.Id}'", "name", StageView.All));
    }

    private async Task<List<string>> ExperimentsAsync(string? filter, string order, StageView view)
    {
        var names = new List<string>();
        var query = new ExperimentQuery
        {
            Filter = SearchParser.ParseExperimentFilter(filter),
            OrderBy = SearchParser.ParseExperimentOrder(order),
            View = view,
            MaxResults = 2,
        };
        while (true)
        {
            var page = await Store.SearchExperimentsAsync(query);
            names.AddRange(page.Items.Select(item => item.Name));
            if (page.NextPageToken is null) return names;
            query = query with { PageToken = page.NextPageToken };
        }
    }
}
