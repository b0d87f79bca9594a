using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Sqlite;
using Xunit;
using static Lifecycle.Sdk.Tests.Storage.Sqlite.Batches;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly RunId _run = RunId.New();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_comes_back_as_it_was_logged()
    {
        var input = new DatasetInput
        {
            Name = "digits",
            Digest = "abc",
            RowCount = 1797,
            Context = "training",
            Source = "digits.csv",
            SourceType = "file",
            Schema = "64 x int"
        };
        var nan = ParamValue.Of(BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_1234));
        await using (var store = _folder.Open())
        {
            await store.ApplyAsync(Start(
                _run, new ParamLogged("lr", 0.1), new ParamLogged("zero", -0.0), new ParamLogged("nan", nan),
                    new ParamLogged("n", long.MinValue),
                new ParamLogged("yes", true), new ParamLogged("text", "a\0b"), new TagSet("note", "Ünïcödé \U0001F600"),
                    new InputLogged(input)));
            await store.ApplyAsync(Points(_run, Series("loss", 0, 3, i => i == 1 ? double.NaN : -0.0)));
            await store.ApplyAsync(Facts(_run) with { End = new RunStatusChanged(RunStatus.Failed, Epoch.AddSeconds(5), "boom") });
        }

        await using var reopened = _folder.Open();
        var run = await reopened.GetRunAsync(_run);
        Assert.NotNull(run);
        Assert.Equal((RunStatus.Failed, Epoch, Epoch.AddSeconds(5), "boom", "a run", "somebody"),
            (run.Status, run.StartTime, run.EndTime!.Value, run.Error, run.Name, run.User));
        Assert.Equal(new ParamValue[] { 0.1, -0.0, nan, long.MinValue, true, "a\0b" },
            ((string[])["lr", "zero", "nan", "n", "yes", "text"]).Select(name => run.Params[name]));
        Assert.Equal("Ünïcödé \U0001F600", run.Tags["note"]);
        Assert.Equal([input], run.Inputs);
        var loss = run.Metrics["loss"];
        Assert.Equal((3, 1, 0, 2), (loss.Count, loss.NaNCount, loss.First.Step, loss.Last.Step));
        Assert.True(double.IsNegative(loss.Last.Value));
        Assert.Empty(await reopened.Verify());
    }

    [Fact]
    public async Task Small_batches_are_merged_into_few_blocks_and_every_bit_is_kept()
    {
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(_run));
        var random = new Random(7);
        var expected = new List<MetricPoint>();
        for (var i = 0; i < 300; i++)
        {
            var series = Series("loss", i * 40, random.Next(1, 40), _ =>
                BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)));
            expected.AddRange(PointsOf(series));
            await store.ApplyAsync(Points(_run, series));
        }

        Assert.Equal(expected.Bits(), (await store.ReadAll(_run, "loss")).Bits());
        Assert.Empty(await store.Verify());
        using var database = SqliteDatabase.Open(_folder.File);
        Assert.InRange(database.Scalar("SELECT count(*) FROM blocks"), 1, 20);
    }

    [Fact]
    public async Task A_million_points_in_large_batches_come_back()
    {
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(_run));
        var random = new Random(1);
        for (var i = 0; i < 1_000_000; i += 50_000) await store.ApplyAsync(
            Points(_run, Series("loss", i, 50_000, _ => (float)random.NextDouble())));
        random = new Random(1);
        var points = await store.ReadAll(_run, "loss");
        Assert.Equal(1_000_000, points.Count);
        for (var i = 0; i < points.Count; i++)
        {
            if (points[i].Step != i || points[i].Value != (float)random.NextDouble()) Assert.Fail($"Point {i} is {points[i]}.");
        }
    }

    [Fact]
    public async Task Ten_thousand_series_are_kept_apart()
    {
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(_run));
        for (var round = 0; round < 2; round++)
        {
            var at = round;
            await store.ApplyAsync(Points(_run, [.. Enumerable.Range(0, 10_000)
                .Select(i => Series($"metric/{i}", at, 1, _ => i + (at * 0.5)))]));
        }

        var run = await store.GetRunAsync(_run);
        Assert.Equal(10_000, run!.Metrics.Count);
        Assert.All(run.Metrics.Values, summary => Assert.Equal(2, summary.Count));
        Assert.Equal(1234.5, run.Metrics["metric/1234"].Last.Value);
    }

    [Fact]
    public async Task Points_that_a_resume_supersedes_are_hidden_and_the_summary_forgets_them()
    {
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(_run) with { Attempt = 1 });
        await store.ApplyAsync(Points(_run, Series("loss", 0, 100, i => -i)) with { Attempt = 1 });
        await store.ApplyAsync(Facts(_run, new RunResumed(50)) with { Attempt = 2 });
        await store.ApplyAsync(Points(_run, Series("loss", 50, 10, i => i)) with { Attempt = 2 });
        await store.ApplyAsync(Points(_run, Series("loss", 100, 10, i => -i)) with { Attempt = 1 });
        var points = await store.ReadAll(_run, "loss");
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)i), points.Select(p => p.Step));
        var summary = (await store.GetRunAsync(_run))!.Metrics["loss"];
        Assert.Equal((60, 59, -49.0), (summary.Count, summary.Last.Step, summary.Min!.Value.Value));
        Assert.Equal(120, (await store.ReadAll(_run, "loss", new PointRange { IncludeSuperseded = true })).Count);
        Assert.Equal([55, 56], (await store.ReadAll(_run, "loss", new PointRange { MinStep = 55, MaxStep = 56 })).Select(p => p.Step));
    }

    [Fact]
    public async Task A_late_end_of_an_earlier_attempt_does_not_stop_the_present_one()
    {
        await using var store = _folder.Open();
        var (first, second) = (WriterId.New(), WriterId.New());
        await store.ApplyAsync(Start(_run) with { Attempt = 1, Writer = first, Sequence = 1 });
        await store.ApplyAsync(Facts(_run, new RunResumed(null)) with { Attempt = 2, Writer = second, Sequence = 1 });
        await store.ApplyAsync(Facts(_run) with
        {
            Attempt = 1,
            Writer = first,
            Sequence = 2,
            End = new RunStatusChanged(RunStatus.Interrupted, Epoch, null)
        });
        Assert.Equal(RunStatus.Running, (await store.GetRunAsync(_run))!.Status);
    }

    [Fact]
    public async Task A_reading_that_began_before_blocks_were_merged_goes_on_correctly()
    {
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(_run));
        // 20 blocks that can't be merged: each is larger than the next.
        for (var i = 0; i < 20; i++) await store.ApplyAsync(Points(_run, Series("loss", i * 8192, 8192 - i)));
        var read = 0;
        await foreach (var block in store.ReadPointsAsync(_run, "loss", PointRange.All))
        {
            if (read == 0) await store.ApplyAsync(Points(_run, Series("loss", 20 * 8192, 8192)));
            read += block.Count;
        }

        Assert.Equal((20 * 8192) - 190, read);
    }

    [Fact]
    public async Task A_batch_is_applied_once()
    {
        await using var store = _folder.Open();
        var batch = Start(_run) with { Writer = WriterId.New(), Sequence = 3, Mark = "mark"u8.ToArray(), Points = [Series("loss", 0, 5)] };
        Assert.True((await store.ApplyAsync(batch)).Applied);
        Assert.False((await store.ApplyAsync(batch)).Applied);
        Assert.False((await store.ApplyAsync(batch with { Sequence = 2 })).Applied);
        Assert.Equal(5, (await store.ReadAll(_run, "loss")).Count);
        var mark = await store.GetMarkAsync(_run, batch.Writer);
        Assert.Equal((3, "mark"), (mark!.Sequence, System.Text.Encoding.UTF8.GetString(mark.Mark.Span)));
        Assert.Null(await store.GetMarkAsync(_run, WriterId.New()));
    }

    [Fact]
    public async Task A_batch_that_fails_leaves_nothing_behind()
    {
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(_run));
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await store.ApplyAsync(Facts(_run, new TagSet("t", "v")) with { Points = [Series("good", 0, 1), Series("bad{", 0, 1)] }));
        var run = await store.GetRunAsync(_run);
        Assert.Empty(run!.Tags);
        Assert.Empty(run.Metrics);
    }

    [Fact]
    public async Task A_batch_of_an_unknown_run_is_refused()
    {
        await using var store = _folder.Open();
        await Assert.ThrowsAsync<LifecycleNotFoundException>(async () => await store.ApplyAsync(Points(_run, Series("loss", 0, 1))));
    }

    [Fact]
    public async Task Artifacts_of_several_chunks_come_back_and_equal_content_is_stored_once()
    {
        await using var store = _folder.Open();
        var bytes = new byte[(2 * SqliteStore.ChunkLength) + 17];
        new Random(3).NextBytes(bytes);
        var staged = await _folder.Stage(bytes);
        await store.PutContentAsync(staged);
        await store.PutContentAsync(staged);
        var entry = new ArtifactInfo(ArtifactPath.Parse("model/weights.bin"), staged.Digest, staged.Size, Epoch);
        var result = await store.ApplyAsync(Start(
            _run, new ArtifactLogged(entry), new ArtifactLogged(entry with { Path = ArtifactPath.Parse("copy.bin") }),
            new ArtifactLogged(entry with { Path = ArtifactPath.Parse("MODEL/weights.bin") }),
                new ArtifactLogged(entry with { Path = ArtifactPath.Parse("Model") })));
        Assert.Equal(2, result.Conflicts.Count);
        Assert.Equal(["copy.bin", "model/weights.bin"], (await store.ListArtifactsAsync(_run)).Select(a => a.Path.ToString()));
        await using var stream = await store.OpenArtifactAsync(_run, entry.Path);
        var read = new MemoryStream();
        await stream.CopyToAsync(read);
        Assert.True(bytes.AsSpan().SequenceEqual(read.ToArray()));
        using var database = SqliteDatabase.Open(_folder.File);
        Assert.Equal(3, database.Scalar("SELECT count(*) FROM content_chunks"));
        Assert.Empty(await store.Verify());
    }

    [Fact]
    public async Task A_staged_file_that_changed_is_refused_and_leaves_nothing()
    {
        await using var store = _folder.Open();
        var staged = await _folder.Stage(new byte[100]);
        var altered = staged with { Digest = ContentDigest.Of("other"u8) };
        await Assert.ThrowsAsync<LifecycleException>(async () => await store.PutContentAsync(altered));
        using var database = SqliteDatabase.Open(_folder.File);
        Assert.Equal(0, database.Scalar("SELECT (SELECT count(*) FROM content_chunks) + (SELECT count(*) FROM uploads) + (SELECT "
            + "count(*) FROM contents)"));
    }

    [Fact]
    public async Task Altered_content_is_noticed_at_its_end_and_by_the_verification()
    {
        await using var store = _folder.Open();
        var staged = await _folder.Stage(new byte[100]);
        await store.PutContentAsync(staged);
        await store.ApplyAsync(Start(_run, new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse("a"), staged.Digest, 100, Epoch))));
        using (var database = SqliteDatabase.Open(_folder.File))
            database.Execute("UPDATE content_chunks SET data = CAST(zeroblob(99) || x'01' AS BLOB)");
        await using var stream = await store.OpenArtifactAsync(_run, ArtifactPath.Parse("a"));
        await Assert.ThrowsAsync<LifecycleException>(async () => await stream.CopyToAsync(Stream.Null));
        Assert.Contains(await store.Verify(), finding => finding.Location.StartsWith("contents", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_by_another_tool_is_reported_and_stays_reported_when_the_run_goes_on()
    {
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(_run, new TagSet("a", "b")));
        using (var database = SqliteDatabase.Open(_folder.File))
            database.Execute("UPDATE tags SET value = 'c'; UPDATE runs SET name = 'another'");
        await store.ApplyAsync(Points(_run, Series("loss", 0, 1)));
        var findings = await store.Verify();
        Assert.Equal(["runs, run_key 1", "tags, run_key 1, name a"], findings.Select(f => f.Location).Order());
        Assert.All(findings, finding => Assert.Equal(_run, finding.Run));
    }

    [Fact]
    public async Task A_damaged_block_hides_no_other()
    {
        await using var store = _folder.Open();
        await store.ApplyAsync(Start(_run));
        for (var i = 0; i < 3; i++) await store.ApplyAsync(Points(_run, Series("loss", i * 8192, 8192)));
        using (var database = SqliteDatabase.Open(_folder.File))
            database.Execute("UPDATE blocks SET data = CAST(substr(data, 1, 200) || x'FF00FF' || substr(data, 204) AS BLOB) WHERE "
                + "first_index = 8192");
        Assert.Equal(2 * 8192, (await store.ReadAll(_run, "loss")).Count);
        var finding = Assert.Single(await store.Verify());
        Assert.Equal((FindingSeverity.Damage, _run), (finding.Severity, finding.Run!.Value));
        Assert.StartsWith("blocks, block 2", finding.Location, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructing_a_store_touches_nothing()
    {
        var path = Path.Combine(_folder.Root, "deep", "lifecycle.db");
        var store = new SqliteStore(path);
        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
        Assert.Equal((path, path + ".journal"), (store.Address, store.JournalDirectory));
    }

    [Fact]
    public async Task Cancellation_is_obeyed()
    {
        await using var store = _folder.Open();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.ApplyAsync(Start(_run), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.GetRunAsync(_run, cancelled));
    }

    [Fact]
    public async Task A_disposed_store_says_so()
    {
        var store = _folder.Open();
        await store.ApplyAsync(Start(_run));
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ApplyAsync(Start(_run)));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.GetRunAsync(_run));
    }
}
