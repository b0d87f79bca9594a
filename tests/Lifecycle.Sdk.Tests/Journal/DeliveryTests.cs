using System.Text;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

public sealed class DeliveryTests
{
    [Theory]
    [InlineData(JournalWrites.MemoryMapped)]
    [InlineData(JournalWrites.Positioned)]
    public async Task Points_come_out_bit_for_bit_and_in_order(JournalWrites writes)
    {
        double[] odd =
        [
            double.NaN, BitConverter.Int64BitsToDouble(0x7FF8_0000_DEAD_BEEF), double.PositiveInfinity, double.NegativeInfinity, -0.0, 0.0,
            double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, 1.0 / 3,
        ];
        long[] steps = [0, -1, long.MinValue, long.MaxValue, 7, 7, 3, 2, 1, 0, 5];
        await using var lab = new JournalLab(configure: settings => settings with { Writes = writes });
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss{subset=train}");
        for (var i = 0; i < odd.Length; i++) journal.Log(loss, steps[i], odd[i], steps[^(i + 1)]);
        await lab.Pump.FlushAsync(journal, default);

        var points = lab.Store.PointsOf(journal.Run, "loss{subset=train}");
        Assert.Equal(odd.Select(BitConverter.DoubleToInt64Bits), points.Select(point => BitConverter.DoubleToInt64Bits(point.Value)));
        Assert.Equal(steps, points.Select(point => point.Step));
        Assert.Equal(steps.Reverse(), points.Select(point => point.UnixTimeMilliseconds));
        Assert.Equal(odd.Length, journal.Health.Logged);
        Assert.Equal(odd.Length, journal.Health.Delivered);
    }

    [Theory]
    [InlineData(JournalWrites.MemoryMapped)]
    [InlineData(JournalWrites.Positioned)]
    public async Task Many_threads_on_many_runs_lose_and_mix_nothing(JournalWrites writes)
    {
        const int Threads = 8;
        const int Runs = 5;
        var each = writes == JournalWrites.Positioned ? 500 : 20_000;
        await using var lab = new JournalLab(configure: settings => settings with { Writes = writes });
        var journals = Enumerable.Range(0, Runs).Select(_ => lab.Open()).ToArray();
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            var series = journals.Select(journal => journal.DeclareSeries($"thread-{thread}")).ToArray();
            for (var i = 0; i < each; i++)
            {
                var run = (i / 3) % Runs;
                journals[run].Log(series[run], i, thread + (i * 0.5));
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        await lab.Pump.FlushAsync(null, default);

        for (var run = 0; run < Runs; run++)
        {
            for (var thread = 0; thread < Threads; thread++)
            {
                var points = lab.Store.PointsOf(journals[run].Run, $"thread-{thread}");
                var expected = Enumerable.Range(0, each).Where(i => (i / 3) % Runs == run).ToList();
                Assert.Equal(expected.Select(i => (long)i), points.Select(point => point.Step));
                Assert.All(points, point => Assert.Equal(thread + (point.Step * 0.5), point.Value));
            }
        }

        Assert.Equal((long)Threads * each, journals.Sum(journal => journal.Health.Logged));
    }

    [Fact]
    public async Task Facts_arrive_in_order_and_before_the_end()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open(attempt: 42);
        RunFact[] facts =
        [
            new ParamLogged("lr", 0.1), new TagSet("note", "räksmörgås 🦐"), new TagDeleted("note"), new RunRenamed("b"),
            new InputLogged(new DatasetInput { Name = "digits", Digest = "abc", RowCount = 5 }), new RunStageChanged(LifecycleStage.Deleted),
            new RunStatusChanged(RunStatus.Scheduled, null, null), new RunResumed(17), new RunResumed(null),
        ];
        foreach (var fact in facts) Assert.True(journal.Append(fact));
        journal.End(JournalLab.Finished);
        await lab.Pump.CloseAsync(journal, default);

        Assert.Equal([JournalLab.Started(), .. facts], lab.Store.FactsOf(journal.Run));
        Assert.Equal(JournalLab.Finished, lab.Store.EndOf(journal.Run));
        Assert.All(lab.Store.Batches, batch => Assert.Equal(42, batch.Attempt));
        Assert.False(Directory.Exists(journal.Folder));
    }

