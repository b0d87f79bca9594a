using System.Text.Json.Nodes;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>Whole stories of a tracker on a stock server.</summary>
public sealed class HttpTrackingTests
{
    [Fact]
    public async Task A_run_comes_back_as_it_was_logged()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        RunId id;
        await using (var run = tracker.StartRun("digits", "first"))
        {
            id = run.Id;
            run.LogParam("lr", 0.1).LogParam("epochs", 3).LogParam("shuffle", true).LogParam("kind", "softmax").SetTag("team", "blue");
            run.LogInput(new DatasetInput { Name = "digits", Digest = "abc", RowCount = 10, Context = "training", SourceType = "file", Source = "digits.csv" });
            var (loss, accuracy) = (run.Metric("loss"), run.Metric("accuracy", ("subset", "test")));
            for (var i = 0; i < 2_500; i++) loss.Log(1.0 / (i + 1), i);
            accuracy.Log(0.5, 0);
            accuracy.Log(0.9, 1);
            accuracy.Log(0.8, 2);
            await run.LogTextAsync("some weights", "model/weights.txt");
            run.Complete();
            await run.FlushAsync();
        }

        var best = (await tracker.Runs.BestAsync("digits", "accuracy{subset=test}", MetricGoal.Maximize))!;
        Assert.Equal((id, "first", RunStatus.Finished), (best.Id, best.Name, best.Status));
        Assert.Equal(0.9, best.Metrics["accuracy{subset=test}"].Max!.Value.Value);
        Assert.Equal(3, best.Metrics["accuracy{subset=test}"].Count);
        Assert.True(best.Metrics["loss"].IsLatestOnly);
        Assert.Equal(1.0 / 2_500, best.Metrics["loss"].Last.Value);
        Assert.Equal([("epochs", ParamValue.Of(3L)), ("kind", "softmax"), ("lr", 0.1), ("shuffle", true)], best.Params.OrderBy(p => p.Key).Select(p => (p.Key, p.Value)));
        Assert.Equal([("team", "blue")], best.Tags.Select(tag => (tag.Key, tag.Value)));
        Assert.Equal(("digits", "abc", 10, "training", "file", "digits.csv"), (best.Inputs[0].Name, best.Inputs[0].Digest, best.Inputs[0].RowCount!.Value, best.Inputs[0].Context, best.Inputs[0].SourceType, best.Inputs[0].Source));
        var history = await tracker.Runs.HistoryAsync(id, "loss");
        Assert.Equal(Enumerable.Range(0, 2_500).Select(i => 1.0 / (i + 1)), history.Values.ToArray());
        var weights = Assert.Single(await tracker.Runs.ListArtifactsAsync(id));
        Assert.Equal(("model/weights.txt", ContentDigest.Of("some weights"u8), 12L), (weights.Path.ToString(), weights.Digest, weights.Size));
        await using var content = await tracker.Runs.OpenArtifactAsync(id, "model/weights.txt");
        Assert.Equal("some weights", await new StreamReader(content).ReadToEndAsync());
        Assert.Equal(["accuracy.subset.test", "loss"], Assert.Single(lab.Stock.Runs).Points.Keys.Order());
    }

    [Fact]
    public async Task A_run_begun_offline_is_created_once_when_the_server_comes_up()
    {
        await using var lab = new HttpLab(isUp: false);
        await using var tracker = lab.Open();
        var run = tracker.StartRun("offline", "first");
        var loss = run.Metric("loss");
        for (var i = 0; i < 1_500; i++) loss.Log(i, i);
        run.LogParam("lr", 0.1);
        var error = await Assert.ThrowsAsync<LifecycleException>(() => run.FlushAsync());
        Assert.True(error.IsTransient);
        Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
        Assert.Contains(lab.Address, error.Message, StringComparison.Ordinal);
        lab.Start();
        run.Complete();
        await run.FlushAsync();
        await run.DisposeAsync();
        var stored = Assert.Single(lab.Stock.Runs);
        Assert.Equal("FINISHED", stored.Status);
        Assert.Equal(run.Id.ToString(), stored.Tags["lifecycle.run_id"]);
        Assert.Equal(Enumerable.Range(0, 1_500).Select(i => (long)i), stored.Points["loss"].Select(point => point.Step).Order());
        Assert.Equal(run.Id, (await tracker.Runs.GetAsync(run.Id)).Id);
        Assert.Equal(run.Id, (await tracker.Runs.GetAsync(RunId.Parse(stored.Id))).Id);
    }

    [Fact]
    public async Task A_lost_answer_to_the_creation_makes_no_second_run()
    {
        await using var lab = new HttpLab();
        var lost = 0;
        lab.Stock.After = (request, _) => request.Endpoint == "runs/create" && lost++ == 0 ? new RawAnswer { Drops = true } : null;
        await using var tracker = lab.Open(options => options.MaxRetries = 2);
        await using (var run = tracker.StartRun("crash", "first"))
        {
            run.Log("loss", 1, 1);
            run.Complete();
            await run.FlushAsync();
        }

        Assert.Equal(1, lost);
        Assert.Equal("FINISHED", Assert.Single(lab.Stock.Runs).Status);
    }

    [Fact]
    public async Task A_process_that_dies_between_creating_and_delivering_leaves_one_run_with_every_point()
    {
        await using var lab = new HttpLab();
        RunId id;
        // The first process gets as far as the run, and no further.
        lab.Stock.Before = request => request.Endpoint == "runs/log-batch" ? RawAnswer.Error(503, "TEMPORARILY_UNAVAILABLE", "later") : null;
        await using (var first = lab.Open(builder: builder => builder.Options.ShutdownTimeout = TimeSpan.FromSeconds(1)))
        {
            var run = first.StartRun("crash", "first");
            id = run.Id;
            for (var i = 0; i < 100; i++) run.Log("loss", i, i);
            await Assert.ThrowsAsync<LifecycleException>(() => run.FlushAsync());
        }

        Assert.Single(lab.Stock.Runs);
        lab.Stock.Before = _ => null;
        await using var second = lab.Open();
        var found = await second.Runs.GetAsync(id);
        Assert.Equal(RunStatus.Interrupted, found.Status);
        Assert.Equal("KILLED", Assert.Single(lab.Stock.Runs).Status);
        Assert.Equal(100, (await second.Runs.HistoryAsync(id, "loss")).Count);
    }

    [Fact]
    public async Task What_a_stock_server_would_cut_or_refuse_comes_back_whole()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        var (longParam, longTag, error) = (new string('p', 20_000), string.Concat(Enumerable.Repeat("tåg ", 3_000)), new string('e', 9_000));
        RunId id;
        await using (var run = tracker.StartRun("names", "first"))
        {
            id = run.Id;
            run.LogParam("long", longParam).LogParam("a:b?", 7).SetTag("long", longTag).SetTag("émoji 🎉", "x").SetTag("mlflow.user", "mine");
            run.Metric("loss/ratio").Log(1, 1);
            run.Metric("../secret").Log(2, 1);
            run.Metric("αβγ", ("fold", "3"), ("subset", "a b")).Log(double.NaN, 1);
            run.Metric("loss", ("x", "1")).Log(double.NegativeInfinity, 1);
            run.Metric("loss.x.1").Log(-0.0, 1);
            run.LogInput(new DatasetInput { Name = "d", Digest = new string('9', 64), Schema = "s" });
            await run.LogTextAsync("odd", "dir/100% of #1 ∑.txt");
            run.Fail(error);
            await run.FlushAsync();
        }

        var info = await tracker.Runs.GetAsync(id);
        Assert.Equal(longParam, info.Params["long"].ToString());
        Assert.Equal(ParamValue.Of(7L), info.Params["a:b?"]);
        Assert.Equal([("long", longTag), ("mlflow.user", "mine"), ("émoji 🎉", "x")], info.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => (tag.Key, tag.Value)));
        Assert.Equal(["../secret", "loss.x.1", "loss/ratio", "loss{x=1}", "αβγ{fold=3,subset=a b}"], info.Metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(double.NegativeInfinity, (await tracker.Runs.HistoryAsync(id, "loss{x=1}")).Values.Span[0]);
        Assert.True(double.IsNegative((await tracker.Runs.HistoryAsync(id, "loss.x.1")).Values.Span[0]));
        Assert.True(double.IsNaN((await tracker.Runs.HistoryAsync(id, "αβγ{fold=3,subset=a b}")).Values.Span[0]));
        Assert.Equal(new DatasetInput { Name = "d", Digest = new string('9', 64), Schema = "s" }, Assert.Single(info.Inputs));
        Assert.Equal(error, info.Error);
        Assert.Equal("dir/100% of #1 ∑.txt", Assert.Single(await tracker.Runs.ListArtifactsAsync(id)).Path.ToString());
        await using var content = await tracker.Runs.OpenArtifactAsync(id, "dir/100% of #1 ∑.txt");
        Assert.Equal("odd", await new StreamReader(content).ReadToEndAsync());
        var stored = Assert.Single(lab.Stock.Runs);
        Assert.Contains("20000 characters, whole in the artifact lifecycle/params/long-", stored.Params["long"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Points_taken_back_by_a_resume_are_left_out_also_on_a_server_that_knows_no_attempts()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        var start = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        RunId id;
        await using (var run = tracker.StartRun("resume", "first"))
        {
            id = run.Id;
            for (var i = 0; i < 10; i++) run.Metric("loss").Log(i, i, start);
            run.Fail("power cut");
            await run.FlushAsync();
        }

        await using (var run = await tracker.ResumeRunAsync(id, fromStep: 5))
        {
            run.Metric("loss").Log(50, 5);
            await run.FlushAsync();
            var open = await tracker.Runs.GetAsync(id);
            Assert.Equal((RunStatus.Running, null, null), (open.Status, open.EndTime, open.Error));
            Assert.Equal(50, open.Metrics["loss"].Last.Value); // The server's latest is step 9, which was taken back.
            run.Complete();
        }

        Assert.Equal((double[])[0, 1, 2, 3, 4, 50], (await tracker.Runs.HistoryAsync(id, "loss")).Values.ToArray());
        Assert.Equal(11, (await tracker.Runs.HistoryAsync(id, "loss", new PointRange { IncludeSuperseded = true })).Count);
        Assert.Equal(RunStatus.Finished, (await tracker.Runs.GetAsync(id)).Status);
    }

    [Fact]
    public async Task A_clock_that_is_behind_hides_no_points_also_on_a_server_that_knows_no_attempts()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        RunId id;
        await using (var run = tracker.StartRun("resume", "first"))
        {
            id = run.Id;
            run.Log("loss", 1, 0);
            run.Fail("power cut");
        }

        await using var worker = lab.Open();
        var joined = worker.JoinRun(id);
        await joined.FlushAsync();
        await using var resumed = await tracker.ResumeRunAsync(id, fromStep: 5);
        var behind = TimeProvider.System.GetUtcNow().AddHours(-1);
        resumed.Metric("loss").Log(50, 5, behind);
        await resumed.FlushAsync();
        for (var step = 4; step < 7; step++) joined.Metric("worker/loss").Log(step, step, behind);
        await joined.DisposeAsync();
        Assert.Equal((double[])[1, 50], (await tracker.Runs.HistoryAsync(id, "loss")).Values.ToArray());
        var points = await tracker.Runs.HistoryAsync(id, "worker/loss");
        Assert.Equal((double[])[4, 5, 6], points.Values.ToArray());
        Assert.Equal(behind.ToUnixTimeMilliseconds(), points[0].UnixTimeMilliseconds); // Nothing would take it for one of before.
    }

    [Fact]
    public async Task Runs_nest_by_their_own_ids_and_deleted_ones_still_take_what_was_logged()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        await using var parent = tracker.StartRun("nested", "parent");
        await parent.FlushAsync();
        await using var child = tracker.StartRun("nested", new RunOptions { Name = "child", Parent = parent.Id });
        child.Log("loss", 1, 1);
        await child.FlushAsync();
        Assert.Equal(parent.Id, (await tracker.Runs.GetAsync(child.Id)).ParentId);
        Assert.Equal(lab.Stock.Runs.First().Id, lab.Stock.Runs.Last().Tags["mlflow.parentRunId"]);
        await tracker.Runs.DeleteAsync(child.Id);
        child.Log("loss", 2, 2);
        await child.FlushAsync();
        var found = await tracker.Runs.GetAsync(child.Id);
        Assert.Equal((LifecycleStage.Deleted, 2.0), (found.Stage, found.Metrics["loss"].Last.Value));
        await tracker.Runs.RestoreAsync(child.Id);
        await tracker.Runs.RenameAsync(child.Id, "renamed");
        Assert.Equal(("renamed", LifecycleStage.Active), ((await tracker.Runs.GetAsync(child.Id)).Name, (await tracker.Runs.GetAsync(child.Id)).Stage));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_series_is_read_whole_with_and_without_pages(bool hasPages)
    {
        await using var lab = new HttpLab();
        lab.Stock.HasPages = hasPages;
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("long", "first");
        var loss = run.Metric("loss");
        for (var i = 0; i < 60_000; i++) loss.Log(i * 0.1, i);
        await run.FlushAsync();
        var history = await tracker.Runs.HistoryAsync(run.Id, "loss");
        Assert.Equal(Enumerable.Range(0, 60_000).Select(i => i * 0.1), history.Values.ToArray());
        Assert.Equal(0, Assert.Single(lab.Stock.Runs).Repeated);
        Assert.Equal(hasPages ? 3 : 1, lab.Server.Requests.Count(request => request.Endpoint == "metrics/get-history"));
    }

    [Fact]
    public async Task Every_request_of_points_keeps_to_the_limits()
    {
        await using var lab = new HttpLab();
        await using var tracker = lab.Open();
        await using var run = tracker.StartRun("limits", "first");
        for (var series = 0; series < 50; series++)
        {
            var metric = run.Metric(new string('m', 240) + series);
            for (var i = 0; i < 100; i++) metric.Log(i / 3.0, i);
        }

        for (var i = 0; i < 250; i++) run.LogParam($"p{i}", i).SetTag($"t{i}", "v");
        await run.FlushAsync();
        var batches = lab.Server.Requests.Where(request => request.Endpoint == "runs/log-batch").ToList();
        Assert.All(batches, batch =>
        {
            var body = JsonNode.Parse(batch.Body)!;
            Assert.InRange(body["metrics"]?.AsArray().Count ?? 0, 0, 1_000);
            Assert.InRange(body["params"]?.AsArray().Count ?? 0, 0, 100);
            Assert.InRange(body["tags"]?.AsArray().Count ?? 0, 0, 100);
            Assert.InRange(batch.Body.Length, 2, 1_000_000);
        });
        var stored = Assert.Single(lab.Stock.Runs);
        Assert.Equal((5_000, 250), (stored.Points.Values.Sum(points => points.Count), stored.Params.Count));
        Assert.Equal(250, (await tracker.Runs.GetAsync(run.Id)).Tags.Count);
    }
}
