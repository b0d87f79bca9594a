using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>The model registry over a store.</summary>
public abstract class RegistryContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    private static readonly PromotionTarget Champion = PromotionTarget.Alias("champion");

    [Fact]
    public async Task Versions_are_numbered_and_no_number_is_given_twice()
    {
        var models = Models();
        for (var i = 1; i <= 3; i++) Assert.Equal(i, await AddAsync(models));
        await models.DeleteVersionAsync("fraud", 3);
        Assert.Equal(4, await AddAsync(models));
        await models.DeleteModelAsync("fraud");
        await ReopenAsync();
        models = Models();
        await models.CreateModelAsync("fraud");
        Assert.Equal(5, await AddAsync(models, create: false));
        await models.RenameModelAsync("fraud", "scam");
        Assert.Equal(6, await AddAsync(models, "scam", create: false));
        Assert.Equal(6, await AddAsync(models));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => models.GetVersionAsync("scam", 3));
    }

    [Fact]
    public async Task Everything_that_was_said_comes_back_from_another_instance()
    {
        var models = Models("alice");
        await models.CreateModelAsync("fraud", "finds it", new Dictionary<string, string> { ["team"] = "risk" });
        var version = await models.CreateVersionAsync("fraud", new NewModelVersion
        {
            Source = "s3://bucket/model",
            Description = "first",
            Tags = new Dictionary<string, string> { ["kind"] = "gbt", ["old"] = "x" },
        });
        await models.UpdateVersionAsync("fraud", 1, new ModelUpdate { Description = "better", Tags = new Dictionary<string, string?> { ["old"] = null, ["new"] = "\u00e9" } });
        await models.UpdateModelAsync("fraud", new ModelUpdate { Tags = new Dictionary<string, string?> { ["team"] = "fraud" } });
        await ReopenAsync();
        var model = await Models().GetModelAsync("fraud");
        Assert.Equal(("finds it", "fraud"), (model.Description, Assert.Single(model.Tags).Value));
        var found = await Models().GetVersionAsync("fraud", 1);
        Assert.Equal(("s3://bucket/model", "better", "alice"), (found.Source, found.Description, found.User));
        Assert.Equal(new Dictionary<string, string> { ["kind"] = "gbt", ["new"] = "\u00e9" }, found.Tags);
        Assert.Equal(version.CreationTime, found.CreationTime);
        await Assert.ThrowsAsync<LifecycleConflictException>(() => Models().CreateModelAsync("fraud"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => Models().GetModelAsync("Fraud"));
    }

    [Fact]
    public async Task Aliases_move_resolve_and_go_with_their_version()
    {
        var models = Models();
        await AddAsync(models);
        await AddAsync(models);
        await models.SetAliasAsync("fraud", "champion", 1);
        Assert.Equal(1, (await models.ResolveAsync("fraud@champion")).Number);
        await models.SetAliasAsync("fraud", "champion", 2, "better");
        await models.SetAliasAsync("fraud", "newest", 2);
        await ReopenAsync();
        models = Models();
        Assert.Equal(["champion", "newest"], (await models.ResolveAsync("models:/fraud@champion")).Aliases);
        Assert.Empty((await models.ResolveAsync("fraud/1")).Aliases);
        Assert.Equal(2, (await models.ResolveAsync("fraud/latest")).Number);
        await models.DeleteVersionAsync("fraud", 2);
        Assert.Empty((await models.GetModelAsync("fraud")).Aliases);
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => models.ResolveAsync("fraud@champion"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => models.SetAliasAsync("fraud", "champion", 2));
    }

    [Theory]
    [InlineData("fraud")]
    [InlineData("fraud@")]
    [InlineData("fraud@latest")]
    [InlineData("fraud/0")]
    [InlineData("fraud/-1")]
    [InlineData("fraud/Nowhere")]
    [InlineData("fraud/1/2")]
    [InlineData("a:b@champion")]
    [InlineData("")]
    public async Task What_is_no_reference_is_refused(string text) => await Assert.ThrowsAnyAsync<ArgumentException>(() => Models().ResolveAsync(text));

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("..")]
    [InlineData("a\nb")]
    public async Task A_model_name_that_breaks_a_rule_is_refused(string name) => await Assert.ThrowsAnyAsync<ArgumentException>(() => Models().CreateModelAsync(name));

    [Theory]
    [InlineData("")]
    [InlineData("Latest")]
    [InlineData("v12")]
    [InlineData("V1")]
    [InlineData("a b")]
    [InlineData("a@b")]
    public async Task An_alias_that_breaks_a_rule_is_refused(string alias)
    {
        await AddAsync(Models());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Models().SetAliasAsync("fraud", alias, 1));
    }

    [Fact]
    public async Task A_stage_archives_who_had_it_and_is_rolled_back()
    {
        var models = Models();
        for (var i = 0; i < 3; i++) await AddAsync(models);
        await models.SetStageAsync("fraud", 1, ModelStage.Production);
        await models.PromoteAsync("fraud", 2, PromotionTarget.Stage(ModelStage.Production));
        Assert.Equal(ModelStage.Archived, (await models.GetVersionAsync("fraud", 1)).Stage);
        Assert.Equal(2, (await models.ResolveAsync("fraud/production")).Number);
        Assert.Equal(1, (await models.RollBackAsync("fraud", PromotionTarget.Stage(ModelStage.Production), "2 is too slow")).Number);
        await ReopenAsync();
        models = Models();
        Assert.Equal((ModelStage.Production, ModelStage.Archived), ((await models.GetVersionAsync("fraud", 1)).Stage, (await models.GetVersionAsync("fraud", 2)).Stage));
        await Assert.ThrowsAsync<InvalidOperationException>(() => models.RollBackAsync("fraud", PromotionTarget.Stage(ModelStage.Production), "once more"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => models.SetStageAsync("fraud", 1, ModelStage.Archived, archiveExisting: true));
    }

    [Fact]
    public async Task An_alias_is_rolled_back_over_deleted_versions()
    {
        var models = Models();
        for (var i = 1; i <= 3; i++)
        {
            await AddAsync(models);
            await models.SetAliasAsync("fraud", "champion", i);
        }

        await models.DeleteVersionAsync("fraud", 2);
        Assert.Equal(1, (await models.RollBackAsync("fraud", Champion, "3 fails")).Number);
        Assert.Equal(1, (await models.ResolveAsync("fraud@champion")).Number);
        await Assert.ThrowsAsync<InvalidOperationException>(() => models.RollBackAsync("fraud", Champion, "further"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => models.RollBackAsync("fraud", Champion, ""));
    }

    [Fact]
    public async Task A_gate_holds_for_every_way_to_an_alias()
    {
        var models = Models("alice");
        await AddAsync(models);
        await models.SetGateAsync("fraud", Champion, new PromotionGate { RequiredChecks = ["accuracy"], RequiredApprovals = 1 });
        var refused = await Assert.ThrowsAsync<PromotionRefusedException>(() => models.SetAliasAsync("fraud", "champion", 1));
        Assert.Equal(2, refused.Faults.Count);
        await models.RecordCheckAsync("fraud", 1, new ModelCheck("accuracy", true));
        await models.RecordCheckAsync("fraud", 1, new ModelCheck("accuracy", false, "0.4"));
        await models.ApproveAsync("fraud", 1, Champion, "my own");
        await models.As("bob").ApproveAsync("fraud", 1, PromotionTarget.Alias("other"), "for something else");
        refused = await Assert.ThrowsAsync<PromotionRefusedException>(() => models.PromoteAsync("fraud", 1, Champion));
        Assert.Equal(2, refused.Faults.Count);
        await models.RecordCheckAsync("fraud", 1, new ModelCheck("accuracy", true, "0.9"));
        await models.As("bob").ApproveAsync("fraud", 1, Champion, "looked at it");
        await models.As("bob").ApproveAsync("fraud", 1, Champion, "twice is still one");
        await ReopenAsync();
        Assert.Equal(["champion"], (await Models("carol").PromoteAsync("fraud", 1, Champion, "release")).Aliases);
    }

    [Fact]
    public async Task The_ledger_tells_who_did_what_and_why()
    {
        await AddAsync(Models("alice"));
        await Models("bob").SetAliasAsync("fraud", "champion", 1, "release 7");
        await Models("carol").DeleteModelAsync("fraud", "law");
        await ReopenAsync();
        var entries = await Models().ReadLedgerAsync().ToListAsync();
        Assert.Equal([LedgerAction.ModelCreated, LedgerAction.VersionCreated, LedgerAction.AliasSet, LedgerAction.ModelDeleted], entries.Select(entry => entry.Action));
        Assert.Equal(["alice", "alice", "bob", "carol"], entries.Select(entry => entry.Actor));
        Assert.Equal(["release 7", "law"], entries[2..].Select(entry => entry.Reason));
        Assert.Equal(entries[2].Hash, entries[3].PreviousHash);
        var verification = await Models().VerifyLedgerAsync();
        Assert.Equal((true, 4L, entries[3].Hash), (verification.IsIntact, verification.Count, verification.Head));
        Assert.Empty(await Models().ReadLedgerAsync("other").ToListAsync());
    }

    [Fact]
    public async Task The_past_is_answered_as_it_was()
    {
        var clock = new FakeTimeProvider(T0);
        var models = Models(time: clock);
        for (var i = 1; i <= 3; i++)
        {
            clock.SetUtcNow(T0.AddHours(i));
            await AddAsync(models);
            await models.SetAliasAsync("fraud", "champion", i);
        }

        clock.SetUtcNow(T0.AddHours(4));
        await models.DeleteModelAsync("fraud");
        await ReopenAsync();
        for (var i = 1; i <= 3; i++)
        {
            var then = await Models().AsOfAsync(T0.AddHours(i).AddMinutes(59));
            Assert.Equal((i, i), (then.Resolve("fraud@champion").Number, then.VersionsOf("fraud").Count));
        }

        var deleted = await Models().AsOfAsync(T0.AddHours(4));
        Assert.Throws<LifecycleNotFoundException>(() => deleted.Resolve("fraud@champion"));
        Assert.Empty((await Models().AsOfAsync(T0)).Models);
    }

    [Fact]
    public async Task Writers_at_once_get_different_numbers()
    {
        await Models().CreateModelAsync("fraud");
        var registries = Enumerable.Range(0, 4).Select(i => Models($"writer {i}", Open())).ToArray();
        var numbers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => AddAsync(registries[i % 4], create: false))));
        Assert.Equal(Enumerable.Range(1, 24), numbers.Order());
        Assert.True((await Models().VerifyLedgerAsync()).IsIntact);
    }

    [Fact]
    public async Task A_version_knows_its_run_data_code_and_artifacts()
    {
        var run = await StartAsync("train 7", "fraud detection");
        await PutAsync("weights");
        await PutAsync("log");
        await run.ApplyAsync(
            Artifact("model/w.bin", "weights"), Artifact("models.txt", "log"), new TagSet("mlflow.source.git.commit", "abc123"), new TagSet("lifecycle.git.dirty", "true"),
            new InputLogged(new DatasetInput { Name = "payments", Digest = "d1", Context = "training" }));
        var version = await Models().RegisterAsync("fraud", run.Id, "model");
        await ReopenAsync();
        version = await Models().GetVersionAsync("fraud", version.Number);
        Assert.Equal(($"runs:/{run.Id}/model", run.Id), (version.Source, version.Run));
        var lineage = version.Lineage!;
        Assert.Equal(("train 7", "fraud detection", "abc123", true), (lineage.RunName, lineage.Experiment, lineage.GitCommit, lineage.GitDirty));
        Assert.Equal(new LineageDataset("payments", "d1", "training"), Assert.Single(lineage.Datasets));
        Assert.Equal(("model/w.bin", 7), (Assert.Single(version.Artifacts).Path.ToString(), version.Artifacts[0].Size));
        await using (var content = await Models().OpenArtifactAsync("fraud", 1, "model/w.bin"))
        using (var reader = new StreamReader(content))
            Assert.Equal("weights", await reader.ReadToEndAsync());
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => Models().OpenArtifactAsync("fraud", 1, "models.txt"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Models().RegisterAsync("fraud", run.Id, "mod"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => Models().RegisterAsync("fraud", RunId.New()));
    }

    [Fact]
    public async Task An_artifact_that_was_replaced_is_not_handed_out()
    {
        var run = await StartAsync();
        await PutAsync("first");
        await PutAsync("second");
        await run.ApplyAsync(Artifact("w", "first"));
        await Models().RegisterAsync("fraud", run.Id);
        await run.ApplyAsync(Artifact("w", "second"));
        var failure = await Assert.ThrowsAsync<LifecycleException>(() => Models().OpenArtifactAsync("fraud", 1, "w"));
        Assert.Contains("replaced", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Models().RegisterAsync("fraud", run.Id)).Number);
        await (await Models().OpenArtifactAsync("fraud", 2, "w")).DisposeAsync();
    }

    [Fact]
    public async Task Models_and_versions_are_searched_ordered_and_paged()
    {
        var models = Models();
        foreach (var name in (string[])["b", "a", "B"])
        {
            for (var i = 0; i < 3; i++) await AddAsync(models, name);
        }

        await models.UpdateVersionAsync("a", 2, new ModelUpdate { Tags = new Dictionary<string, string?> { ["good"] = "yes" } });
        await models.SetStageAsync("b", 3, ModelStage.Staging);
        var all = await models.SearchModelsAsync(new ModelQuery());
        Assert.Equal(["B", "a", "b"], all.Items.Select(model => model.Name));
        Assert.Equal(["B", "b"], (await models.SearchModelsAsync(new ModelQuery { Filter = SearchParser.ParseModelFilter("name ILIKE 'B'") })).Items.Select(model => model.Name));
        Assert.Equal(["a/2"], await VersionsAsync(models, "tags.good = 'yes'"));
        Assert.Equal(["b/3"], await VersionsAsync(models, "stage = 'Staging' OR version_number > 3"));
        Assert.Equal(["b/3", "b/2"], await VersionsAsync(models, "name = 'b' AND version_number >= 2", "version_number DESC"));
        Assert.Equal(["B/1", "B/2", "B/3", "a/1", "a/2", "a/3", "b/1", "b/2", "b/3"], await VersionsAsync(models, null, "name, version_number"));
        Assert.Throws<ArgumentException>(() => SearchParser.ParseVersionFilter("metrics.x > 1"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => models.SearchVersionsAsync(new ModelQuery { MaxResults = 0 }));
    }

    private static async Task<int> AddAsync(ModelRegistry models, string name = "fraud", bool create = true)
    {
        if (create && (await models.SearchModelsAsync(new ModelQuery())).Items.All(model => model.Name != name)) await models.CreateModelAsync(name);
        return (await models.CreateVersionAsync(name, new NewModelVersion { Source = "s3://bucket/model" })).Number;
    }

    private static async Task<List<string>> VersionsAsync(ModelRegistry models, string? filter, string? order = null)
    {
        var found = new List<string>();
        var query = new ModelQuery { Filter = SearchParser.ParseVersionFilter(filter), OrderBy = order is null ? [] : SearchParser.ParseVersionOrder(order), MaxResults = 2 };
        do
        {
            var page = await models.SearchVersionsAsync(query);
            found.AddRange(page.Items.Select(version => $"{version.Model}/{version.Number}"));
            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);

        return found;
    }

    private LedgerModelRegistry Models(string actor = "tester", TrackingStore? store = null, TimeProvider? time = null) =>
        new(new RegistryLedger(store ?? Store, time ?? TimeProvider.System), actor, _ => Task.CompletedTask);
}
