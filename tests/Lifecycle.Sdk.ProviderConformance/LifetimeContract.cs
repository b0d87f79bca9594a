using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Opening, cancelling, verifying, closing.</summary>
public abstract class LifetimeContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task Constructing_a_store_creates_no_file()
    {
        Assert.SkipWhen(Place.Directory is null, "The store has no folder.");
        await using (var untouched = Place.Open())
        {
            Assert.NotEmpty(untouched.Address);
            Assert.NotEmpty(untouched.JournalDirectory);
            Assert.NotNull(untouched.Capabilities);
        }

        Assert.Empty(FilesIn(Place.Directory!));
    }

    [Fact]
    public async Task An_empty_store_answers_everything()
    {
        Assert.Empty((await Store.SearchRunsAsync(new RunQuery())).Items);
        Assert.DoesNotContain((await Store.SearchExperimentsAsync(new ExperimentQuery())).Items, experiment => experiment.Name != "Default");
        Assert.Null(await Store.GetRunAsync(RunId.New()));
        Assert.Null(await Store.GetExperimentByNameAsync("none"));
        if (Fixture.Capabilities.CollectsGarbage)
            Assert.Equal(0, (await Store.CollectGarbageAsync(new GarbageOptions { DryRun = false, MinimumAge = TimeSpan.Zero })).Bytes);
    }

    [Fact]
    public async Task A_store_in_order_verifies_without_damage()
    {
        Assert.SkipUnless(Fixture.Capabilities.Verifies, "The store can't verify itself.");
        Assert.Empty(await DamageAsync());
        var run = await StartAsync();
        await run.LogAsync("loss", [.. Enumerable.Range(0, 20_000).Select(i => (double)i)]);
        await PutAsync("content");
        await run.ApplyAsync(Artifact("a", "content"), new ParamLogged("p", 1), new TagSet("t", "v"));
        await run.EndAsync(RunStatus.Finished);
        Assert.Empty(await DamageAsync());
        await ReopenAsync();
        Assert.Empty(await DamageAsync());
    }

    [Fact]
    public async Task A_cancelled_call_does_not_start()
    {
        var run = await StartAsync();
        await PutAsync("x");
        await run.ApplyAsync(Artifact("a", "x"));
        await run.LogAsync("loss", 1);
        var no = new CancellationToken(canceled: true);
        var staged = Path.Combine(Scratch, "staged");
        await File.WriteAllTextAsync(staged, "y");
        Func<ValueTask>[] calls =
        [
            async () => await Store.ApplyAsync(run.Batch() with { Facts = [new TagSet("a", "b")] }, no),
            async () => await Store.GetMarkAsync(run.Id, run.Writer, no),
            async () => await Store.PutContentAsync(new StagedContent(ContentDigest.Of("y"u8), 1, staged), no),
            async () => await Store.CreateExperimentAsync("new", null, no),
            async () => await Store.UpdateExperimentAsync("0", new() { Name = "x" }, no),
            async () => await Store.GetExperimentAsync("0", no),
            async () => await Store.GetExperimentByNameAsync("exp", no),
            async () => await Store.SearchExperimentsAsync(new ExperimentQuery(), no),
            async () => await Store.GetRunAsync(run.Id, no),
            async () => await Store.SearchRunsAsync(new RunQuery(), no),
            async () => await DrainAsync(Store.ReadPointsAsync(run.Id, "loss", PointRange.All, no)),
            async () => await Store.ListArtifactsAsync(run.Id, no),
            async () => await Store.OpenArtifactAsync(run.Id, ArtifactPath.Parse("a"), no),
        ];
        foreach (var call in calls) await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call());
        if (Fixture.Capabilities.Verifies) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DrainAsync(Store.VerifyAsync(no)));
        if (Fixture.Capabilities.CollectsGarbage)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.CollectGarbageAsync(new GarbageOptions(), no));
        Assert.Empty((await Store.GetRunAsync(run.Id))!.Tags);
        Assert.Null(await Store.GetExperimentByNameAsync("new"));
    }

    [Fact]
    public async Task Reading_points_can_be_cancelled_in_between()
    {
        var run = await StartAsync();
        for (var i = 0; i < 20; i++) await run.LogAsync("loss", [.. Enumerable.Range(0, 10_000).Select(v => (double)v)]);
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Store.ReadPointsAsync(run.Id, "loss", PointRange.All, cancellation.Token)) await cancellation.CancelAsync();
        });
        Assert.Equal(200_000, (await ReadAsync(run, "loss")).Count);
    }

    [Fact]
    public async Task A_reading_that_is_given_up_leaves_the_store_usable()
    {
        var run = await StartAsync();
        for (var i = 0; i < 5; i++) await run.LogAsync("loss", [.. Enumerable.Range(0, 10_000).Select(v => (double)v)]);
        for (var i = 0; i < 20; i++)
        {
            await foreach (var _ in Store.ReadPointsAsync(run.Id, "loss", PointRange.All)) break;
        }

        await run.LogAsync("loss", 1);
        Assert.Equal(50_001, (await ReadAsync(run, "loss")).Count);
    }

    [Fact]
    public async Task A_closed_store_keeps_everything_and_refuses_further_calls()
    {
        var run = await StartAsync("kept");
        var closed = Store;
        await closed.DisposeAsync();
        await closed.DisposeAsync();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(async () => await closed.GetRunAsync(run.Id));
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(async () => await run.ApplyAsync(new TagSet("a", "b")));
        await ReopenAsync();
        Assert.Equal("kept", (await Store.GetRunAsync(run.Id))!.Name);
    }

    private async Task<List<StoreFinding>> DamageAsync()
    {
        var findings = new List<StoreFinding>();
        await foreach (var finding in Store.VerifyAsync())
        {
            if (finding.Severity == FindingSeverity.Damage) findings.Add(finding);
        }

        return findings;
    }

    private static async Task DrainAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var _ in items) { }
    }

    private static string[] FilesIn(string directory) =>
        Directory.Exists(directory) ? Directory.GetFiles(directory, "*", SearchOption.AllDirectories) : [];
}
