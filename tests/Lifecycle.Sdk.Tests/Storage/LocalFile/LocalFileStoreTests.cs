using System.Text;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

public sealed class LocalFileStoreTests
{
    private readonly RunId _run = RunId.New();
    private readonly WriterId _writer = WriterId.New();

    [Fact]
    public async Task What_is_applied_is_seen_by_another_store_on_the_same_folder()
    {
        await using var temp = new TempStore();
        var (a, b) = (temp.Open(), temp.Open());
        await a.ApplyAsync(TempStore.Begin(_run, _writer, "exp", new ParamLogged("lr", 0.1), new TagSet("k", "v")));
        await a.ApplyAsync(TempStore.Points(_run, _writer, 2, 0, 3, 2, 1));
        var info = (await b.GetRunAsync(_run))!;
        Assert.Equal(ParamValue.Of(0.1), info.Params["lr"]);
        Assert.Equal("v", info.Tags["k"]);
        Assert.Equal(3, info.Metrics["loss"].Count);
        Assert.Equal(6, info.Metrics["loss"].Sum);
        await a.ApplyAsync(TempStore.Points(_run, _writer, 3, 3, double.NaN));
        Assert.Equal(4, (await b.GetRunAsync(_run))!.Metrics["loss"].Count);
        Assert.Equal([3, 2, 1, double.NaN], (await TempStore.ReadAsync(b, _run)).Select(p => p.Value));
        Assert.Equal(3, (await b.GetMarkAsync(_run, _writer))!.Sequence);
    }

