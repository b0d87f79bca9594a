using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>The model registry of a stock server.</summary>
public sealed class HttpRegistryTests
{
    [Fact]
    public async Task A_version_is_registered_promoted_resolved_and_read()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        RunId id;
        await using (var run = tracker.StartRun("registry", "first"))
        {
            id = run.Id;
            await run.LogTextAsync("weights", "model/weights.txt");
            await run.LogTextAsync("other", "other.txt");
            run.Complete();
            await run.FlushAsync();
        }

        var version = await tracker.Models.RegisterAsync("fraud", id, "model", "the first");
        Assert.Equal((1, id, "model"), (version.Number, version.Run!.Value, version.ArtifactFolder));
        Assert.EndsWith("/artifacts/model", version.Source, StringComparison.Ordinal);
        Assert.Equal(("model/weights.txt", ContentDigest.Of("weights"u8)), (version.Artifacts.Single().Path.ToString(), version.Artifacts.Single().Digest));
        await tracker.Models.RegisterAsync("fraud", id, "model");
        await tracker.Models.SetAliasAsync("fraud", "champion", 1);
        await tracker.Models.SetStageAsync("fraud", 2, ModelStage.Production);
        Assert.Equal((1, "champion"), ((await tracker.Models.ResolveAsync("fraud@champion")).Number, (await tracker.Models.GetVersionAsync("fraud", 1)).Aliases.Single()));
        Assert.Equal(2, (await tracker.Models.ResolveAsync("models:/fraud/Production")).Number);
        Assert.Equal(2, (await tracker.Models.ResolveAsync("fraud/latest")).Number);
        await using var content = await tracker.Models.OpenArtifactAsync("fraud", 1, "model/weights.txt");
        Assert.Equal("weights", await new StreamReader(content).ReadToEndAsync());
        await tracker.Models.UpdateModelAsync("fraud", new ModelUpdate { Description = "finds fraud", Tags = new Dictionary<string, string?> { ["team"] = "blue" } });
        var model = await tracker.Models.GetModelAsync("fraud");
        Assert.Equal(("finds fraud", "blue", 1), (model.Description, model.Tags["team"], model.Aliases["champion"]));
        Assert.Equal([["champion"], []], model.LatestVersions.Select(latest => latest.Aliases));
        var listed = await tracker.Models.SearchVersionsAsync(new ModelQuery());
        Assert.Equal([(1, "champion"), (2, "")], listed.Items.OrderBy(item => item.Number).Select(item => (item.Number, string.Join(' ', item.Aliases))));
        await tracker.Models.DeleteVersionAsync("fraud", 1);
        Assert.Empty((await tracker.Models.GetModelAsync("fraud")).Aliases); // MLflow would leave it dangling.
        var page = await tracker.Models.SearchVersionsAsync(new ModelQuery { Filter = Lifecycle.Sdk.Storage.SearchParser.ParseVersionFilter("name = 'fraud' or version_number = 7") });
        Assert.Equal(2, Assert.Single(page.Items).Number);
    }

    [Fact]
    public async Task What_is_not_there_or_taken_is_said_in_the_usual_exceptions()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        await tracker.Models.CreateModelAsync("fraud");
        await Assert.ThrowsAsync<LifecycleConflictException>(() => tracker.Models.CreateModelAsync("fraud"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.Models.GetModelAsync("none"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.Models.GetVersionAsync("fraud", 3));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.Models.ResolveAsync("fraud@nobody"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.Models.ResolveAsync("fraud/Staging"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.Models.SetAliasAsync("fraud", "champion", 3));
        await Assert.ThrowsAsync<NotSupportedException>(() => tracker.Models.VerifyLedgerAsync());
        await Assert.ThrowsAsync<NotSupportedException>(() => tracker.Models.RollBackAsync("fraud", PromotionTarget.Alias("champion"), "why"));
    }
}
