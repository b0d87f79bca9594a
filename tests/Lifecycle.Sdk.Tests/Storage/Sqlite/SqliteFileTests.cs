using System.IO.Compression;
using System.Text;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Sqlite;
using Lifecycle.Sdk.Tests.Support;
using Xunit;
using static Lifecycle.Sdk.Tests.Storage.Sqlite.Batches;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

/// <summary>Files that are not ours, not yet ours, or of another version.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private const string Next = "ALTER TABLE runs ADD COLUMN colour TEXT; CREATE TABLE further (a INTEGER);";
    private static readonly int Current = SqliteSchema.Migrations.Count;
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("This is not a database, but a long enough text to be looked at as one: it goes on for more than a hundred bytes, as "
        + "files do.")]
    [InlineData("short")]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_is(string text)
    {
        await File.WriteAllTextAsync(_folder.File, text);
        await using var store = _folder.Open();
        var e = await Assert.ThrowsAnyAsync<LifecycleException>(async () => await store.ApplyAsync(Start(RunId.New())));
        Assert.Contains("not a SQLite database", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
        Assert.Equal(text, await File.ReadAllTextAsync(_folder.File));
    }

    [Theory]
    [InlineData("CREATE TABLE mine (a)")]
    [InlineData("CREATE TABLE mine (a); PRAGMA application_id = 12345; PRAGMA journal_mode = WAL")]
    [InlineData("PRAGMA user_version = 1")]
    public async Task A_database_of_another_application_is_refused_and_left_as_it_is(string sql)
    {
        using (var other = SqliteDatabase.Open(_folder.File)) other.Execute(sql);
        var before = await File.ReadAllBytesAsync(_folder.File);
        await using (var store = _folder.Open())
        {
            var e = await Assert.ThrowsAnyAsync<LifecycleException>(async () => await store.GetRunAsync(RunId.New()));
            Assert.Contains("another application", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File));
        Assert.Equal([_folder.File], Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public async Task A_newer_version_is_refused_and_left_as_it_is()
    {
        await using (var store = _folder.Open()) await store.ApplyAsync(Start(RunId.New()));
        using (var newer = SqliteDatabase.Open(_folder.File)) newer.Execute($"PRAGMA user_version = {Current + 1}");
        var before = await File.ReadAllBytesAsync(_folder.File);
        await using var again = _folder.Open();
        var e = await Assert.ThrowsAnyAsync<LifecycleException>(async () => await again.ApplyAsync(Start(RunId.New())));
        Assert.Contains($"newer than {Current},", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File));
    }

    [Fact]
    public async Task An_older_version_is_migrated_and_keeps_everything()
    {
        var run = RunId.New();
        await using (var store = _folder.Open()) await store.ApplyAsync(Start(run) with { Points = [Series("loss", 0, 10)] });
        await using (var store = new SqliteStore(_folder.File, connector: path =>
            new SqliteConnector(path, [.. SqliteSchema.Migrations, Next])))
        {
            Assert.Equal(10, (await store.ReadAll(run, "loss")).Count);
            Assert.Empty(await store.Verify());
        }

        using var database = SqliteDatabase.Open(_folder.File);
        Assert.Equal(Current + 1, database.Scalar("PRAGMA user_version"));
        Assert.Equal(0, database.Scalar("SELECT count(*) FROM further"));
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_version_before()
    {
        var run = RunId.New();
        await using (var store = _folder.Open()) await store.ApplyAsync(Start(run));
        var failing = Next + "CREATE TABLE runs (twice INTEGER);";
        await using (var store = new SqliteStore(_folder.File, connector: path =>
            new SqliteConnector(path, [.. SqliteSchema.Migrations, failing])))
            await Assert.ThrowsAnyAsync<LifecycleException>(async () => await store.GetRunAsync(run));
        await using var again = _folder.Open();
        Assert.NotNull(await again.GetRunAsync(run));
        Assert.Empty(await again.Verify());
    }

    [Fact]
    public async Task A_database_of_version_1_is_migrated_and_keeps_everything()
    {
        await using (var packed = new GZipStream(File.OpenRead(Path.Combine(SourceTree.Tests, "Storage", "Sqlite", "golden-v1.db.gz")),
            CompressionMode.Decompress))
        await using (var file = File.Create(_folder.File))
        {
            await packed.CopyToAsync(file);
        }

        await using var store = _folder.Open();
        await using var fresh = new SqliteStore(Path.Combine(_folder.Root, "fresh.db"));
        await FillAsync(fresh, _folder);
        Assert.Equal(await DumpAsync(fresh), await DumpAsync(store));
        Assert.True(await store.AppendLedgerAsync(StoreLedger.Audit, 0, [Encoding.UTF8.GetBytes("""{"user":"ana"}""")]));
        Assert.Empty(await store.Verify());
        using var database = SqliteDatabase.Open(_folder.File);
        Assert.Equal(Current, database.Scalar("PRAGMA user_version"));
        Assert.Equal("ana", database.ScalarText("SELECT user FROM v_audit"));
    }

    /// <summary>Run once per released version: <c>-explicit only -method '*.Write_the_golden_database'</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Write_the_golden_database()
    {
        await using (var store = _folder.Open()) await FillAsync(store, _folder);
        var path = Path.Combine(SourceTree.Tests, "Storage", "Sqlite", $"golden-v{SqliteSchema.Migrations.Count}.db.gz");
        await using var packed = new GZipStream(File.Create(path), CompressionLevel.SmallestSize);
        await using var file = File.OpenRead(_folder.File);
        await file.CopyToAsync(packed);
    }

    /// <summary>A little of everything.</summary>
    internal static async Task FillAsync(TrackingStore store, SqliteFolder folder)
    {
        var (first, second) = (RunId.Parse("first"), RunId.Parse("second"));
        var staged = await folder.Stage(Encoding.UTF8.GetBytes("some weights"));
        await store.PutContentAsync(staged);
        await store.ApplyAsync(Start(
            first, new ParamLogged("lr", 0.1), new ParamLogged("nan", double.NaN), new ParamLogged("n", 7), new ParamLogged("on", true),
                new ParamLogged("s", "ä\0b"),
            new TagSet("note", "\U0001F600"), new InputLogged(
                new DatasetInput { Name = "digits", Digest = "d", Context = "train", RowCount = 3 }),
            new ArtifactLogged(new ArtifactInfo(ArtifactPath.Parse("model/w.bin"), staged.Digest, staged.Size, Epoch)))
            with
        { Writer = WriterId.Parse("0123456789abcdef"), Sequence = 1, Mark = "m"u8.ToArray(), Attempt = 1 });
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, 1.5];
        await store.ApplyAsync(Points(first, Series("loss{subset=train}", 0, 100), Series("odd", 0, 6, i => odd[i])) with { Attempt = 1 });
        await store.ApplyAsync(Facts(first, new RunResumed(50)) with { Attempt = 2, Points = [Series("loss{subset=train}", 50, 20)] });
        await store.ApplyAsync(Start(second) with { End = new RunStatusChanged(RunStatus.Failed, Epoch.AddSeconds(1), "boom") });
    }

    /// <summary>All that can be read, as text.</summary>
    internal static async Task<string> DumpAsync(TrackingStore store)
    {
        var text = new StringBuilder();
        foreach (var experiment in (await store.SearchExperimentsAsync(new ExperimentQuery { View = StageView.All })).Items)
            text.AppendLine($"{experiment.Id} {experiment.Name}");
        foreach (var run in (await store.SearchRunsAsync(new RunQuery { View = StageView.All })).Items)
        {
            text.AppendLine($"{run.Id} {run.ExperimentId} {run.Name} {run.Status} {run.Stage} {run.StartTime:O} {run.EndTime:O} "
                + $"{run.LastSeen:O} {run.ParentId} {run.User} {run.Error}");
            foreach (var (name, value) in run.Params.OrderBy(p => p.Key, StringComparer.Ordinal))
                text.AppendLine($"  param {name} {value.Kind} {value}");
            foreach (var (name, value) in run.Tags.OrderBy(p => p.Key, StringComparer.Ordinal)) text.AppendLine($"  tag {name} {value}");
            foreach (var input in run.Inputs) text.AppendLine($"  {input}");
            foreach (var attempt in run.Attempts) text.AppendLine($"  {attempt}");
            foreach (var (name, summary) in run.Metrics.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                text.AppendLine($"  {summary} {BitConverter.DoubleToInt64Bits(summary.Last.Value)}");
                text.AppendJoin(' ', (await store.ReadAll(run.Id, name, new PointRange { IncludeSuperseded = true })).Bits()).AppendLine();
                text.AppendLine($"  {(await store.ReadAll(run.Id, name)).Count}");
            }

            foreach (var artifact in await store.ListArtifactsAsync(run.Id))
            {
                await using var content = await store.OpenArtifactAsync(run.Id, artifact.Path);
                using var reader = new StreamReader(content);
                text.AppendLine($"  {artifact} {await reader.ReadToEndAsync()}");
            }
        }

        return text.ToString();
    }
}
