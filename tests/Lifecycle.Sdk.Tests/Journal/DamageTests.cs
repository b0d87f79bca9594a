using CsCheck;
using Lifecycle.Sdk.Journal;
using Xunit;

namespace Lifecycle.Sdk.Tests.Journal;

public sealed class DamageTests
{
    [Theory]
    [InlineData("facts.log")]
    [InlineData("points-000000.seg")]
    public async Task No_damaged_byte_invents_or_changes_anything(string name)
    {
        await using var batch = await DamagedCopies.MakeAsync();
        var length = name == "facts.log" ? batch.FactsLength : 6 * PointCell.Bytes;
        for (var position = 0; position < length; position++) batch.Add(name, position, file => Flip(file, position));
        await batch.RecoverAsync();
        for (var position = 0; position < length; position++)
        {
            var run = DamagedCopies.RunOf(position);
            var found = batch.Store.SeriesOf(run).SelectMany(key => batch.Store.PointsOf(run, key)).ToList();
            Assert.Subset(batch.Points, found.ToHashSet());
            Assert.True(found.Count >= (name == "facts.log" ? 5 : 4), $"{name}@{position}: {found.Count} points");
            Assert.Equal(found.Count, found.Distinct().Count());
            Assert.Subset(batch.Facts, batch.Store.FactsOf(run).ToHashSet());
            Assert.True(batch.Store.FactsOf(run).Count >= batch.Facts.Count - 1);
        }
    }

    [Fact]
    public async Task A_fact_log_cut_off_anywhere_gives_the_whole_records_and_all_points()
    {
        await using var batch = await DamagedCopies.MakeAsync();
        for (var cut = 0; cut <= batch.FactsLength; cut++) batch.Add("facts.log", cut, file => file.SetLength(cut));
        await batch.RecoverAsync();
        var last = 0;
        for (var cut = 0; cut <= batch.FactsLength; cut++)
        {
            var run = DamagedCopies.RunOf(cut);
            Assert.Equal(5, batch.Store.SeriesOf(run).Sum(key => batch.Store.PointsOf(run, key).Count));
            Assert.True(batch.Store.FactsOf(run).Count >= last);
            last = batch.Store.FactsOf(run).Count;
        }

        Assert.Equal(batch.Facts.Count, last);
    }

    [Fact]
    public async Task A_segment_cut_off_anywhere_gives_the_whole_points()
    {
        await using var batch = await DamagedCopies.MakeAsync();
        for (var cut = 0; cut < 6 * PointCell.Bytes; cut++) batch.Add("points-000000.seg", cut, file => file.SetLength(cut));
        await batch.RecoverAsync();
        for (var cut = 0; cut < 6 * PointCell.Bytes; cut++)
            Assert.Equal(Math.Min(5, cut / PointCell.Bytes), batch.Store.PointsOf(DamagedCopies.RunOf(cut), "loss").Count);
    }

    [Fact]
    public async Task Cells_of_another_journal_or_place_are_not_taken_for_points()
    {
        var (lab, journal, crashed) = DamagedCopies.MakeSmallJournal();
        await using var _ = lab;
        var (otherLab, _, otherCrashed) = DamagedCopies.MakeSmallJournal();
        await using var __ = otherLab;
        var segment = Directory.EnumerateFiles(crashed, "points-000000.seg", SearchOption.AllDirectories).Single();
        var foreign = await File.ReadAllBytesAsync(Directory.EnumerateFiles(otherCrashed, "points-000000.seg", SearchOption.AllDirectories).Single());
        var bytes = await File.ReadAllBytesAsync(segment);
        foreign.AsSpan(0, ChunkId.Bytes).CopyTo(bytes.AsSpan(ChunkId.Bytes));
        bytes.AsSpan(0, ChunkId.Bytes).CopyTo(bytes.AsSpan(3 * ChunkId.Bytes));
        await File.WriteAllBytesAsync(segment, bytes);
        var store = new RecordingStore();
        await lab.RecoverAsync(crashed, store);
        Assert.Equal(5, store.PointsOf(journal.Run, "loss").Count);
        Assert.Contains(lab.Lines.All, line => line.Id == 1006);
    }

    [Fact]
    public void Garbage_is_never_a_position_or_a_fact()
    {
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            DrainPosition.TryDecode(bytes, out _);
            FactFrame.TryParse(1, bytes, out _);
            foreach (var kind in Enum.GetValues<FactKind>())
            {
                try
                {
                    new FactDecoder(bytes).Fact(kind, out _);
                }
                catch (FormatException)
                {
                    // The one way to say that it is none.
                }
            }
        });
    }

    [Fact]
    public void Positions_survive_their_encoding()
    {
        var chunk = Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 16_383], Gen.Int[0, 127]);
        Gen.Select(Gen.Long[0, long.MaxValue], chunk.List[0, 50], Gen.Bool).Sample((facts, chunks, ended) =>
        {
            var open = chunks.Select(c => new OpenChunk(new ChunkId(c.Item1, c.Item2), c.Item3)).DistinctBy(c => c.Id).OrderBy(c => c.Id).ToList();
            var position = new DrainPosition(facts, new ChunkId(1001, 5), open, ended);
            Assert.True(DrainPosition.TryDecode(position.Encode(), out var read));
            Assert.Equal(position with { Open = [] }, read with { Open = [] });
            Assert.Equal(position.Open, read.Open);
        });
        var most = Enumerable.Range(0, DrainPosition.MaxOpen).Select(i => new OpenChunk(new ChunkId(i * 500_000, 16_383), 127)).ToList();
        Assert.True(new DrainPosition(long.MaxValue, new ChunkId(int.MaxValue, 1), most, true).Encode().Length <= 64 << 10);
    }

    private static void Flip(FileStream file, int position)
    {
        file.Position = position;
        var value = file.ReadByte();
        file.Position = position;
        file.WriteByte((byte)(value ^ 0x41));
    }
}
