using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Batches are applied whole and once.</summary>
public abstract class MarksContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    [Fact]
    public async Task A_batch_that_was_applied_is_ignored()
    {
        Assert.SkipUnless(Fixture.Capabilities.RecordsMarks, "The store records no marks.");
        var run = await StartAsync();
        await run.LogAsync("loss", 1, 2);
        await ReopenAsync();
        foreach (var sequence in (long[])[2, 1])
        {
            var again = run.Batch() with
            {
                Sequence = sequence,
                Facts = [new TagSet("a", "b"), new RunRenamed("no")],
                Points = [RunScript.Series("loss", new MetricPoint(7, 7, 7))],
                End = new RunStatusChanged(RunStatus.Failed, null, null),
                Time = T0.AddDays(1),
                Mark = new byte[] { 9 },
            };
            var result = await Store.ApplyAsync(again);
            Assert.False(result.Applied);
            Assert.Empty(result.Conflicts);
        }

        var info = (await Store.GetRunAsync(run.Id))!;
        Assert.Equal((2L, "run", RunStatus.Running, T0), (info.Metrics["loss"].Count, info.Name, info.Status, info.LastSeen));
        Assert.Empty(info.Tags);
        Assert.Equal(BitConverter.GetBytes(2L), (await Store.GetMarkAsync(run.Id, run.Writer))!.Mark.ToArray());
    }

    [Fact]
    public async Task Numbers_may_be_left_out()
    {
        Assert.SkipUnless(Fixture.Capabilities.RecordsMarks, "The store records no marks.");
        var run = await StartAsync();
        run.Sequence = 100;
        Assert.True((await run.LogAsync("loss", 1)).Applied);
        await ReopenAsync();
        Assert.Equal(101, (await Store.GetMarkAsync(run.Id, run.Writer))!.Sequence);
        Assert.False((await Store.ApplyAsync(run.Batch() with { Sequence = 50, Facts = [new TagSet("a", "b")] })).Applied);
    }

    [Fact]
    public async Task The_mark_is_kept_byte_for_byte()
    {
        Assert.SkipUnless(Fixture.Capabilities.RecordsMarks, "The store records no marks.");
        var run = await StartAsync();
        var mark = Enumerable.Range(0, 65_536).Select(i => (byte)(i * 31)).ToArray();
        await run.SendAsync(run.Batch() with { Mark = mark });
        await ReopenAsync();
        var read = await Store.GetMarkAsync(run.Id, run.Writer);
        Assert.Equal(2, read!.Sequence);
        Assert.Equal(mark, read.Mark.ToArray());
        await Store.ApplyAsync(run.Batch() with { Mark = default });
        Assert.Equal(0, (await Store.GetMarkAsync(run.Id, run.Writer))!.Mark.Length);
    }

    [Fact]
    public async Task Writers_have_marks_of_their_own()
    {
        Assert.SkipUnless(Fixture.Capabilities.RecordsMarks, "The store records no marks.");
        var first = await StartAsync();
        var second = new RunScript(Store, first.Id);
        Assert.Null(await Store.GetMarkAsync(first.Id, second.Writer));
        Assert.True((await second.LogAsync("loss", 1)).Applied);
        Assert.True((await second.LogAsync("loss", 2)).Applied);
        await ReopenAsync();
        Assert.Equal(1, (await Store.GetMarkAsync(first.Id, first.Writer))!.Sequence);
        Assert.Equal(2, (await Store.GetMarkAsync(first.Id, second.Writer))!.Sequence);
        Assert.Null(await Store.GetMarkAsync(RunId.New(), first.Writer));
    }

    [Fact]
    public async Task Direct_changes_carry_no_mark_and_always_apply()
    {
        var run = await StartAsync();
        var direct = new RunBatch { Run = run.Id, Time = T0, Facts = [new TagSet("by", "hand")] };
        Assert.True((await Store.ApplyAsync(direct)).Applied);
        Assert.True((await Store.ApplyAsync(direct with { Facts = [new TagSet("by", "hand again")] })).Applied);
        await ReopenAsync();
        Assert.Equal("hand again", (await Store.GetRunAsync(run.Id))!.Tags["by"]);
        Assert.Null(await Store.GetMarkAsync(run.Id, default));
    }

    [Fact]
    public async Task Identical_points_in_different_batches_are_both_kept()
    {
        var run = await StartAsync();
        var point = new MetricPoint(3, 5, 0.5);
        await run.LogPointsAsync("loss", point, point);
        await run.LogPointsAsync("loss", point);
        await ReopenAsync();
        Assert.Equal([point, point, point], await ReadAsync(run, "loss"));
    }

    [Fact]
    public async Task A_batch_is_applied_whole_or_not_at_all()
    {
        var run = await StartAsync();
        var bad = run.Batch() with
        {
            Facts = [new TagSet("good", "1"), new RunRenamed("renamed"), new ParamLogged("p", 1), new TagSet("bad\nname", "1")],
            Points = [RunScript.Series("loss", new MetricPoint(0, 0, 1))],
        };
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.ApplyAsync(bad));
        await ReopenAsync();
        var info = (await Store.GetRunAsync(run.Id))!;
        Assert.Equal("run", info.Name);
        Assert.Empty(info.Tags);
        Assert.Empty(info.Params);
        Assert.Empty(info.Metrics);
        if (Fixture.Capabilities.RecordsMarks) Assert.Equal(1, (await Store.GetMarkAsync(run.Id, run.Writer))!.Sequence);
        // The number was not used up.
        Assert.True((await Store.ApplyAsync(bad with { Facts = [new TagSet("good", "1")] })).Applied);
    }

    [Fact]
    public async Task The_memory_of_a_batch_belongs_to_the_caller()
    {
        var run = await StartAsync();
        var (steps, times, values, mark) = (new long[] { 1 }, new long[] { 2 }, new[] { 3.0 }, new byte[] { 4 });
        await run.SendAsync(run.Batch() with { Points = [new SeriesPoints("loss", steps, times, values)], Mark = mark });
        (steps[0], times[0], values[0], mark[0]) = (91, 92, 93, 94);
        Assert.Equal([new MetricPoint(1, 2, 3)], await ReadAsync(run, "loss"));
        if (Fixture.Capabilities.RecordsMarks) Assert.Equal([4], (await Store.GetMarkAsync(run.Id, run.Writer))!.Mark.ToArray());
    }
}