    [Fact]
    public async Task Artifact_contents_are_in_the_store_before_their_facts_and_leave_the_staging_folder()
    {
        var contentsSeen = -1;
        await using var lab = new JournalLab();
        lab.Store.AfterApply = batch =>
        {
            if (batch.Facts.OfType<ArtifactLogged>().Any()) contentsSeen = lab.Store.Contents.Count;
        };
        var journal = lab.Open();
        var content = Encoding.UTF8.GetBytes("weights");
        var file = Path.Combine(journal.StagingDirectory, "1");
        File.WriteAllBytes(file, content);
        var digest = ContentDigest.Of(content);
        var fact = new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse("model/w.bin"), digest, content.Length, DateTimeOffset.UnixEpoch));
        Assert.True(journal.Append(fact, new StagedContent(digest, content.Length, file)));
        await lab.Pump.FlushAsync(journal, default);

        Assert.Equal(1, contentsSeen);
        Assert.Contains(fact, lab.Store.FactsOf(journal.Run));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Staged_content_from_elsewhere_or_of_another_artifact_is_refused()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var digest = ContentDigest.Of("x"u8);
        var fact = new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse("x"), digest, 1, DateTimeOffset.UnixEpoch));
        Assert.Throws<ArgumentException>(() => journal.Append(fact, new StagedContent(digest, 1, Path.Combine(lab.Directory, "x"))));
        Assert.Throws<ArgumentException>(
            () => journal.Append(fact, new StagedContent(ContentDigest.Of("y"u8), 1, Path.Combine(journal.StagingDirectory, "x"))));
    }

    [Fact]
    public async Task A_million_points_of_ten_thousand_series_arrive()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var series = Enumerable.Range(0, 10_000).Select(i => journal.DeclareSeries($"metric/{i}")).ToArray();
        for (var i = 0; i < 1_000_000; i++) journal.Log(series[i % series.Length], i, i);
        journal.End(null);
        await lab.Pump.CloseAsync(journal, default);

        for (var i = 0; i < series.Length; i += 997)
        {
            var points = lab.Store.PointsOf(journal.Run, $"metric/{i}");
            Assert.Equal(Enumerable.Range(0, 100).Select(k => (long)(i + (k * 10_000))), points.Select(point => point.Step));
        }

        Assert.Equal(10_000, lab.Store.SeriesOf(journal.Run).Count);
    }

    [Fact]
    public async Task The_same_key_is_the_same_series_from_any_thread()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var ids = new int[8];
        Parallel.For(0, ids.Length, i => ids[i] = journal.DeclareSeries("loss"));
        Assert.Single(ids.Distinct());
        Assert.NotEqual(ids[0], journal.DeclareSeries("Loss"));
    }

    [Fact]
    public async Task Points_and_facts_after_the_end_are_refused_counted_and_reported_once()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        journal.Log(loss, 1, 1);
        journal.End(JournalLab.Finished);
        journal.End(null);
        journal.Log(loss, 2, 2);
        journal.Log(loss, 3, 3);
        Assert.False(journal.Append(new TagSet("a", "b")));
        await lab.Pump.CloseAsync(journal, default);
        journal.Log(loss, 4, 4);

        Assert.Equal([1L], lab.Store.PointsOf(journal.Run, "loss").Select(point => point.Step));
        Assert.Equal(4, journal.Health.Refused);
        Assert.Single(lab.Lines.All, line => line.Id == 1001);
        Assert.Equal(JournalLab.Finished, lab.Store.EndOf(journal.Run));
    }

    [Fact]
    public async Task Conflicts_of_the_store_reach_the_log()
    {
        await using var lab = new JournalLab(new RecordingStore { Conflicts = ["param lr was 1"] });
        var journal = lab.Open();
        await lab.Pump.FlushAsync(journal, default);
        Assert.Contains(lab.Lines.All, line => line.Id == 1005 && line.Text.Contains("param lr was 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_journal_that_has_not_ended_cannot_be_closed()
    {
        await using var lab = new JournalLab();
        var journal = lab.Open();
        await Assert.ThrowsAsync<InvalidOperationException>(() => lab.Pump.CloseAsync(journal, default));
    }
}