    [Fact]
    public async Task A_batch_delivered_twice_is_applied_once_also_by_a_store_opened_later()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(_run, _writer));
        Assert.True((await store.ApplyAsync(TempStore.Points(_run, _writer, 2, 0, 1))).Applied);
        Assert.False((await store.ApplyAsync(TempStore.Points(_run, _writer, 2, 0, 1))).Applied);
        Assert.False((await temp.Open().ApplyAsync(TempStore.Points(_run, _writer, 1, 0, 1))).Applied);
        Assert.Single(await TempStore.ReadAsync(store, _run));
    }

    [Fact]
    public async Task Many_small_batches_are_merged_into_large_blocks_and_nothing_changes_for_readers()
    {
        await using var temp = new TempStore();
        var (store, reader) = (temp.Open(), temp.Open());
        await store.ApplyAsync(TempStore.Begin(_run, _writer, "exp", new ParamLogged("p", 1)));
        for (var i = 0; i < 600; i++)
        {
            await store.ApplyAsync(TempStore.Points(_run, _writer, i + 2, i * 3, i, i + 0.5, -i));
            if (i % 97 == 0) Assert.Equal((i + 1) * 3, (await reader.GetRunAsync(_run))!.Metrics["loss"].Count);
        }

        await store.ApplyAsync(TempStore.End(_run, _writer, 602));
        var points = await TempStore.ReadAsync(reader, _run);
        Assert.Equal(Enumerable.Range(0, 1800).Select(i => (long)i), points.Select(p => p.Step));
        Assert.Equal(1800, (await reader.GetRunAsync(_run))!.Metrics["loss"].Count);
        Assert.Equal(602, (await reader.GetMarkAsync(_run, _writer))!.Sequence);
        Assert.False((await temp.Open().ApplyAsync(TempStore.Points(_run, _writer, 602, 0, 1))).Applied);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(temp.Root, "runs", _run.ToString(), "points")));
        Assert.EndsWith(".1-602.sealed", file);
        Assert.Empty(await TempStore.VerifyAsync(store));
    }

    [Fact]
    public async Task The_run_is_made_again_from_its_frames_when_run_json_is_gone_or_damaged()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(_run, _writer, "exp", new ParamLogged("p", "x"), new InputLogged(new() { Name = "d", Digest = "1" })));
        await store.ApplyAsync(TempStore.Points(_run, _writer, 2, 0, 1, 2, 3));
        await store.ApplyAsync(new RunBatch { Run = _run, Time = TempStore.Start, Facts = [new TagSet("direct", "yes")] });
        await store.ApplyAsync(TempStore.End(_run, _writer, 3));
        var expected = await temp.Open().GetRunAsync(_run);
        var file = Path.Combine(temp.Root, "runs", _run.ToString(), "run.json");
        await File.WriteAllTextAsync(file, "{}");
        AssertSame(expected!, (await temp.Open().GetRunAsync(_run))!);
        File.Delete(file);
        AssertSame(expected!, (await temp.Open().GetRunAsync(_run))!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_resumed_attempt_supersedes_later_steps_of_earlier_ones_also_when_they_come_late(bool sealBefore)
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        var second = WriterId.New();
        await store.ApplyAsync(TempStore.Begin(_run, _writer));
        for (var i = 0; i < 20; i++) await store.ApplyAsync(TempStore.Points(_run, _writer, i + 2, i * 5, 1, 2, 3, 4, 5));
        if (sealBefore) await store.ApplyAsync(TempStore.End(_run, _writer, 22, RunStatus.Interrupted));
        await store.ApplyAsync(new RunBatch
        {
            Run = _run,
            Writer = second,
            Sequence = 1,
            Attempt = 2,
            Time = TempStore.Start,
            Facts = [new RunResumed(42)],
            Points = [TempStore.Series("loss", 42, 7, 7)],
        });
        await store.ApplyAsync(TempStore.Points(_run, _writer, 30, 40, 9, 9, 9, 9));
        foreach (var reader in new[] { store, temp.Open() })
        {
            var points = await TempStore.ReadAsync(reader, _run);
            var loss = (await reader.GetRunAsync(_run))!.Metrics["loss"];
            Assert.Equal(46, points.Count);
            Assert.Equal(points.Count, loss.Count);
            Assert.Equal(points.Sum(p => p.Value), loss.Sum);
            Assert.Equal(43, loss.Last.Step);
            Assert.Equal(9, loss.Max!.Value.Value);
            Assert.Equal(RunStatus.Running, (await reader.GetRunAsync(_run))!.Status);
            Assert.Equal(106, (await TempStore.ReadAsync(reader, _run, range: new() { IncludeSuperseded = true })).Count);
        }
    }

    [Fact]
    public async Task Points_of_a_step_range_are_read_alone()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(_run, _writer));
        await store.ApplyAsync(TempStore.Points(_run, _writer, 2, -5, [.. Enumerable.Range(0, 20_000).Select(i => (double)i)]));
        Assert.Equal([8190, 8191, 8192], (await TempStore.ReadAsync(store, _run, range: new() { MinStep = 8190, MaxStep = 8192 })).Select(p => p.Step));
        Assert.Empty(await TempStore.ReadAsync(store, _run, range: new() { MinStep = 5, MaxStep = 4 }));
        Assert.Empty(await TempStore.ReadAsync(store, _run, "unknown"));
        await Assert.ThrowsAsync<LifecycleNotFoundException>(() => TempStore.ReadAsync(store, RunId.New()));
    }

    [Fact]
    public async Task Artifacts_are_plain_files_stored_once_and_read_back_checked()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        var bytes = Encoding.UTF8.GetBytes("weights");
        var staged = await temp.StageAsync(bytes);
        await store.PutContentAsync(staged);
        await store.PutContentAsync(await temp.StageAsync(bytes));
        var other = RunId.New();
        foreach (var run in new[] { _run, other })
        {
            await store.ApplyAsync(TempStore.Begin(run, WriterId.New(), "exp",
                new ArtifactLogged(new(ArtifactPath.Parse("model/größe.bin"), staged.Digest, staged.Size, TempStore.Start)),
                new ArtifactLogged(new(ArtifactPath.Parse("copy.bin"), staged.Digest, staged.Size, TempStore.Start))));
        }

        Assert.Equal("weights", await File.ReadAllTextAsync(Path.Combine(temp.Root, "runs", other.ToString(), "artifacts", "model", "größe.bin")));
        Assert.Single(Directory.GetFiles(Path.Combine(temp.Root, "content"), "*", SearchOption.AllDirectories));
        Assert.Equal(["copy.bin", "model/größe.bin"], (await store.ListArtifactsAsync(_run)).Select(a => a.Path.ToString()));
        await using var stream = await store.OpenArtifactAsync(_run, ArtifactPath.Parse("copy.bin"));
        using var text = new StreamReader(stream);
        Assert.Equal("weights", await text.ReadToEndAsync());
        await Assert.ThrowsAsync<LifecycleNotFoundException>(async () => await store.OpenArtifactAsync(_run, ArtifactPath.Parse("none")));
    }

    [Fact]
    public async Task A_content_without_its_digest_is_refused()
    {
        await using var temp = new TempStore();
        var staged = await temp.StageAsync([1, 2, 3]);
        await Assert.ThrowsAsync<LifecycleException>(async () => await temp.Open().PutContentAsync(staged with { Digest = ContentDigest.Of([9]) }));
    }

    [Fact]
    public async Task Runs_that_differ_only_in_case_and_device_names_have_folders_of_their_own()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        string[] ids = ["run-a", "Run-A", "RUN-A", "con", "NUL", new('X', 128), new('x', 128)];
        foreach (var id in ids) await store.ApplyAsync(TempStore.Begin(RunId.Parse(id), WriterId.New(), "exp", new TagSet("id", id)));
        var names = Directory.GetDirectories(Path.Combine(temp.Root, "runs")).Select(p => Path.GetFileName(p)!).ToArray();
        Assert.Equal(ids.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.DoesNotContain(names, n => NameRules.FindArtifactPathFault(n) is not null);
        var fresh = temp.Open();
        foreach (var id in ids) Assert.Equal(id, (await fresh.GetRunAsync(RunId.Parse(id)))!.Tags["id"]);
        var found = await fresh.SearchRunsAsync(new RunQuery());
        Assert.Equal(ids.Order(), found.Items.Select(r => r.Id.ToString()).Order());
    }

    [Fact]
    public async Task A_search_sees_what_other_stores_applied_before_it()
    {
        await using var temp = new TempStore();
        var (a, b) = (temp.Open(), temp.Open());
        var high = new RunQuery { Filter = SearchParser.ParseRunFilter("metrics.loss > 5") };
        await a.ApplyAsync(TempStore.Begin(_run, _writer));
        Assert.Empty((await b.SearchRunsAsync(high)).Items);
        await a.ApplyAsync(TempStore.Points(_run, _writer, 2, 0, 7));
        Assert.Single((await b.SearchRunsAsync(high)).Items);
        await a.ApplyAsync(TempStore.End(_run, _writer, 3));
        Assert.Equal(RunStatus.Finished, (await b.SearchRunsAsync(high)).Items[0].Status);
        await a.ApplyAsync(TempStore.Points(_run, _writer, 4, 1, 1));
        Assert.Empty((await b.SearchRunsAsync(high)).Items);
    }

    [Fact]
    public async Task Deleting_an_experiment_deletes_its_runs_and_restoring_brings_all_of_them_back()
    {
        await using var temp = new TempStore();
        var (a, b) = (temp.Open(), temp.Open());
        var other = RunId.New();
        await a.ApplyAsync(TempStore.Begin(_run, _writer));
        await a.ApplyAsync(TempStore.Begin(other, WriterId.New()));
        await a.ApplyAsync(new RunBatch { Run = other, Time = TempStore.Start, Facts = [new RunStageChanged(LifecycleStage.Deleted)] });
        Assert.Equal([_run], (await b.SearchRunsAsync(new RunQuery())).Items.Select(r => r.Id));
        var id = (await a.GetExperimentByNameAsync("exp"))!.Id;
        await a.UpdateExperimentAsync(id, new ExperimentUpdate { Stage = LifecycleStage.Deleted });
        Assert.Empty((await b.SearchRunsAsync(new RunQuery())).Items);
        Assert.Equal(LifecycleStage.Deleted, (await b.GetRunAsync(_run))!.Stage);
        await a.ApplyAsync(new RunBatch { Run = _run, Time = TempStore.Start, Facts = [new RunStageChanged(LifecycleStage.Active)] });
        Assert.Equal([_run], (await b.SearchRunsAsync(new RunQuery())).Items.Select(r => r.Id));
        await a.UpdateExperimentAsync(id, new ExperimentUpdate { Stage = LifecycleStage.Active });
        Assert.Equal(2, (await b.SearchRunsAsync(new RunQuery())).Items.Count);
    }

    [Fact]
    public async Task A_store_of_a_later_format_is_refused_and_named()
    {
        await using var temp = new TempStore();
        await temp.Open().CreateExperimentAsync("x");
        var later = CheckedJson.Write(new StoreDocument { Format = 2 }, Documents.Json.StoreDocument);
        await File.WriteAllBytesAsync(Path.Combine(temp.Root, "lifecycle.json"), later);
        var error = await Assert.ThrowsAsync<LifecycleException>(async () => await temp.Open().GetExperimentAsync("0"));
        Assert.Contains("format 2", error.Message);
    }

    [Fact]
    public async Task Constructing_a_store_touches_nothing()
    {
        await using var temp = new TempStore();
        temp.Open();
        Assert.False(Directory.Exists(temp.Root));
    }

    private static void AssertSame(RunInfo expected, RunInfo actual)
    {
        Assert.Equal(expected.Params, actual.Params);
        Assert.Equal(expected.Tags, actual.Tags);
        Assert.Equal(expected.Metrics, actual.Metrics);
        Assert.Equal(expected.Inputs, actual.Inputs);
        Assert.Equal((expected.Status, expected.Name, expected.StartTime, expected.EndTime, expected.LastSeen, expected.User, expected.ExperimentId),
            (actual.Status, actual.Name, actual.StartTime, actual.EndTime, actual.LastSeen, actual.User, actual.ExperimentId));
    }

    [Fact]
    public async Task Who_waits_for_a_run_while_the_store_is_closed_is_told_so()
    {
        await using var temp = new TempStore();
        using var reached = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        LocalFileStore? store = null;
        Task? closing = null;
        var hangs = false;
        store = temp.Open(files: new StoreFiles
        {
            BeforeChange = (what, _) =>
            {
                if (hangs && what == "append")
                {
                    reached.Set();
                    release.Wait();
                }
                else if (what == "rmdir")
                {
                    closing ??= store!.DisposeAsync().AsTask();
                }
            },
        });
        await store.ApplyAsync(TempStore.Begin(_run, _writer, "exp", new RunStageChanged(LifecycleStage.Deleted)));
        hangs = true;
        var writing = Task.Run(() => store.ApplyAsync(TempStore.Points(_run, _writer, 2, 0, 1)).AsTask());
        Assert.True(reached.Wait(TimeSpan.FromSeconds(60)));

        // Collecting began before the closing, and comes to the run that is being written after it: most likely one of so many folders is listed before the run.
        for (var i = 0; i < 100; i++) Directory.CreateDirectory(Path.Combine(temp.Root, "runs", $".removed-{i}"));
        var collecting = store.CollectGarbageAsync(new GarbageOptions { DryRun = false, MinimumAge = TimeSpan.Zero }).AsTask();
        release.Set();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => collecting.WaitAsync(TimeSpan.FromSeconds(60)));
        await writing;
        await closing!;
    }

    [Fact]
    public async Task A_lock_that_can_not_be_opened_is_not_waited_for_and_not_called_held()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A symbolic link takes a privilege on Windows.");
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(_run, _writer));
        var file = Path.Combine(temp.Root, "runs", _run.ToString(), ".lock");
        File.Delete(file);
        File.CreateSymbolicLink(file, ".lock");
        var error = await Assert.ThrowsAsync<LifecycleException>(() => temp.Open().ApplyAsync(TempStore.Points(_run, _writer, 2, 0, 1)).AsTask());
        Assert.DoesNotContain("held", error.Message, StringComparison.Ordinal);
        Assert.Contains("could not be read or written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Points_that_come_after_another_process_has_ended_the_run_are_found_by_a_search()
    {
        await using var temp = new TempStore();
        var time = new FakeTimeProvider(TempStore.Start);
        var (writer, ender, searcher) = (temp.Open(time), temp.Open(time), temp.Open(time));
        await writer.ApplyAsync(TempStore.Begin(_run, _writer));
        await writer.ApplyAsync(TempStore.Points(_run, _writer, 2, 0, 1));
        await ender.ApplyAsync(new RunBatch { Run = _run, Time = TempStore.Start, End = new RunStatusChanged(RunStatus.Finished, TempStore.Start, null) });
        Assert.Equal(1, await CountAsync());
        await writer.ApplyAsync(TempStore.Points(_run, _writer, 3, 1, 2));
        Assert.Equal(2, await CountAsync());
        await writer.ApplyAsync(TempStore.Points(_run, _writer, 4, 2, 3));
        Assert.Equal(3, await CountAsync());

        async Task<long> CountAsync() => Assert.Single((await searcher.SearchRunsAsync(new RunQuery())).Items).Metrics["loss"].Count;
    }

    [Fact]
    public async Task Two_processes_that_log_to_one_run_write_run_json_once_a_second()
    {
        await using var temp = new TempStore();
        var projections = 0;
        var files = new StoreFiles
        {
            BeforeChange = (what, path) =>
            {
                if (what == "rename" && path.EndsWith("run.json", StringComparison.Ordinal)) projections++;
            },
        };
        var time = new FakeTimeProvider(TempStore.Start);
        var (a, b, other) = (temp.Open(time, files), temp.Open(time, files), WriterId.New());
        await a.ApplyAsync(TempStore.Begin(_run, _writer));
        for (var i = 2; i < 52; i++)
        {
            await a.ApplyAsync(TempStore.Points(_run, _writer, i, i, i));
            await b.ApplyAsync(TempStore.Points(_run, other, i - 1, i, i));
        }

        Assert.InRange(projections, 2, 4);
        Assert.Equal(100, (await temp.Open().GetRunAsync(_run))!.Metrics["loss"].Count);
    }

    [Fact]
    public async Task A_change_that_was_written_behind_a_torn_line_is_found_by_a_search()
    {
        await using var temp = new TempStore();
        var (store, searcher) = (temp.Open(), temp.Open());
        await store.ApplyAsync(TempStore.Begin(_run, _writer));
        Assert.Single((await searcher.SearchRunsAsync(new RunQuery())).Items);
        await File.AppendAllTextAsync(Path.Combine(temp.Root, ".changes"), "run 01a2");
        await store.ApplyAsync(TempStore.Begin(RunId.New(), WriterId.New()));
        Assert.Equal(2, (await searcher.SearchRunsAsync(new RunQuery())).Items.Count);
    }

    [Fact]
    public async Task A_failed_write_leaves_no_temporary_file()
    {
        await using var temp = new TempStore();
        var fails = false;
        var store = temp.Open(files: new StoreFiles
        {
            BeforeChange = (what, path) =>
            {
                if (fails && what == "sync" && path.EndsWith(".tmp", StringComparison.Ordinal)) throw new IOException("No space left on device");
            },
        });
        await store.ApplyAsync(TempStore.Begin(_run, _writer));
        fails = true;
        for (var i = 2; i < 5; i++)
            await Assert.ThrowsAsync<LifecycleException>(() => store.ApplyAsync(TempStore.Points(_run, _writer, i, i, 1) with { Facts = [new TagSet("t", "v")] }).AsTask());
        Assert.Empty(Directory.GetFiles(temp.Root, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_damaged_log_is_not_read_again_for_each_batch()
    {
        await using var temp = new TempStore();
        var projections = 0;
        var store = temp.Open(new FakeTimeProvider(TempStore.Start), new StoreFiles
        {
            BeforeChange = (what, path) =>
            {
                if (what == "rename" && path.EndsWith("run.json", StringComparison.Ordinal)) projections++;
            },
        });
        await store.ApplyAsync(TempStore.Begin(_run, _writer));
        for (var i = 2; i < 100; i++) await store.ApplyAsync(TempStore.Points(_run, _writer, i, i, i));
        var file = Directory.GetFiles(Path.Combine(temp.Root, "runs", _run.ToString(), "points")).Single();
        using (var log = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            log.Position = log.Length - 5;
            log.WriteByte(0xAB);
        }

        for (var i = 100; i < 400; i++) await store.ApplyAsync(TempStore.Points(_run, _writer, i, i, i));
        Assert.InRange(projections, 1, 5);
        Assert.Equal(397, (await TempStore.ReadAsync(store, _run)).Count);
    }

    [Fact]
    public async Task The_greatest_id_of_an_experiment_does_not_end_the_giving_of_ids()
    {
        await using var temp = new TempStore();
        var store = temp.Open();
        await store.ApplyAsync(TempStore.Begin(_run, _writer) with { Facts = [new RunStarted(new string('9', 18), "far", "run", TempStore.Start, null, null)] });
        var next = await store.CreateExperimentAsync("next");
        Assert.Equal(next.Id, (await store.GetExperimentByNameAsync("next"))?.Id);
        Assert.NotEqual(next.Id, (await store.CreateExperimentAsync("one more")).Id);
    }
}
