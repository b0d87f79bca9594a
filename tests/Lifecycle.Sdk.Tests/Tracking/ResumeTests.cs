using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

public sealed class ResumeTests
{
    public static TheoryData<string> Providers => ["file", "sqlite"];

    [Theory, MemberData(nameof(Providers))]
    public async Task Later_points_of_the_interrupted_attempt_are_superseded(string provider)
    {
        using var lab = new TrackerLab(provider);
        RunId id;
        await using (var first = lab.Open())
        {
            var run = first.StartRun("x"); // never ended: its tracker is closed under it
            id = run.Id;
            run.LogParam("a", 1);
            for (var step = 0; step < 100; step++) run.Log("loss", step, step);
        }

        await using var tracker = lab.Open();
        Assert.Equal(RunStatus.Interrupted, (await tracker.Runs.GetAsync(id)).Status);
        await using (var resumed = await tracker.ResumeRunAsync(id, fromStep: 60))
        {
            Assert.Equal("x", resumed.Experiment);
            var loss = resumed.Metric("loss");
            for (var i = 0; i < 10; i++) loss.Log(1_000 + i);
            Assert.Throws<InvalidOperationException>(() => resumed.LogParam("a", 2));
            resumed.Complete();
        }

        var history = await tracker.Runs.HistoryAsync(id, "loss");
        Assert.Equal(Enumerable.Range(0, 70).Select(step => (long)step), history.Steps.ToArray());
        Assert.Equal(59, history[59].Value);
        Assert.Equal(1_000, history[60].Value);
        var info = await tracker.Runs.GetAsync(id);
        Assert.Equal(RunStatus.Finished, info.Status);
        Assert.Equal(70, info.Metrics["loss"].Count);
        Assert.Equal(1_009, info.Metrics["loss"].Max!.Value.Value);
        Assert.Null(info.Error);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Resuming_without_a_step_goes_on_after_the_last(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        var run = tracker.StartRun("x");
        run.Log("loss", 1, 41);
        run.Fail("stopped");
        await run.DisposeAsync();
        await using var resumed = await tracker.ResumeRunAsync(run.Id);
        resumed.Log("loss", 2);
        resumed.Complete();
        Assert.Equal((long[])[41, 42], (await tracker.Runs.HistoryAsync(run.Id, "loss")).Steps.ToArray());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_run_that_nobody_knows_cannot_be_resumed(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        var id = RunId.New();
        var error = await Assert.ThrowsAsync<LifecycleNotFoundException>(() => tracker.ResumeRunAsync(id));
        Assert.Contains(id.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Equal(id, error.Run);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_joined_writer_adds_points_and_does_not_end_the_run(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var owner = lab.Open();
        await using var worker = lab.Open();
        await using var run = owner.StartRun("x");
        run.Metric("loss", ("rank", "0")).Log(1, 0);
        await run.FlushAsync();
        await using (var joined = worker.JoinRun(run.Id))
        {
            joined.Metric("loss", ("rank", "1")).Log(2, 0);
            joined.Complete();
        }

        var info = await owner.Runs.GetAsync(run.Id);
        Assert.Equal(RunStatus.Running, info.Status);
        Assert.True(info.IsLive(DateTimeOffset.Parse(info.LastSeen.ToString("O"), System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(2, info.Metrics.Count);
        run.Complete();
        Assert.Equal(RunStatus.Finished, (await owner.Runs.GetAsync(run.Id)).Status);
        Assert.Throws<ArgumentException>(() => owner.JoinRun(default));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_writer_that_joins_before_the_store_knows_the_run_is_delivered_later(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var worker = lab.Open();
        var id = RunId.New();
        var joined = worker.JoinRun(id);
        joined.Log("early", 1, 0);
        await Assert.ThrowsAnyAsync<LifecycleException>(() => joined.FlushAsync());
        await using var owner = lab.Open();
        await using var run = owner.StartRun("x", new RunOptions { Id = id });
        await run.FlushAsync();
        await joined.FlushAsync();
        await joined.DisposeAsync();
        Assert.Equal(1, (await owner.Runs.GetAsync(id)).Metrics["early"].Count);
    }
}
