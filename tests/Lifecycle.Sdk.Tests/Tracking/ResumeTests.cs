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

    [Theory, MemberData(nameof(Providers))]
    public async Task A_joined_writer_whose_clock_is_behind_is_shown(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var owner = lab.Open();
        var id = await LogAndFailAsync(owner);
        await using var resumed = await owner.ResumeRunAsync(id, fromStep: 5);
        await resumed.FlushAsync();
        await using var worker = Open(lab, TimeSpan.FromHours(-1));
        await using (var joined = worker.JoinRun(id)) Log(joined, "worker/loss", 0, 10);
        Assert.Equal(10, (await owner.Runs.GetAsync(id)).Metrics["worker/loss"].Count);
        Assert.Equal(10, (await owner.Runs.HistoryAsync(id, "worker/loss")).Count);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_joined_writer_lives_through_the_crash_and_resume_of_the_owner(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var worker = lab.Open();
        RunId id;
        Run joined;
        await using (var owner = lab.Open())
        {
            var run = owner.StartRun("x"); // never ended
            id = run.Id;
            await run.FlushAsync();
            joined = worker.JoinRun(id);
            Log(joined, "worker/loss", 0, 10);
            await joined.FlushAsync();
        }

        await using var next = lab.Open();
        await using var resumed = await next.ResumeRunAsync(id, fromStep: 5);
        await resumed.FlushAsync();
        Log(joined, "worker/loss", 10, 10);
        await joined.DisposeAsync();
        var steps = (await next.Runs.HistoryAsync(id, "worker/loss")).Steps.ToArray();
        Assert.Equal((long[])[0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19], steps);
        Assert.Equal(RunStatus.Running, (await next.Runs.GetAsync(id)).Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_resume_supersedes_what_was_before_it_whatever_the_clocks_say(string provider)
    {
        using var lab = new TrackerLab(provider);
        RunId id;
        await using (var first = Open(lab, TimeSpan.FromHours(2))) id = await LogAndFailAsync(first);
        foreach (var (hours, fromStep, value) in new[] { (1, 5L, 100.0), (0, 3L, 200.0) })
        {
            await using var later = Open(lab, TimeSpan.FromHours(hours));
            await using var resumed = await later.ResumeRunAsync(id, fromStep);
            for (var step = fromStep; step < 7; step++) resumed.Log("loss", value + step, step);
            resumed.Complete();
        }

        await using var tracker = lab.Open();
        Assert.Equal((double[])[0, 1, 2, 203, 204, 205, 206], (await tracker.Runs.HistoryAsync(id, "loss")).Values.ToArray());
        var info = await tracker.Runs.GetAsync(id);
        Assert.Equal((RunStatus.Finished, 2, 7), (info.Status, info.Attempts.Count, (int)info.Metrics["loss"].Count));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_run_started_again_under_its_id_goes_on_where_a_resume_left_it(string provider)
    {
        using var lab = new TrackerLab(provider);
        RunId id;
        await using (var tracker = lab.Open())
        {
            id = await LogAndFailAsync(tracker);
            await using var resumed = await tracker.ResumeRunAsync(id, fromStep: 5);
            resumed.Fail("again");
        }

        await using var behind = Open(lab, TimeSpan.FromHours(-1));
        await using (var again = behind.StartRun("x", new RunOptions { Id = id }))
        {
            Log(again, "more", 0, 10);
            again.Complete();
        }

        var info = await behind.Runs.GetAsync(id);
        Assert.Equal((RunStatus.Finished, 10), (info.Status, (int)info.Metrics["more"].Count));
        Assert.Equal(5, info.Metrics["loss"].Count);
    }

    private static Tracker Open(TrackerLab lab, TimeSpan shift) => lab.Open(builder => builder.TimeProvider = new ShiftedTime(shift));

    private static async Task<RunId> LogAndFailAsync(Tracker tracker)
    {
        await using var run = tracker.StartRun("x");
        Log(run, "loss", 0, 10);
        run.Fail("stopped");
        return run.Id;
    }

    private static void Log(Run run, string name, int first, int count)
    {
        for (var step = first; step < first + count; step++) run.Log(name, step, step);
    }

    /// <summary>A clock that is set wrong.</summary>
    private sealed class ShiftedTime(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
