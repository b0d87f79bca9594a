using Lifecycle.Sdk.Storage;
using Xunit;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>Names are untrusted: all stores refuse the same, keep the rest as it is, and let none of them near a path.</summary>
public abstract class NamesContract<TFixture>(TFixture fixture) : StoreContract<TFixture>(fixture)
    where TFixture : class, IStoreFixture
{
    private static readonly string[] Odd =
    [
        "..", ".", "/", "../../etc/passwd", "a/b", "a\\b", "C:\\x", "CON", "nul.txt", "a b", " ", "  lead and trail  ", "'", "\"", "`", "''", "--", ";", "%", "_", "*", "?",
        "[x]", "x=y", "a,b", "\u00e9", "e\u0301", "\u6a21\u578b", "\U0001F600", "\u202Eabc", "\uFEFFx", "\u00DF", "SS", "\u0130", "i", "I", "0", "-1", "NULL", "true",
        "metrics.x", "$ref", "__proto__", "<b>", "&amp;", "\\u0041", "\\n", "1e5", new('x', 250),
    ];

    private static readonly string[] Bad = ["", new('x', 10_000), "a\u0000b", "a\nb", "\t", "a\u007Fb", "\u0085", "\uD800", "a\uDC00b", new('x', 501)];

    [Fact]
    public async Task Odd_names_are_kept_as_they_are()
    {
        var run = await StartAsync();
        await run.SendAsync(run.Batch() with
        {
            Facts = [.. Odd.SelectMany(name => (RunFact[])[new ParamLogged(name, name), new TagSet(name, name)])],
            Points = [.. Odd.Select((name, i) => RunScript.Series(name, new MetricPoint(i, i, i)))],
        });
        await ReopenAsync();
        var info = (await Store.GetRunAsync(run.Id))!;
        Assert.Equal(Odd.Order(StringComparer.Ordinal), info.Params.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Odd.Order(StringComparer.Ordinal), info.Tags.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Odd.Order(StringComparer.Ordinal), info.Metrics.Keys.Order(StringComparer.Ordinal));
        for (var i = 0; i < Odd.Length; i++)
        {
            Assert.Equal((Odd[i], Odd[i]), (info.Params[Odd[i]].ToString(), info.Tags[Odd[i]]));
            Assert.Equal([new MetricPoint(i, i, i)], await ReadAsync(run, Odd[i]));
            var field = new SearchField(SearchEntity.Tag, Odd[i]);
            var found = await Store.SearchRunsAsync(new RunQuery { Filter = new ComparisonExpression(field, ComparisonOperator.Equal, Odd[i]) });
            Assert.Single(found.Items);
        }
    }

    [Fact]
    public async Task Odd_run_and_experiment_names_are_kept_as_they_are()
    {
        foreach (var name in Odd) await StartAsync(name, name);
        await ReopenAsync();
        var runs = (await Store.SearchRunsAsync(new RunQuery())).Items;
        Assert.Equal(Odd.Order(StringComparer.Ordinal), runs.Select(run => run.Name).Order(StringComparer.Ordinal));
        foreach (var run in runs) Assert.Equal(run.Name, (await Store.GetExperimentAsync(run.ExperimentId))!.Name);
        if (Place.Directory is not { } directory) return;
        var parent = Path.GetDirectoryName(directory)!;
        Assert.False(File.Exists(Path.Combine(parent, "passwd")) || Directory.Exists(Path.Combine(parent, "etc")), "A name left the store's folder.");
    }

    [Fact]
    public async Task Bad_names_are_refused_and_nothing_is_stored()
    {
        var run = await StartAsync();
        foreach (var bad in Bad)
        {
            await RefusedAsync(new ParamLogged(bad, 1), new TagSet(bad, "x"), new InputLogged(new() { Name = bad, Digest = "d" }));
            await RefusedAsync(new RunRenamed(bad), new RunStarted(null, bad, "run", T0, null, null), new RunStarted(null, "exp", bad, T0, null, null));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.CreateExperimentAsync(bad));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await run.LogAsync(bad, 1));
        }

        foreach (var key in (string[])["loss{", "loss}", "loss{a}", "loss{a=b", "loss{}", "loss{b=1,a=2}", "loss{a=1,a=2}", "{a=b}"])
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await run.LogAsync(key, 1));
        await RefusedAsync(
            new TagSet("long", new string('x', 65_537)), new TagSet("pair", "\uD800"), new ParamLogged("long", new string('x', 65_537)),
            new RunStatusChanged((RunStatus)99, null, null), new RunStageChanged((LifecycleStage)9), new InputLogged(new() { Name = "n", Digest = "d", RowCount = -1 }));
        await ReopenAsync();
        var info = (await Store.GetRunAsync(run.Id))!;
        Assert.Equal((0, 0, 0, 0, "run"), (info.Params.Count, info.Tags.Count, info.Metrics.Count, info.Inputs.Count, info.Name));

        async Task RefusedAsync(params RunFact[] facts)
        {
            foreach (var fact in facts) await Assert.ThrowsAnyAsync<ArgumentException>(async () => await run.ApplyAsync(fact));
        }
    }

    [Fact]
    public async Task A_batch_that_breaks_a_rule_is_refused()
    {
        var run = await StartAsync();
        var good = run.Batch();
        var point = RunScript.Series("loss", new MetricPoint(0, 0, 0));
        RunBatch[] bad =
        [
            good with { Run = default }, good with { Sequence = 0 }, good with { Sequence = -1 }, good with { Mark = new byte[65_537] },
            good with { Points = [point, point] }, good with { Points = [point with { Steps = default }] }, good with { Points = [RunScript.Series("loss")] },
        ];
        foreach (var batch in bad) await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.ApplyAsync(batch));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.ApplyAsync(null!));
        Assert.True((await Store.ApplyAsync(good with { Points = [point] })).Applied);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("CON")]
    [InlineData("a-b_c")]
    [InlineData("ABC")]
    public async Task Ids_that_other_systems_gave_are_kept(string id)
    {
        var run = new RunScript(Store, RunId.Parse(id));
        await run.StartAsync();
        await run.LogAsync("loss", 1);
        await ReopenAsync();
        Assert.Equal("run", (await Store.GetRunAsync(run.Id))!.Name);
        Assert.Single(await ReadAsync(run, "loss"));
    }

    [Fact]
    public async Task Ids_that_differ_only_in_case_are_different_runs()
    {
        foreach (var id in (string[])["abc", "ABC", "Abc"]) await new RunScript(Store, RunId.Parse(id)).StartAsync(id);
        await ReopenAsync();
        foreach (var id in (string[])["abc", "ABC", "Abc"]) Assert.Equal(id, (await Store.GetRunAsync(RunId.Parse(id)))!.Name);
    }
}
