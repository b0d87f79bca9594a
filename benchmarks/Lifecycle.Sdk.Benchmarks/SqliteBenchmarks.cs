using BenchmarkDotNet.Attributes;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Sqlite;

namespace Lifecycle.Sdk.Benchmarks;

/// <summary>
/// Draining points into SQLite and reading them back. The floor is one row a point, inserted in one transaction a batch through the same
/// thin layer over the C API: what a store without blocks would do at best. Both sync once a batch.
/// </summary>
[MemoryDiagnoser]
public class SqliteDrainBenchmarks : IAsyncDisposable
{
    private const int Points = 1_000_000;
    private readonly DateTimeOffset _time = DateTimeOffset.FromUnixTimeMilliseconds(SqliteBenchmarkData.StartMilliseconds);
    private readonly RunId _run = RunId.New();
    private SqliteBenchmarkData _data = null!;
    private SqliteStore _store = null!;
    private SqliteDatabase _rows = null!;
    private string _folder = null!;

    /// <summary>The points of one batch.</summary>
    [Params(8_192, 65_536)]
    public int Batch { get; set; }

    /// <summary>Makes a million points of a noisy, falling float32 loss and a fresh database.</summary>
    [GlobalSetup]
    public async Task Setup()
    {
        _folder = Directory.CreateTempSubdirectory("lifecycle-bench-").FullName;
        _data = new SqliteBenchmarkData(Points);
        _store = new SqliteStore(Path.Combine(_folder, "lifecycle.db"));
        await _store.ApplyAsync(new RunBatch
        {
            Run = _run,
            Time = _time,
            Facts = [new RunStarted(null, null, "bench", _time, null, null)]
        });
        await ApplyAsync("read");
        _rows = SqliteDatabase.Open(Path.Combine(_folder, "rows.db"));
        _rows.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE points (series INTEGER, step INTEGER, ms "
            + "INTEGER, value REAL)");
    }

    /// <summary>Removes the databases.</summary>
    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _store.DisposeAsync();
        _rows.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The floor: one row a point.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Points)]
    public void RowPerPoint()
    {
        _rows.Execute("DELETE FROM points");
        using var insert = _rows.Prepare("INSERT INTO points VALUES (1, ?1, ?2, ?3)");
        for (var from = 0; from < Points; from += Batch)
        {
            _rows.Execute("BEGIN IMMEDIATE");
            foreach (var point in _data.Points(from, Math.Min(Batch, Points - from)))
                insert.Bind(1, point.Step).Bind(2, point.UnixTimeMilliseconds).Bind(3, point.Value).Run();
            _rows.Execute("COMMIT");
        }
    }

    /// <summary>The product: batches into a new series of one run.</summary>
    [Benchmark(OperationsPerInvoke = Points)]
    public Task Apply() => ApplyAsync(Guid.NewGuid().ToString("N"));

    /// <summary>Reads a series of a million points.</summary>
    [Benchmark(OperationsPerInvoke = Points)]
    public async Task<double> Read()
    {
        var last = 0.0;
        await foreach (var block in _store.ReadPointsAsync(_run, "read", PointRange.All)) last = block.Values.Span[^1];
        return last;
    }

    private async Task ApplyAsync(string key)
    {
        for (var from = 0; from < Points; from += Batch)
            await _store.ApplyAsync(new RunBatch
            {
                Run = _run,
                Time = _time,
                Points = [_data.Series(key, from, Math.Min(Batch, Points - from))]
            });
    }
}

/// <summary>
/// A search over runs with five params, five metrics and three tags each: by a metric, ordered, a page of 100. The floor is the
/// SQL that a person who knows the tables and indexes would write, including the details of the page's runs; <see cref="HandWrittenIds"/>
/// is the same without the details.
/// </summary>
[MemoryDiagnoser]
public class SqliteSearchBenchmarks : IAsyncDisposable
{
    private const string Ids =
        "SELECT r.run_key, r.run_id FROM series s JOIN runs r USING (run_key) WHERE s.name = 'm0' AND s.last_value < 0.3 AND r.stage "
            + "= 'active' ORDER BY s.last_value LIMIT 100";

    private static readonly string[] Details =
    [
        $"SELECT r.* FROM runs r WHERE run_key IN (SELECT run_key FROM ({Ids}))",
        $"SELECT p.* FROM params p WHERE run_key IN (SELECT run_key FROM ({Ids}))",
        $"SELECT t.* FROM tags t WHERE run_key IN (SELECT run_key FROM ({Ids}))",
        $"SELECT s.* FROM series s WHERE run_key IN (SELECT run_key FROM ({Ids}))",
    ];

    private SqliteStore _store = null!;
    private SqliteDatabase _database = null!;
    private string _folder = null!;
    private RunQuery _byMetric = null!;
    private RunQuery _byStart = null!;

