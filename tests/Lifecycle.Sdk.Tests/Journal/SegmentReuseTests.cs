using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

/// <summary>Delivered segments are written again while points come fast: nothing of an earlier use may come back.</summary>
public sealed class SegmentReuseTests
{
    private const int SegmentPoints = (int)(SegmentFile.MaxLength / PointCell.Bytes);

    [Fact]
    public async Task What_a_reused_segment_still_holds_is_neither_a_point_nor_damage()
    {
        await using var lab = new JournalLab(configure: Rarely);
        var journal = lab.Open();
        var loss = journal.DeclareSeries("loss");
        var logged = 0;
        for (var round = 0; !StandsInReused(journal); round++)
        {
            Assert.True(round < 50, "No segment is ever written again.");
            // Not a multiple of a chunk: the pump reads one that is begun.
            for (var i = 0; i < SegmentPoints + 77; i++) journal.Log(loss, logged++, 1);
            await lab.Pump.FlushAsync(journal, default);
        }

        lab.Store.BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true };
        for (var i = 0; i < 10_000; i++) journal.Log(loss, logged++, 1);
        var after = new RecordingStore();
        await lab.RecoverAsync(lab.Crash(), after);

        // What lies there of segments that were delivered may come once more, as this store has no mark of them.
        var recovered = after.PointsOf(journal.Run, "loss").Select(point => (int)point.Step).ToList();
        Assert.Equal(recovered.Count, recovered.Distinct().Count());
        var delivered = lab.Store.PointsOf(journal.Run, "loss").Select(point => (int)point.Step);
        Assert.Equal(Enumerable.Range(0, logged), delivered.Union(recovered).Order());
        Assert.DoesNotContain(lab.Lines.All, line => line.Id == 1006);
    }

    [Fact]
    public unsafe void A_reused_chunk_is_empty_before_and_after_its_thread_begins_it()
    {
        var folder = Directory.CreateTempSubdirectory("segment-").FullName;
        var used = (MappedSegment)SegmentFile.Create(Path.Combine(folder, "x.tmp"), SegmentFile.MinLength, FileSystemTrust.Allocates, touch: false);
        while (used.TryTakeChunk() is >= 0 and var chunk) PointCell.Commit(ref used.Begin(chunk)[127], 1, 0, 1, 1, 1);
        var scratch = new PointCell[ChunkId.Cells];
        Assert.NotEqual(0ul, used.Read(3, 0, scratch)[127].Head);

        using var again = used.Reuse();
        Assert.Equal(-1, used.TryTakeChunk());
        Assert.Equal(0, again.TryTakeChunk());
        Assert.True(again.Read(0, 0, scratch).IsEmpty);
        var cells = again.Begin(0);
        Assert.Equal(ChunkId.Cells, again.Read(0, 0, scratch).Length);
        for (var i = 0; i < ChunkId.Cells; i++) Assert.Equal(default, cells[i]);
        Assert.True(again.Read(3, 0, scratch).IsEmpty);
    }

    [Fact]
    public async Task Damage_in_a_reused_segment_is_still_damage()
    {
        var (lab, journal, crashed) = DamagedCopies.MakeSmallJournal();
        await using var _ = lab;
        var first = Directory.EnumerateFiles(crashed, "points-000000.seg", SearchOption.AllDirectories).Single();

        // As after power loss: the file got a new name, its pages are those of before, and one of them is damaged.
        var bytes = await File.ReadAllBytesAsync(first);
        bytes[2 * PointCell.Bytes + 20] ^= 1;
        File.Delete(first);
        await File.WriteAllBytesAsync(first.Replace("000000", "000007", StringComparison.Ordinal), bytes);
        var store = new RecordingStore();
        await lab.RecoverAsync(crashed, store);
        Assert.Empty(store.SeriesOf(journal.Run));
        Assert.Single(lab.Lines.All, line => line.Id == 1006 && line.Text.Contains(" 1 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Threads_that_log_as_fast_as_they_can_lose_nothing_to_reuse()
    {
        await using var lab = new JournalLab(configure: Rarely);
        var journal = lab.Open();
        var threads = Enumerable.Range(0, 2).Select(thread => new Thread(() =>
        {
            var series = journal.DeclareSeries($"t{thread}");
            for (var i = 0; i < 2 * SegmentPoints; i++) journal.Log(series, i, thread);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        while (threads.Any(thread => thread.IsAlive))
        {
            journal.RetireAll();
            await lab.Pump.FlushAsync(journal, default);
        }

        await lab.Pump.FlushAsync(journal, default);
        for (var thread = 0; thread < threads.Length; thread++)
        {
            var steps = lab.Store.PointsOf(journal.Run, $"t{thread}").Select(point => point.Step);
            Assert.Equal(Enumerable.Range(0, 2 * SegmentPoints).Select(i => (long)i), steps);
        }

        Assert.DoesNotContain(lab.Lines.All, line => line.Id == 1006);
    }

    [Fact]
    public async Task Spare_segments_of_one_run_make_room_for_another()
    {
        await using var lab = new JournalLab(configure: settings => Rarely(settings) with
        {
            MaxBytes = 3 * SegmentFile.MaxLength + SegmentFile.MinLength,
            FullPolicy = JournalFullPolicy.Drop,
        });
        var greedy = lab.Open();
        var loss = greedy.DeclareSeries("loss");
        for (var round = 0; greedy.BytesOnDisk < 3 * SegmentFile.MaxLength; round++)
        {
            Assert.True(round < 200, "The run never keeps spare segments.");
            for (var i = 0; i < SegmentPoints / 2; i++) greedy.Log(loss, i, 1);
            await lab.Pump.FlushAsync(greedy, default);
        }

        lab.Store.BeforeApply = _ => throw new LifecycleException("down") { IsTransient = true };
        var modest = lab.Open();
        var other = modest.DeclareSeries("loss");
        for (var i = 0; i < SegmentPoints / 4; i++) modest.Log(other, i, 1);
        Assert.Equal(0, modest.Dropped);
    }

    // A run that rests as long as this keeps no spare segment.
    private static JournalSettings Rarely(JournalSettings settings) => settings with { DrainInterval = TimeSpan.FromMinutes(5) };

    /// <summary>Whether the end of the segment in use, which nobody has got to yet, holds something.</summary>
    private static bool StandsInReused(RunJournal journal)
    {
        if (journal.Segments is not [.., { Length: SegmentFile.MaxLength } segment] || segment.Taken == segment.Chunks) return false;
        using var file = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var cell = new PointCell[1];
        SegmentFile.Fill(file, segment.Length - PointCell.Bytes, cell);
        return cell[0].Head != 0;
    }
}
