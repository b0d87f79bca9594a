using System.Text.Json.Serialization;
using Xunit;

namespace Lifecycle.Sdk.Tests.Tracking;

/// <summary>What a program sees of a run, on each local provider.</summary>
public sealed partial class RunTests
{
    public static TheoryData<string> Providers => ["file", "sqlite"];

    [Theory, MemberData(nameof(Providers))]
    public async Task Six_lines_keep_a_run(string provider)
    {
        using var lab = new TrackerLab(provider);
        RunId id;
        await using (var tracker = lab.Open())
        {
            await using var run = tracker.StartRun("digits");
            run.LogParam("learning_rate", 0.1);
            var loss = run.Metric("loss");
            for (var step = 0; step < 1_000; step++) loss.Log(1.0 / (step + 1), step);
            run.Complete();
            id = run.Id;
        }

        await using var reader = lab.Open();
        var info = await reader.Runs.GetAsync(id);
        Assert.Equal(RunStatus.Finished, info.Status);
        Assert.Equal(0.1, info.Params["learning_rate"].AsFloating);
        Assert.Equal(1_000, info.Metrics["loss"].Count);
        Assert.Equal(0.001, info.Metrics["loss"].Last.Value);
        Assert.NotNull(info.EndTime);
        var history = await reader.Runs.HistoryAsync(id, "loss");
        Assert.Equal(Enumerable.Range(0, 1_000).Select(step => 1.0 / (step + 1)), history.Values.ToArray());
        Assert.Equal("digits", (await reader.Experiments.FindAsync("digits"))!.Name);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_run_that_is_disposed_without_Complete_has_failed(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        RunId id;
        await using (var run = tracker.StartRun("x")) id = run.Id;
        var info = await tracker.Runs.GetAsync(id);
        Assert.Equal(RunStatus.Failed, info.Status);
        Assert.Contains("Complete", info.Error, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task The_first_end_wins(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        run.Fail(new InvalidDataException("bad batch"));
        run.Complete();
        run.Fail("again");
        await run.DisposeAsync();
        await run.DisposeAsync();
        var info = await tracker.Runs.GetAsync(run.Id);
        Assert.Equal(RunStatus.Failed, info.Status);
        Assert.Contains("bad batch", info.Error, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task The_delegate_form_completes_fails_and_is_killed_by_itself(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        RunId failed = default, killed = default;
        var done = await tracker.RunAsync("x", (run, _) =>
        {
            run.Log("loss", 1);
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<InvalidDataException>(() => tracker.RunAsync("x", (run, _) =>
        {
            failed = run.Id;
            throw new InvalidDataException("no data");
        }));
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tracker.RunAsync("x", async (run, token) =>
        {
            killed = run.Id;
            await cancel.CancelAsync();
            token.ThrowIfCancellationRequested();
        }, cancellationToken: cancel.Token));
        Assert.Equal(RunStatus.Finished, (await tracker.Runs.GetAsync(done)).Status);
        Assert.Equal(RunStatus.Killed, (await tracker.Runs.GetAsync(killed)).Status);
        var info = await tracker.Runs.GetAsync(failed);
        Assert.Equal(RunStatus.Failed, info.Status);
        Assert.Contains("no data", info.Error, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Automatic_steps_count_from_zero_for_all_threads_together(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        var metric = run.Metric("loss");
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 1_000; i++) metric.Log(i);
        });
        run.Complete();
        var history = await tracker.Runs.HistoryAsync(run.Id, "loss");
        Assert.Equal(Enumerable.Range(0, 4_000).Select(i => (long)i), history.Steps.ToArray());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Contexts_are_series_of_their_own_and_one_key_is_one_handle(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        var train = run.Metric("loss", ("subset", "train"), ("fold", "1"));
        train.Log(1, 0);
        run.Log("loss{subset=train,fold=1}", 2, 1);
        run.Log("loss", 3, 0);
        run.LogMetrics(7, ("a", 1), ("b", double.NaN), ("loss{subset=val}", double.NegativeInfinity));
        run.Complete();
        var metrics = (await tracker.Runs.GetAsync(run.Id)).Metrics;
        Assert.Equal(["a", "b", "loss", "loss{fold=1,subset=train}", "loss{subset=val}"], metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2, metrics["loss{fold=1,subset=train}"].Count);
        Assert.Equal(double.NegativeInfinity, metrics["loss{subset=val}"].Last.Value);
        Assert.Equal(1, metrics["b"].NaNCount);
        Assert.Same(train, run.Metric("loss{fold=1,subset=train}"));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Params_keep_their_types_and_are_written_once(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        run.LogParams(("text", "a"), ("integer", long.MaxValue), ("floating", -0.0), ("boolean", true), ("nan", double.NaN))
           .LogParam("integer", long.MaxValue)
           .LogParams(new Settings(0.5, new Model(3)), RunTestsJson.Default.Settings, "train");
        var error = Assert.Throws<InvalidOperationException>(() => run.LogParam("text", 5));
        Assert.Contains("text", error.Message, StringComparison.Ordinal);
        Assert.Contains("5", error.Message, StringComparison.Ordinal);
        run.Complete();
        var stored = (await tracker.Runs.GetAsync(run.Id)).Params;
        Assert.Equal("a", stored["text"]);
        Assert.Equal(long.MaxValue, stored["integer"].AsInteger);
        Assert.Equal(-0.0, stored["floating"]);
        Assert.True(double.IsNegative(stored["floating"].AsFloating));
        Assert.Equal(double.NaN, stored["nan"].AsFloating);
        Assert.True(stored["boolean"].AsBoolean);
        Assert.Equal(0.5, stored["train.Rate"]);
        Assert.Equal(3, stored["train.Model.Layers"]);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Bad_input_is_named_and_what_was_logged_before_is_kept(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        run.Log("loss", 1, 0).LogParam("a", 1);
        Assert.Contains("250", Assert.Throws<ArgumentException>(() => run.Log(new string('m', 10_000), 1)).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => run.LogParam("", 1)).Message, StringComparison.Ordinal);
        Assert.Contains("U+000A", Assert.Throws<ArgumentException>(() => run.SetTag("a\nb", "x")).Message, StringComparison.Ordinal);
        Assert.Contains("65536", Assert.Throws<ArgumentException>(() => run.LogParam("long", new string('x', 70_000))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => run.LogMetrics(1, ("good", 1), ("bad{", 2)));
        await Assert.ThrowsAsync<ArgumentException>(() => run.LogTextAsync("x", "../escape.txt"));
        Assert.Throws<ArgumentException>(() => tracker.StartRun(""));
        Assert.Throws<ArgumentException>(() => run.LogInput(new DatasetInput { Name = "d", Digest = "x", RowCount = -1 }));
        run.Complete();
        var info = await tracker.Runs.GetAsync(run.Id);
        Assert.Equal(["loss"], info.Metrics.Keys);
        Assert.Equal(["a"], info.Params.Keys);
        Assert.Empty(await tracker.Runs.ListArtifactsAsync(run.Id));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Logging_after_the_end_is_ignored_and_counted(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        var metric = run.Metric("loss");
        metric.Log(1);
        run.Complete();
        metric.Log(2);
        run.SetTag("late", "x");
        run.LogParam("late", 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.LogTextAsync("late", "late.txt"));
        Assert.Equal(1, run.Health.PointsLogged);
        Assert.Equal(3, run.Health.Refused);
        await run.DisposeAsync();
        metric.Log(3);
        run.Metric("new").Log(4);
        var info = await tracker.Runs.GetAsync(run.Id);
        Assert.Equal(1, info.Metrics["loss"].Count);
        Assert.Empty(info.Params);
        Assert.False(info.Metrics.ContainsKey("new"));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Threads_that_log_while_the_run_ends_lose_nothing_that_was_accepted(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        for (var round = 0; round < 10; round++)
        {
            var run = tracker.StartRun("race");
            var started = new CountdownEvent(3);
            var threads = Enumerable.Range(0, 3).Select(t => new Thread(() =>
            {
                var metric = run.Metric($"m{t}");
                metric.Log(0);
                started.Signal();
                for (var i = 0; i < 20_000; i++) metric.Log(i);
            })).ToList();
            threads.ForEach(thread => thread.Start());
            started.Wait();
            run.Complete();
            await run.DisposeAsync();
            threads.ForEach(thread => thread.Join());
            var info = await tracker.Runs.GetAsync(run.Id);
            Assert.Equal(run.Health.PointsLogged, info.Metrics.Values.Sum(metric => metric.Count));
            Assert.Equal(60_003, run.Health.PointsLogged + run.Health.Refused);
            Assert.Equal(RunStatus.Finished, info.Status);
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Tags_notes_inputs_and_nested_runs_are_kept(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x", new RunOptions { Name = "parent", Note = "why", Tags = new Dictionary<string, string> { ["team"] = "vision" } });
        run.SetTag("a", "1").SetTag("a", "2").SetTag("b", "1").RemoveTag("b").RemoveTag("never");
        var input = new DatasetInput { Name = "digits", Digest = "abc", RowCount = 3, Source = "digits.csv", SourceType = "file", Schema = "x: float", Context = "training" };
        run.LogInput(input).LogInput(input);
        await using var nested = run.StartNested(new RunOptions { Name = "child" });
        nested.Complete();
        run.Complete();
        var info = await tracker.Runs.GetAsync(run.Id);
        Assert.Equal(new Dictionary<string, string> { ["team"] = "vision", ["a"] = "2", [Run.NoteTag] = "why" }, info.Tags);
        Assert.Equal(input, Assert.Single(info.Inputs));
        var child = await tracker.Runs.GetAsync(nested.Id);
        Assert.Equal(run.Id, child.ParentId);
        Assert.Equal(info.ExperimentId, child.ExperimentId);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task The_ambient_run_is_opt_in_and_flows_with_the_call(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var outer = tracker.StartRun("x");
        await using var inner = tracker.StartRun("x");
        Assert.Null(Run.Current);
        using (outer.MakeCurrent())
        {
            await Task.Yield();
            Assert.Same(outer, Run.Current);
            using (inner.MakeCurrent()) Assert.Same(inner, await Task.Run(() => Run.Current));
            Assert.Same(outer, Run.Current);
        }

        Assert.Null(Run.Current);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_cancelled_wait_loses_nothing(string provider)
    {
        using var lab = new TrackerLab(provider);
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("x");
        run.Log("loss", 1, 0);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.FlushAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tracker.Runs.GetAsync(run.Id, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.LogTextAsync("x", "x.txt", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in tracker.Runs.SearchAsync(cancellationToken: cancelled)) { }
        });
        run.Complete();
        Assert.Equal(1, (await tracker.Runs.GetAsync(run.Id)).Metrics["loss"].Count);
        Assert.Empty(await tracker.Runs.ListArtifactsAsync(run.Id));
    }

    internal sealed record Settings(double Rate, Model Model);

    internal sealed record Model(int Layers);

    [JsonSerializable(typeof(Settings))]
    internal sealed partial class RunTestsJson : JsonSerializerContext;
}