    /// <summary>How many runs there are.</summary>
    [Params(10_000, 100_000)]
    public int Runs { get; set; } = 100_000;

    /// <summary>Fills a database in one transaction.</summary>
    [GlobalSetup]
    public async Task Setup()
    {
        _folder = Directory.CreateTempSubdirectory("lifecycle-bench-").FullName;
        var path = Path.Combine(_folder, "lifecycle.db");
        _store = new SqliteStore(path);
        await _store.GetRunAsync(RunId.New());
        _database = new SqliteConnector(path).Open(CancellationToken.None);
        SqliteBenchmarkData.FillRuns(_database, Runs);
        var filter = SearchParser.ParseRunFilter("metrics.m0 < 0.3");
        _byMetric = new RunQuery { Filter = filter, OrderBy = SearchParser.ParseRunOrder("metrics.m0"), MaxResults = 100 };
        _byStart = new RunQuery { Filter = filter, MaxResults = 100 };
        if ((await _store.SearchRunsAsync(_byMetric)).Items.Count != 100)
            throw new InvalidOperationException("The search does not find a full page.");
    }

    /// <summary>Removes the database.</summary>
    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _store.DisposeAsync();
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The floor: the ids, then each table's rows of them, all columns read.</summary>
    [Benchmark(Baseline = true)]
    public int HandWritten() => ReadAll(Ids) + Details.Sum(ReadAll);

    /// <summary>The ids alone.</summary>
    [Benchmark]
    public int HandWrittenIds() => ReadAll(Ids);

    /// <summary>The product, ordered by the metric.</summary>
    [Benchmark]
    public async Task<int> SearchByMetric() => (await _store.SearchRunsAsync(_byMetric)).Items.Count;

    /// <summary>The product, newest first.</summary>
    [Benchmark]
    public async Task<int> SearchNewestFirst() => (await _store.SearchRunsAsync(_byStart)).Items.Count;

    private int ReadAll(string sql)
    {
        using var query = _database.Prepare(sql);
        var characters = 0;
        while (query.Step())
        {
            for (var column = 0; column < query.ColumnCount; column++) characters += query.NullableText(column)?.Length ?? 0;
        }

        return characters;
    }
}

/// <summary>The data that both benchmarks are made of.</summary>
internal sealed class SqliteBenchmarkData
{
    public const long StartMilliseconds = 1_700_000_000_000;
    private readonly long[] _steps;
    private readonly long[] _times;
    private readonly double[] _values;

    public SqliteBenchmarkData(int count)
    {
        var random = new Random(1);
        (_steps, _times, _values) = (new long[count], new long[count], new double[count]);
        double time = StartMilliseconds;
        for (var i = 0; i < count; i++)
        {
            time += 2.5 + random.NextDouble();
            (_steps[i], _times[i], _values[i]) = (i, (long)time, (float)((2.3 * Math.Exp(-i / 300_000.0)) + (0.05 * random.NextDouble())));
        }
    }

    public SeriesPoints Series(string key, int from, int count) =>
        new(key, _steps.AsMemory(from, count), _times.AsMemory(from, count), _values.AsMemory(from, count));

    public IEnumerable<MetricPoint> Points(int from, int count)
    {
        for (var i = from; i < from + count; i++) yield return new MetricPoint(_steps[i], _times[i], _values[i]);
    }

    /// <summary>Writes runs as the store would, but all in one transaction.</summary>
    public static void FillRuns(SqliteDatabase database, int runs)
    {
        var random = new Random(1);
        database.Execute("BEGIN IMMEDIATE");
        ExperimentWriter.FindOrCreate(database, null, null, DateTimeOffset.FromUnixTimeMilliseconds(StartMilliseconds));
        var points = new PointWriter();
        for (var i = 0; i < runs; i++)
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(StartMilliseconds + (i * 1_000L));
            var batch = new RunBatch
            {
                Run = RunId.New(),
                Time = time,
                Facts =
                [
                    new RunStarted(null, null, $"run {i}", time, null, "user"),
                    .. Enumerable.Range(0, 5).Select(k => new ParamLogged($"p{k}", random.NextDouble())),
                    .. Enumerable.Range(0, 3).Select(k => new TagSet($"t{k}", $"value {random.Next(100)}")),
                ],
                Points =
                [
                    .. Enumerable.Range(0, 5).Select(k =>
                        new SeriesPoints($"m{k}", new long[] { 1 }, new[] { StartMilliseconds }, new[] { random.NextDouble() })),
                ],
            };
            var facts = new FactWriter(database, batch);
            var key = facts.CreateRun()!.Value;
            facts.Unseal(key);
            foreach (var fact in batch.Facts) facts.Apply(key, fact);
            points.Append(database, key, batch);
            facts.Seal(key);
        }

        database.Execute("COMMIT");
    }
}
