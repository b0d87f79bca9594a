using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>The seam's contract where the protocol makes it hard.</summary>
public sealed class HttpStoreTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
    private static readonly RunId Run = RunId.Parse("0123456789abcdef0123456789abcdef");
    private static readonly WriterId Writer = WriterId.Parse("00000000000000ab");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_content_that_is_not_what_it_should_be_is_refused_and_the_right_one_can_still_come()
    {
        await using var lab = new HttpLab();
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["wrong"], "wrong", Cancel);
        await File.WriteAllTextAsync(folder["right"], "right", Cancel);
        var digest = ContentDigest.Of("right"u8);
        await using var store = lab.OpenStore();
        await Assert.ThrowsAsync<LifecycleException>(() => store.PutContentAsync(new StagedContent(digest, 5, folder["wrong"]), Cancel).AsTask());
        var gone = await Assert.ThrowsAsync<LifecycleException>(() => store.PutContentAsync(new StagedContent(digest, 5, folder["none"]), Cancel).AsTask());
        Assert.False(gone.IsTransient);
        await store.PutContentAsync(new StagedContent(digest, 5, folder["right"]), Cancel);
        File.Delete(folder["right"]); // The store keeps what it took until the fact has come.
        await store.ApplyAsync(Batch(new RunStarted(null, "e", "r", Start, null, null), new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse("a/b.txt"), digest, 5, Start))), Cancel);
        Assert.Equal("right"u8, Assert.Single(lab.Stock.Files).Value);
        Assert.Equal(new ArtifactInfo(ArtifactPath.Parse("a/b.txt"), digest, 5, Start), Assert.Single(await store.ListArtifactsAsync(Run, Cancel)));
        Assert.Empty(Directory.EnumerateFiles(lab.Data, digest.ToString(), SearchOption.AllDirectories));
        // Nobody asks the server for a file that is not there, which it would take for a fault of its own.
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => store.OpenArtifactAsync(Run, ArtifactPath.Parse("a/c.txt"), Cancel).AsTask());
        Assert.DoesNotContain(lab.Server.Requests, request => request.Method == "GET" && request.Path.EndsWith("c.txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_that_arrives_again_changes_nothing()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        var batch = Batch(new RunStarted(null, "e", "r", Start, null, "me"), new ParamLogged("lr", 0.1), new TagSet("t", "v"), new InputLogged(new DatasetInput { Name = "d", Digest = "1" })) with
        {
            Points = [new SeriesPoints("loss{a=b}", (long[])[1, 2], (long[])[3, 4], (double[])[5, double.NaN])],
            End = new RunStatusChanged(RunStatus.Finished, Start.AddSeconds(9), null),
        };
        await store.ApplyAsync(batch, Cancel);
        var before = await DumpAsync(store);
        await using var other = lab.OpenStore(); // As after a crash: nothing is remembered.
        Assert.Empty((await other.ApplyAsync(batch, Cancel)).Conflicts);
        Assert.Equal(before, await DumpAsync(other));
        Assert.Equal(2, Assert.Single(lab.Stock.Runs).Points["loss.a.b"].Count);
    }

    [Fact]
    public async Task What_contradicts_is_left_out_and_reported_and_the_rest_arrives()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        await store.ApplyAsync(Batch(new RunStarted(null, "e", "r", Start, null, null), new ParamLogged("lr", 0.1)), Cancel);
        // Another client has written a param of which this one knows nothing.
        lab.Stock.Runs.Single().Params["theirs"] = "1";
        var result = await store.ApplyAsync(Batch(new ParamLogged("lr", 0.2), new ParamLogged("theirs", "2"), new ParamLogged("new", "3"), new TagSet("t", "v")), Cancel);
        Assert.Equal(2, result.Conflicts.Count);
        Assert.Contains(result.Conflicts, conflict => conflict.Contains("'lr'", StringComparison.Ordinal) && conflict.Contains("0.1", StringComparison.Ordinal));
        Assert.Contains(result.Conflicts, conflict => conflict.Contains("'theirs'", StringComparison.Ordinal));
        var run = (await store.GetRunAsync(Run, Cancel))!;
        Assert.Equal(["lr=0.1", "new=3", "theirs=1"], run.Params.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
        Assert.Equal("v", run.Tags["t"]);
    }

    [Fact]
    public async Task Somebody_who_logs_nothing_is_still_heard_and_an_overtaken_writer_does_not_end_the_run()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        await store.ApplyAsync(Batch(new RunStarted(null, "e", "r", Start, null, null)) with { Time = Start.AddSeconds(1) }, Cancel);
        await store.ApplyAsync(Batch() with { Time = Start.AddSeconds(40) }, Cancel);
        Assert.Equal(Start.AddSeconds(40), (await store.GetRunAsync(Run, Cancel))!.LastSeen);
        await store.ApplyAsync(Batch(new RunResumed(null)) with { Writer = WriterId.Parse("00000000000000cd"), Attempt = 99 }, Cancel);
        await store.ApplyAsync(Batch() with { End = new RunStatusChanged(RunStatus.Failed, Start, "late") }, Cancel);
        Assert.Equal(RunStatus.Running, (await store.GetRunAsync(Run, Cancel))!.Status);
        await store.ApplyAsync(new RunBatch { Run = Run, Time = Start, Facts = [new RunStatusChanged(RunStatus.Killed, Start, "by hand")] }, Cancel);
        var run = (await store.GetRunAsync(Run, Cancel))!;
        Assert.Equal((RunStatus.Killed, "by hand"), (run.Status, run.Error));
    }

    [Fact]
    public async Task A_closed_store_and_a_cancelled_call_ask_nobody()
    {
        await using var lab = new HttpLab();
        var store = lab.OpenStore();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetRunAsync(Run, new CancellationToken(true)).AsTask());
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.GetRunAsync(Run, Cancel).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.ApplyAsync(Batch(), Cancel).AsTask());
        Assert.Empty(lab.Server.Requests);
    }

    [Fact]
    public async Task Conditions_that_need_a_transaction_are_refused()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        await Assert.ThrowsAsync<NotSupportedException>(() => store.ApplyAsync(Batch() with { Conditions = BatchConditions.NoConflicts }, Cancel).AsTask());
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => store.ApplyAsync(Batch() with { Conditions = BatchConditions.NewPointsOnly }, Cancel).AsTask());
    }

    [Fact]
    public async Task Experiments_are_created_found_changed_and_searched()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        var made = await store.CreateExperimentAsync("one", cancellationToken: Cancel);
        await Assert.ThrowsAsync<LifecycleConflictException>(() => store.CreateExperimentAsync("one", cancellationToken: Cancel).AsTask());
        await store.UpdateExperimentAsync(made.Id, new ExperimentUpdate { Stage = LifecycleStage.Deleted }, Cancel);
        Assert.Equal(LifecycleStage.Deleted, (await store.GetExperimentByNameAsync("one", Cancel))!.Stage);
        Assert.Null(await store.GetExperimentByNameAsync("none", Cancel));
        // Starting a run in it brings it back.
        await store.ApplyAsync(Batch(new RunStarted(null, "one", "r", Start, null, null)), Cancel);
        Assert.Equal(LifecycleStage.Active, (await store.GetExperimentAsync(made.Id, Cancel))!.Stage);
        var page = await store.SearchExperimentsAsync(new ExperimentQuery { Filter = SearchParser.ParseExperimentFilter("name = 'one' or name = 'two'") }, Cancel);
        Assert.Equal("one", Assert.Single(page.Items).Name);
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => store.UpdateExperimentAsync("77", new ExperimentUpdate(), Cancel).AsTask());
        var tag = await Assert.ThrowsAsync<LifecycleException>(() => store.UpdateExperimentAsync(made.Id, new ExperimentUpdate { Tags = new Dictionary<string, string?> { ["t"] = null } }, Cancel).AsTask());
        Assert.Contains("3.11", tag.Message, StringComparison.Ordinal);
    }

    private static async Task<string> DumpAsync(TrackingStore store)
    {
        var run = (await store.GetRunAsync(Run))!;
        return $"{run with { Params = new Dictionary<string, ParamValue>(), Tags = new Dictionary<string, string>(), Metrics = new Dictionary<string, MetricSummary>(), Inputs = [], Attempts = [] }}"
            + string.Join(';', run.Params) + string.Join(';', run.Tags) + string.Join(';', run.Metrics) + string.Join(';', run.Inputs);
    }

    private static RunBatch Batch(params RunFact[] facts) => new() { Run = Run, Writer = Writer, Attempt = 5, Sequence = 1, Time = Start, Facts = facts };
}
