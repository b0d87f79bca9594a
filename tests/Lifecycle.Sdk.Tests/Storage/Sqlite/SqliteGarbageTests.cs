using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Lifecycle.Sdk.Tests.Storage.Sqlite.Batches;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

public sealed class SqliteGarbageTests : IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Epoch);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Only_what_was_deleted_long_ago_goes_and_a_dry_run_says_the_same()
    {
        await using var store = _folder.Open(_time);
        var (kept, gone, young) = (RunId.New(), RunId.New(), RunId.New());
        var (shared, own) = (await _folder.Stage(new byte[5000]), await _folder.Stage(new byte[70_000]));
        await store.PutContentAsync(shared);
        await store.PutContentAsync(own);
        foreach (var run in (RunId[])[kept, gone, young])
        {
            await store.ApplyAsync(Start(run, new ArtifactLogged(
                new ArtifactInfo(ArtifactPath.Parse("a"), shared.Digest, shared.Size, Epoch)))
                with
            { Points = [Series("loss", 0, 10_000, i => Math.Sqrt(i))] });
        }

        await store.ApplyAsync(Facts(
            gone, new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse("b"), own.Digest, own.Size, Epoch)),
                new RunStageChanged(LifecycleStage.Deleted)));
        _time.Advance(TimeSpan.FromDays(40));
        await store.ApplyAsync(Facts(young, new RunStageChanged(LifecycleStage.Deleted)) with { Time = _time.GetUtcNow() });

        var dry = await store.CollectGarbageAsync(new GarbageOptions());
        Assert.Equal((true, 1, 70_000L), (dry.DryRun, dry.Contents, dry.Bytes));
        Assert.Equal([gone], dry.Runs);
        Assert.NotNull(await store.GetRunAsync(gone));
        using var database = SqliteDatabase.Open(_folder.File);
        var before = database.Scalar("PRAGMA page_count");

        var wet = await store.CollectGarbageAsync(new GarbageOptions { DryRun = false });
        Assert.Equal((false, 1, 70_000L), (wet.DryRun, wet.Contents, wet.Bytes));
        Assert.Equal([gone], wet.Runs);
        Assert.Null(await store.GetRunAsync(gone));
        Assert.Equal(10_000, (await store.ReadAll(kept, "loss")).Count);
        Assert.Equal(10_000, (await store.ReadAll(young, "loss")).Count);
        await (await store.OpenArtifactAsync(kept, ArtifactPath.Parse("a"))).CopyToAsync(Stream.Null);
        Assert.Empty(await store.Verify());
        Assert.Equal(0, database.Scalar("PRAGMA freelist_count"));
        Assert.True(database.Scalar("PRAGMA page_count") < before - 10, "The file was not made smaller.");
    }

    [Fact]
    public async Task A_deleted_experiment_takes_its_runs_along_and_its_id_is_not_given_again()
    {
        await using var store = _folder.Open(_time);
        var run = RunId.New();
        await store.ApplyAsync(Start(run));
        var experiment = (await store.GetExperimentByNameAsync("experiment"))!;
        await store.UpdateExperimentAsync(experiment.Id, new ExperimentUpdate { Stage = LifecycleStage.Deleted });
        Assert.Equal(LifecycleStage.Deleted, (await store.GetRunAsync(run))!.Stage);
        _time.Advance(TimeSpan.FromDays(31));
        var report = await store.CollectGarbageAsync(new GarbageOptions { DryRun = false });
        Assert.Equal([experiment.Id], report.Experiments);
        Assert.Equal([run], report.Runs);
        Assert.Null(await store.GetExperimentAsync(experiment.Id));
        Assert.NotEqual(experiment.Id, (await store.CreateExperimentAsync("another")).Id);
    }

    [Fact]
    public async Task The_rest_of_a_dead_upload_is_removed_and_that_of_a_live_one_is_not()
    {
        await using var store = _folder.Open(_time);
        await store.GetRunAsync(RunId.New());
        var now = Epoch.ToUnixTimeMilliseconds();
        using var database = SqliteDatabase.Open(_folder.File);
        database.Execute(
            $"""
            INSERT INTO uploads VALUES (1, {now - 7_200_000}), (2, {now - 60_000});
            INSERT INTO content_chunks VALUES (1, 1, 0, x'00'), (2, 2, 0, x'00'), (3, 3, 0, x'00');
            """);
        Assert.All(await store.Verify(), finding => Assert.Equal(FindingSeverity.Information, finding.Severity));
        await store.CollectGarbageAsync(new GarbageOptions { DryRun = false });
        Assert.Equal(2, database.Scalar("SELECT sum(content_key) FROM content_chunks"));
    }
}
