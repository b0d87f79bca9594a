using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;
using Lifecycle.Sdk.Tests.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.Http;

/// <summary>What a stock server refuses, or fails at for ever, never keeps the rest of a run from arriving, and is said.</summary>
public sealed class HttpPoisonTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
    private static readonly RunId Run = RunId.Parse("0123456789abcdef0123456789abcdef");
    private static readonly WriterId Writer = WriterId.Parse("00000000000000ab");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Points_that_a_database_refuses_when_they_come_again_are_there_once()
    {
        await using var lab = new HttpLab();
        // Several series in one request, NaN among them and twice at one step and time.
        var batch = Batch() with { Points = [Series("a", 300), Series("b", 300, double.NaN), Series("c", 300) with { Values = Enumerable.Repeat(double.PositiveInfinity, 300).ToArray() }, Twice("d", double.NaN)] };
        await using (var first = lab.OpenStore()) Assert.Empty((await first.ApplyAsync(batch, Cancel)).Conflicts);
        // As after a crash: nothing is remembered, and there is more now.
        await using var store = lab.OpenStore();
        Assert.Empty((await store.ApplyAsync(batch with { Points = [.. batch.Points, Series("e", 200, double.NaN)] }, Cancel)).Conflicts);
        var stored = Assert.Single(lab.Stock.Runs);
        Assert.Equal([("a", 300), ("b", 300), ("c", 300), ("d", 1), ("e", 200)], stored.Points.Select(series => (series.Key, series.Value.Count)).Order());
        Assert.Equal(double.MaxValue, stored.Points["c"][0].Value);
        Assert.All(await ReadAsync(store, "c"), point => Assert.Equal(double.PositiveInfinity, point.Value));
        Assert.Equal(double.PositiveInfinity, (await store.GetRunAsync(Run, Cancel))!.Metrics["c"].Last.Value);
    }

    [Fact]
    public async Task A_series_that_is_refused_is_said_once_and_the_others_arrive()
    {
        await using var lab = new HttpLab();
        lab.Stock.Before = request => request.Endpoint == "runs/log-batch" && request.Text.Contains("\"bad\"", StringComparison.Ordinal)
            ? RawAnswer.Error(400, "INVALID_PARAMETER_VALUE", "Invalid metric name.") : null;
        await using var store = lab.OpenStore();
        var result = await store.ApplyAsync(Batch() with { Points = [Series("bad", 5_000), Series("good", 500)], End = new RunStatusChanged(RunStatus.Finished, Start, null) }, Cancel);
        Assert.Equal(5, result.Conflicts.Count); // One for each request that held some.
        Assert.All(result.Conflicts, conflict => Assert.Matches("^[0-9]+ points of 'bad' at the steps from [0-9]+ to [0-9]+ were not stored: the server says Invalid metric name\\.$", conflict));
        var stored = Assert.Single(lab.Stock.Runs);
        Assert.Equal((500, "FINISHED"), (stored.Points["good"].Count, stored.Status));
        Assert.InRange(lab.Server.Requests.Count, 1, 60);
    }

    [Fact]
    public async Task A_single_point_that_is_refused_is_found_among_thousands()
    {
        await using var lab = new HttpLab();
        lab.Stock.Before = request => request.Endpoint == "runs/log-batch" && request.Text.Contains("\"step\":777}", StringComparison.Ordinal)
            ? RawAnswer.Error(400, "BAD_REQUEST", "(DataError) out of range.") : null;
        await using var store = lab.OpenStore();
        var result = await store.ApplyAsync(Batch() with { Points = [Series("loss", 2_500)] }, Cancel);
        Assert.Equal("The point of 'loss' at step 777 was not stored: the server says (DataError) out of range.", Assert.Single(result.Conflicts));
        var stored = Assert.Single(lab.Stock.Runs).Points["loss"];
        Assert.Equal((2_499, 2_499), (stored.Count, stored.Select(point => point.Step).Distinct().Count()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_that_a_store_can_not_keep_beside_each_other_get_keys_of_their_own(bool isFileStore)
    {
        await using var lab = new HttpLab();
        lab.Stock.IsFileStore = isFileStore;
        string[] names = ["loss", "loss/ratio", "Loss", "loss.x", new string('名', 100), "a/b", "a"];
        await using var store = lab.OpenStore();
        var facts = names.SelectMany(name => (RunFact[])[new ParamLogged(name, name), new TagSet(name, name)]);
        var batch = Batch([.. facts]) with { Points = [.. names.Append("loss{subset=test}").Select(name => Series(name, 3))] };
        Assert.Empty((await store.ApplyAsync(batch, Cancel)).Conflicts);
        var run = (await store.GetRunAsync(Run, Cancel))!;
        Assert.Equal(names.Order(StringComparer.Ordinal), run.Params.Keys.Order(StringComparer.Ordinal));
        Assert.All(run.Params, param => Assert.Equal(param.Key, param.Value.ToString()));
        Assert.Equal(names.Order(StringComparer.Ordinal), run.Tags.Keys.Order(StringComparer.Ordinal));
        Assert.All(run.Tags, tag => Assert.Equal(tag.Key, tag.Value));
        Assert.Equal(names.Append("loss{subset=test}").Order(StringComparer.Ordinal), run.Metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(3, (await ReadAsync(store, "loss/ratio")).Count);
    }

    [Fact]
    public async Task Two_names_of_one_key_are_two_params()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        Assert.Empty((await store.ApplyAsync(Batch(new ParamLogged("a.b.c", "one"), new ParamLogged("a{b=c}", "two")), Cancel)).Conflicts);
        var run = (await store.GetRunAsync(Run, Cancel))!;
        Assert.Equal(("one", "two"), (run.Params["a.b.c"].ToString(), run.Params["a{b=c}"].ToString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_param_that_somebody_else_has_written_since_is_said_and_the_others_arrive(bool isFileStore)
    {
        await using var lab = new HttpLab();
        lab.Stock.IsFileStore = isFileStore;
        await using var store = lab.OpenStore();
        await store.ApplyAsync(Batch(), Cancel);
        Assert.Single(lab.Stock.Runs).Params["lr"] = "theirs";
        var result = await store.ApplyAsync(Batch(new ParamLogged("lr", 0.1), new ParamLogged("depth", 3), new TagSet("team", "blue")) with { Sequence = 2 }, Cancel);
        Assert.Contains("theirs", Assert.Single(result.Conflicts), StringComparison.Ordinal);
        var stored = Assert.Single(lab.Stock.Runs);
        Assert.Equal(("theirs", "3", "blue"), (stored.Params["lr"], stored.Params["depth"], stored.Tags["team"]));
    }

    [Fact]
    public async Task Long_names_and_texts_that_a_database_has_no_room_for_come_back_whole()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        var (experiment, name, user, zero) = (new string('e', 400), new string('n', 249) + "🎉" + new string('n', 100), new string('u', 6_000), "a\0b");
        var batch = new RunBatch
        {
            Run = Run,
            Writer = Writer,
            Sequence = 1,
            Time = Start,
            Facts = [new RunStarted(null, experiment, name, Start, null, user), new ParamLogged("p", zero), new TagSet("t", zero),
                new InputLogged(new DatasetInput { Name = "d", Digest = "1", Source = new string('ß', 60_000), SourceType = new string('s', 200), Schema = zero })],
            Points = [Series("loss", 3)],
            End = new RunStatusChanged(RunStatus.Failed, Start, zero),
        };
        Assert.Empty((await store.ApplyAsync(batch, Cancel)).Conflicts);
        var run = (await store.GetRunAsync(Run, Cancel))!;
        Assert.Equal((name, user, zero, zero, zero), (run.Name, run.User, run.Params["p"].ToString(), run.Tags["t"], run.Error));
        Assert.Equal(((InputLogged)batch.Facts[3]).Input, Assert.Single(run.Inputs));
        Assert.Equal((experiment, run.ExperimentId), ((await store.GetExperimentAsync(run.ExperimentId, Cancel))!.Name, (await store.GetExperimentByNameAsync(experiment, Cancel))!.Id));
        // Another run finds the same experiment, and another name of the run takes the place of the long one.
        await store.ApplyAsync(batch with { Run = RunId.Parse("fedcba9876543210fedcba9876543210"), Facts = [batch.Facts[0]], Points = [], End = null }, Cancel);
        Assert.Equal(2, lab.Stock.Experiments.Count);
        await store.ApplyAsync(Batch([new RunRenamed("short")], isStart: false), Cancel);
        Assert.Equal("short", (await store.GetRunAsync(Run, Cancel))!.Name);
        await store.ApplyAsync(Batch([new RunRenamed(name + "!")], isStart: false), Cancel);
        Assert.Equal(name + "!", (await store.GetRunAsync(Run, Cancel))!.Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_whose_long_values_are_gone_is_read_without_them(bool isUnserved)
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        await store.ApplyAsync(Batch(new ParamLogged("long", new string('p', 7_000)), new ParamLogged("lr", 0.1), new InputLogged(new DatasetInput { Name = "d", Digest = "1" })), Cancel);
        lab.Stock.ServesNoArtifacts = isUnserved;
        if (!isUnserved) lab.Stock.RemoveFiles();
        var run = (await store.GetRunAsync(Run, Cancel))!;
        Assert.Equal((ParamValue.Of(0.1), "d"), (run.Params["lr"], Assert.Single(run.Inputs).Name));
        Assert.Contains("7000 characters, whole in the artifact", run.Params["long"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dataset_keeps_all_of_its_contexts_and_is_not_taken_for_another_of_its_digest()
    {
        await using var lab = new HttpLab();
        DatasetInput[] inputs =
        [
            new() { Name = "d", Digest = "1", Source = "d.csv", SourceType = "file", Context = "training" },
            new() { Name = "d", Digest = "1", Source = "d.csv", SourceType = "file", Context = "test" },
            new() { Name = "other", Digest = "1", Schema = "s" },
            new() { Name = "more", Digest = "1" },
            new() { Name = "features", Digest = "2", Source = "f.csv", SourceType = "file" },
            new() { Name = "labels", Digest = "2", Source = "l.csv", SourceType = "file" },
        ];
        var batch = Batch([.. inputs.Select(input => new InputLogged(input))]);
        for (var i = 0; i < 2; i++)
        {
            await using var store = lab.OpenStore();
            Assert.Empty((await store.ApplyAsync(batch, Cancel)).Conflicts);
            Assert.Equal(inputs, (await store.GetRunAsync(Run, Cancel))!.Inputs);
            // Those that are no trouble stay as they are.
            Assert.Equal(2, Assert.Single(lab.Stock.Runs).Inputs.Count(input => input["dataset"]!["digest"]!.ToString() == "2"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Artifacts_with_names_that_servers_change_or_can_not_have_come_back(bool isNewest)
    {
        await using var lab = new HttpLab();
        lab.Stock.HasArtifactRouter = isNewest;
        await using var tracker = lab.Open();
        string[] paths = ["semi;", "dir;/a;b.txt", "%" + new string('x', 254), "plain.txt"];
        await using var run = tracker.StartRun("names", "first");
        foreach (var path in paths) await run.LogTextAsync(path, path);
        await run.FlushAsync();
        Assert.Equal(paths.Order(StringComparer.Ordinal), (await tracker.Runs.ListArtifactsAsync(run.Id)).Select(artifact => artifact.Path.ToString()));
        foreach (var path in paths)
        {
            await using var content = await tracker.Runs.OpenArtifactAsync(run.Id, path);
            Assert.Equal(path, await new StreamReader(content).ReadToEndAsync(Cancel));
        }
    }

    [Fact]
    public async Task A_file_that_is_too_large_for_a_proxy_is_said_and_the_rest_arrives()
    {
        await using var lab = new HttpLab();
        lab.Stock.Before = request => request.Method == "PUT" ? RawAnswer.Page("<h1>413 Request Entity Too Large</h1>", 413) : null;
        using var log = new LogRecorder();
        await using var tracker = lab.Open(builder: builder => builder.LoggerFactory = log);
        await using var run = tracker.StartRun("large", "first");
        await run.LogTextAsync("x", "large.bin");
        run.Log("loss", 1, 1);
        await run.FlushAsync();
        Assert.Contains(log.Lines, line => line.Contains("'large.bin' was not stored", StringComparison.Ordinal) && line.Contains("413", StringComparison.Ordinal));
        Assert.Single(Assert.Single(lab.Stock.Runs).Points);
        Assert.Equal("x", await File.ReadAllTextAsync(Assert.Single(lab.RefusedOf(run.Id)), Cancel));
    }

    [Fact]
    public void Entries_of_the_map_keep_to_the_length_of_a_tag_in_any_script()
    {
        var path = string.Join('/', Enumerable.Repeat(new string('名', 80), 12));
        var tag = new WireMap().Add(Writer, new WireEntry { Artifact = path, Key = WirePaths.Of(path), Sha256 = new string('0', 64), Size = long.MaxValue, Time = long.MaxValue })!;
        Assert.InRange(tag.Value.Length, 2, 5_000);
        Assert.Equal(path, Assert.Single(WireMap.Read([tag]).Artifacts).Key);
    }

    [Fact]
    public async Task A_file_that_the_server_can_not_remove_is_removed_for_us()
    {
        await using var lab = new HttpLab();
        using var folder = new TempFolder();
        await using var store = lab.OpenStore();
        var path = ArtifactPath.Parse("a/b.txt");
        async Task LogAsync(string text, long sequence, params RunFact[] before)
        {
            await File.WriteAllTextAsync(folder[text], text, Cancel);
            var digest = ContentDigest.Of(System.Text.Encoding.UTF8.GetBytes(text));
            await store.PutContentAsync(new StagedContent(digest, text.Length, folder[text]), Cancel);
            await store.ApplyAsync(Batch([.. before, new ArtifactLogged(new ArtifactInfo(path, digest, text.Length, Start.AddSeconds(sequence)))], isStart: false), Cancel);
        }

        await store.ApplyAsync(Batch(), Cancel);
        await LogAsync("one", 1);
        var result = await store.ApplyAsync(Batch([new ArtifactDeleted(path), new ArtifactDeleted(ArtifactPath.Parse("never.txt"))], isStart: false) with { Points = [Series("loss", 1)] }, Cancel);
        Assert.Contains("'a/b.txt' is still on the server", Assert.Single(result.Conflicts), StringComparison.Ordinal);
        Assert.Empty(await store.ListArtifactsAsync(Run, Cancel));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => store.OpenArtifactAsync(Run, path, Cancel).AsTask());
        Assert.Single(Assert.Single(lab.Stock.Runs).Points);
        await LogAsync("two", 2);
        await LogAsync("three", 3, new ArtifactDeleted(path));
        Assert.Equal(5, Assert.Single(await store.ListArtifactsAsync(Run, Cancel)).Size);
    }

    [Fact]
    public async Task Removing_a_file_leaves_those_that_begin_like_it()
    {
        await using var lab = new HttpLab();
        lab.Stock.HasBucket = true;
        using var folder = new TempFolder();
        await using var store = lab.OpenStore();
        string[] paths = ["m/model.pt", "m/model.pt.json", "m/weights", "m/plain.txt"];
        await File.WriteAllTextAsync(folder["x"], "x", Cancel);
        var digest = ContentDigest.Of("x"u8);
        foreach (var _ in paths) await store.PutContentAsync(new StagedContent(digest, 1, folder["x"]), Cancel);
        await store.ApplyAsync(Batch([.. paths.Select(path => new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse(path), digest, 1, Start)))]), Cancel);
        var result = await store.ApplyAsync(Batch([new ArtifactDeleted(ArtifactPath.Parse("m/model.pt")), new ArtifactDeleted(ArtifactPath.Parse("m/plain.txt"))], isStart: false), Cancel);
        Assert.Contains("'m/model.pt' is still on the server", Assert.Single(result.Conflicts), StringComparison.Ordinal);
        Assert.Equal(["m/model.pt.json", "m/weights"], (await store.ListArtifactsAsync(Run, Cancel)).Select(artifact => artifact.Path.ToString()));
        Assert.DoesNotContain(lab.Stock.Files.Keys, file => file.EndsWith("plain.txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_another_experiment_has_is_called_taken_whatever_the_server_says()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        var one = await store.CreateExperimentAsync("one", cancellationToken: Cancel);
        await store.CreateExperimentAsync("two", cancellationToken: Cancel);
        await Assert.ThrowsAsync<LifecycleConflictException>(() => store.UpdateExperimentAsync(one.Id, new ExperimentUpdate { Name = "two" }, Cancel).AsTask());
        Assert.Equal("three", (await store.UpdateExperimentAsync(one.Id, new ExperimentUpdate { Name = "three" }, Cancel)).Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_experiment_id_of_another_store_is_one_that_is_not_there(bool isFileStore)
    {
        await using var lab = new HttpLab();
        lab.Stock.IsFileStore = isFileStore;
        await using var store = lab.OpenStore();
        var other = Guid.NewGuid().ToString();
        Assert.Null(await store.GetExperimentAsync(other, Cancel));
        Assert.Empty((await store.SearchRunsAsync(new RunQuery { ExperimentIds = [other] }, Cancel)).Items);
        await store.ApplyAsync(Batch([new RunStarted(other, "e", "r", Start, null, null)], isStart: false), Cancel);
        Assert.Equal(Run, Assert.Single((await store.SearchRunsAsync(new RunQuery { ExperimentIds = [other, "1"] }, Cancel)).Items).Id);
    }

    [Fact]
    public async Task A_run_that_was_resumed_hundreds_of_times_knows_all_of_them()
    {
        await using var lab = new HttpLab();
        await using var store = lab.OpenStore();
        await store.ApplyAsync(Batch(), Cancel);
        for (var i = 1; i <= 200; i++) await store.ApplyAsync(Batch([new RunResumed(long.MaxValue - i)], isStart: false) with { Attempt = 1_700_000_000_000 + i }, Cancel);
        var stored = Assert.Single(lab.Stock.Runs);
        Assert.All(stored.Tags.Values, value => Assert.InRange(value.Length, 0, 4_999));
        var run = (await store.GetRunAsync(Run, Cancel))!;
        Assert.Equal(Enumerable.Range(1, 200).Select(i => new RunAttempt(1_700_000_000_000 + i, long.MaxValue - i)), run.Attempts);
        Assert.Empty(run.Tags);
    }

    [Fact]
    public async Task A_host_name_that_the_server_does_not_accept_is_named_as_the_reason()
    {
        await using var lab = new HttpLab();
        lab.Stock.Before = _ => new RawAnswer { Status = 403, ContentType = "text/plain", Body = "Invalid Host header - possible DNS rebinding attack detected"u8.ToArray() };
        await using var store = lab.OpenStore();
        var error = await Assert.ThrowsAnyAsync<LifecycleException>(() => store.GetExperimentAsync("0", Cancel).AsTask());
        Assert.Contains("--allowed-hosts", error.Message, StringComparison.Ordinal);
    }

    private static RunBatch Batch(params RunFact[] facts) => Batch(facts, isStart: true);

    private static RunBatch Batch(RunFact[] facts, bool isStart) => new()
    {
        Run = Run,
        Writer = Writer,
        Sequence = 1,
        Time = Start,
        Facts = isStart ? [new RunStarted(null, "e", "r", Start, null, null), .. facts] : facts,
    };

    private static SeriesPoints Series(string key, int count, double? value = null) => new(
        key,
        Enumerable.Range(0, count).Select(i => (long)i).ToArray(),
        Enumerable.Range(0, count).Select(i => 1_700_000_000_000L + i).ToArray(),
        Enumerable.Range(0, count).Select(i => value ?? (i * 0.5)).ToArray());

    private static SeriesPoints Twice(string key, double value) => new(key, (long[])[1, 1], (long[])[2, 2], (double[])[value, value]);

    private static async Task<List<MetricPoint>> ReadAsync(HttpStore store, string key)
    {
        var points = new List<MetricPoint>();
        await foreach (var block in store.ReadPointsAsync(Run, key, new PointRange(), Cancel))
        {
            for (var i = 0; i < block.Steps.Length; i++) points.Add(new MetricPoint(block.Steps.Span[i], block.Timestamps.Span[i], block.Values.Span[i]));
        }

        return points;
    }
}
