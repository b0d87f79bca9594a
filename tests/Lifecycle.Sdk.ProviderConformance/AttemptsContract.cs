using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>A resumed run supersedes the later points of the attempts before, also those that arrive late.</summary>
public abstract class AttemptsContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    private static readonly PointRange Everything = new() { IncludeSuperseded = true };

    [Fact]
    public async Task Resuming_supersedes_the_points_from_its_step_on()
    {
        var run = await StartAsync();
        await run.LogPointsAsync("loss", At(0, 10), At(1, 11), At(2, 12), At(3, 13));
        await run.LogPointsAsync("only late", At(5, 1));
        var resumed = await ResumeAsync(run, attempt: 1, fromStep: 2);
        await resumed.LogPointsAsync("loss", At(2, 22), At(3, 23));
        await ReopenAsync();
        Assert.Equal([10, 11, 22, 23], Sorted(await ReadAsync(run, "loss")));
        if (Fixture.Capabilities.KeepsPointsExactly) Assert.Equal([10, 11, 12, 13, 22, 23], Sorted(await ReadAsync(run, "loss", Everything)));
        var metrics = (await Store.GetRunAsync(run.Id))!.Metrics;
        var summary = metrics["loss"];
        Assert.Equal((4L, 66.0, 23.0, 10.0, 23.0), (summary.Count, summary.Sum, summary.Last.Value, summary.Min!.Value.Value, summary.Max!.Value.Value));
        Assert.False(metrics.ContainsKey("only late"));
        Assert.Empty(await ReadAsync(run, "only late"));
        if (Fixture.Capabilities.KeepsPointsExactly) Assert.Single(await ReadAsync(run, "only late", Everything));
    }

    [Fact]
    public async Task A_late_batch_of_an_earlier_attempt_obeys_the_resume()
    {
        var run = await StartAsync();
        await run.LogPointsAsync("loss", At(0, 10));
        var resumed = await ResumeAsync(run, attempt: 1, fromStep: 2);
        await resumed.LogPointsAsync("loss", At(2, 22));
        await run.LogPointsAsync("loss", At(1, 11), At(2, 12), At(3, 13));
        await ReopenAsync();
        Assert.Equal([10, 11, 22], Sorted(await ReadAsync(run, "loss")));
        var summary = (await Store.GetRunAsync(run.Id))!.Metrics["loss"];
        Assert.Equal((3L, 22.0), (summary.Count, summary.Last.Value));
    }

    [Fact]
    public async Task Several_attempts_supersede_each_other()
    {
        var run = await StartAsync();
        await run.LogPointsAsync("loss", At(0, 100), At(1, 101), At(2, 102), At(3, 103), At(4, 104));
        var second = await ResumeAsync(run, attempt: 10, fromStep: 3);
        await second.LogPointsAsync("loss", At(3, 203), At(4, 204), At(5, 205));
        var third = await ResumeAsync(run, attempt: 20, fromStep: 1);
        await third.LogPointsAsync("loss", At(1, 301));
        await second.LogPointsAsync("loss", At(0, 200), At(6, 206));
        await ReopenAsync();
        Assert.Equal([100, 200, 301], Sorted(await ReadAsync(run, "loss")));
        Assert.Equal([new RunAttempt(10, 3), new RunAttempt(20, 1)], (await Store.GetRunAsync(run.Id))!.Attempts);
    }

    [Fact]
    public async Task Blocks_name_their_attempt()
    {
        Assert.SkipUnless(Fixture.Capabilities.KeepsPointsExactly, "The store keeps points as a set.");
        var run = await StartAsync();
        await run.LogPointsAsync("loss", At(0, 1), At(1, 2));
        var resumed = await ResumeAsync(run, attempt: 77, fromStep: 1);
        await resumed.LogPointsAsync("loss", At(1, 3));
        await ReopenAsync();
        var seen = new List<(long Attempt, double Value)>();
        await foreach (var block in Store.ReadPointsAsync(run.Id, "loss", Everything))
        {
            for (var i = 0; i < block.Count; i++) seen.Add((block.Attempt, block[i].Value));
        }

        Assert.Equal([(0, 1.0), (0, 2.0), (77, 3.0)], seen.OrderBy(entry => entry.Value));
    }

    [Fact]
    public async Task Resuming_without_a_step_supersedes_nothing()
    {
        var run = await StartAsync();
        await run.LogPointsAsync("loss", At(0, 1), At(1, 2));
        await ResumeAsync(run, attempt: 1, fromStep: null);
        await ReopenAsync();
        Assert.Equal(2, (await ReadAsync(run, "loss")).Count);
        Assert.Equal([new RunAttempt(1, null)], (await Store.GetRunAsync(run.Id))!.Attempts);
    }

    [Fact]
    public async Task Resuming_makes_the_run_running_again()
    {
        var run = await StartAsync();
        await run.EndAsync(RunStatus.Failed, error: "out of memory");
        await ResumeAsync(run, attempt: 1, fromStep: 0);
        await ReopenAsync();
        var info = (await Store.GetRunAsync(run.Id))!;
        Assert.Equal((RunStatus.Running, (DateTimeOffset?)null, (string?)null), (info.Status, info.EndTime, info.Error));
    }

    [Fact]
    public async Task The_end_of_an_earlier_attempt_does_not_end_a_later_one()
    {
        var run = await StartAsync();
        var resumed = await ResumeAsync(run, attempt: 1, fromStep: null);
        await run.EndAsync(RunStatus.Interrupted);
        Assert.Equal(RunStatus.Running, (await Store.GetRunAsync(run.Id))!.Status);
        await resumed.EndAsync(RunStatus.Finished);
        await ReopenAsync();
        Assert.Equal(RunStatus.Finished, (await Store.GetRunAsync(run.Id))!.Status);
    }

    [Fact]
    public async Task A_direct_change_of_the_status_applies_to_a_resumed_run_too()
    {
        var run = await StartAsync();
        await ResumeAsync(run, attempt: 1, fromStep: null);
        var direct = run.Batch() with { Writer = default, Sequence = 0, Mark = default, Attempt = 0 };
        await run.SendAsync(direct with { Facts = [new RunStatusChanged(RunStatus.Killed, null, "by hand")] });
        Assert.Equal((RunStatus.Killed, "by hand"), await StatusAsync(run));
        await run.SendAsync(direct with { End = new RunStatusChanged(RunStatus.Failed, null, "after all") });
        await run.EndAsync(RunStatus.Interrupted);
        await ReopenAsync();
        Assert.Equal((RunStatus.Failed, "after all"), await StatusAsync(run));
    }

    [Fact]
    public async Task The_same_resume_again_changes_nothing()
    {
        var run = await StartAsync();
        await run.LogPointsAsync("loss", At(0, 1), At(1, 2));
        var resumed = await ResumeAsync(run, attempt: 1, fromStep: 1);
        await resumed.LogPointsAsync("loss", At(1, 3));
        await resumed.EndAsync(RunStatus.Finished);
        await resumed.ApplyAsync(new RunResumed(1));
        await ReopenAsync();
        var info = (await Store.GetRunAsync(run.Id))!;
        Assert.Equal((RunStatus.Finished, 1), (info.Status, info.Attempts.Count));
        Assert.Equal([1, 3], Sorted(await ReadAsync(run, "loss")));
    }

    [Fact]
    public async Task A_writer_that_takes_no_part_in_resuming_belongs_to_the_attempt_that_its_batch_meets()
    {
        var run = await StartAsync();
        var joined = new RunScript(Store, run.Id) { Attempt = RunBatch.LatestAttempt };
        await joined.LogPointsAsync("loss", At(0, 10), At(3, 13));
        await ResumeAsync(run, attempt: 2_000, fromStep: 2);
        await joined.LogPointsAsync("loss", At(2, 22), At(4, 24));
        Assert.Equal([10, 22, 24], Sorted(await ReadAsync(run, "loss")));
        await ResumeAsync(run, attempt: 3_000, fromStep: 4);
        await joined.LogPointsAsync("loss", At(5, 35));
        await ReopenAsync();
        Assert.Equal([10, 22, 35], Sorted(await ReadAsync(run, "loss")));
        Assert.Equal(3, (await Store.GetRunAsync(run.Id))!.Metrics["loss"].Count);
    }

    private async Task<(RunStatus Status, string? Error)> StatusAsync(RunScript run)
    {
        var info = (await Store.GetRunAsync(run.Id))!;
        return (info.Status, info.Error);
    }

    private async Task<RunScript> ResumeAsync(RunScript run, long attempt, long? fromStep)
    {
        var resumed = new RunScript(Store, run.Id) { Attempt = attempt };
        Assert.True((await resumed.ApplyAsync(new RunResumed(fromStep))).Applied);
        return resumed;
    }

    private static MetricPoint At(long step, double value) => new(step, 1_000 + step, value);

    private static IEnumerable<double> Sorted(List<MetricPoint> points) => points.Select(point => point.Value).Order();
}
