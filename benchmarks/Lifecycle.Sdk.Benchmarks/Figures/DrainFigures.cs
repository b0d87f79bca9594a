using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Lifecycle.Sdk.Storage.Sqlite;
using SQLitePCL;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>How fast a store takes points, batch by batch and each batch safe from power loss, and how many bytes a point takes there.</summary>
internal static class DrainFigures
{
    private const int BatchPoints = 65_536;
    private const int Batches = 64;
    private const int Total = BatchPoints * Batches;

    // Speed and size are two lines of one measurement.
    private static readonly Lazy<(Measurement Speed, Measurement Size)> LocalFile = new(ToLocalFile);
    private static readonly Lazy<(Measurement Speed, Measurement Size)> Sqlite = new(ToSqlite);

    public static IEnumerable<Figure> All =>
    [
        new("drain to LocalFile, fsync per batch", () => LocalFile.Value.Speed),
        new("LocalFile, bytes per point", () => LocalFile.Value.Size),
        new("drain to SQLite, fsync per batch", () => Sqlite.Value.Speed),
        new("SQLite, bytes per point", () => Sqlite.Value.Size),
    ];

    /// <summary>The loss curve of all storage figures: float32 values that fall with noise, steps of one, a point every 50 microseconds.</summary>
    public static SeriesPoints Curve(int from, int count)
    {
        var (steps, times, values) = (new long[count], new long[count], new double[count]);
        var random = new Random(from);
        for (var i = 0; i < count; i++)
        {
            steps[i] = from + i;
            times[i] = 1_700_000_000_000 + (from + i) / 20;
            values[i] = (float)(2.3 * Math.Exp(-(from + i) / 1e6) + 0.05 * random.NextDouble());
        }

        return new SeriesPoints("loss", steps, times, values);
    }

    public static RunBatch Batch(RunId run, WriterId writer, int number, SeriesPoints points) => new()
    {
        Run = run,
        Writer = writer,
        Attempt = 1,
        Sequence = number + 1,
        Mark = new byte[16],
        Time = DateTimeOffset.UnixEpoch.AddYears(56),
        Facts = number == 0 ? [new RunStarted(null, "figures", "figures", DateTimeOffset.UnixEpoch.AddYears(56), null, null)] : [],
        Points = [points],
    };

    public static void Fill(TrackingStore store, RunId run, SeriesPoints[] batches)
    {
        var writer = WriterId.New();
        for (var i = 0; i < batches.Length; i++) store.ApplyAsync(Batch(run, writer, i, batches[i])).AsTask().GetAwaiter().GetResult();
    }

    private static void FillAndClose(TrackingStore store, SeriesPoints[] curve)
    {
        Fill(store, RunId.New(), curve);
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static (Measurement Speed, Measurement Size) ToLocalFile()
    {
        using var folder = new ScratchFolder();
        var round = 0;
        long bytes = 0;
        var curve = MakeCurve();
        var (product, floor) = Timing.Interleave(
            () =>
            {
                var root = folder.Store($"runs{round++}");
                FillAndClose(new LocalFileStore(root), curve);
                bytes = new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            },
            () => WriteRaw(folder.Store("raw"), bytes / Batches), 5);
        return (Speed(product, floor, "raw write, same bytes", 10), Size(bytes, 6));
    }

    private static (Measurement Speed, Measurement Size) ToSqlite()
    {
        using var folder = new ScratchFolder();
        var round = 0;
        long bytes = 0;
        var curve = MakeCurve();
        var (product, floor) = Timing.Interleave(
            () =>
            {
                var file = folder.Store($"runs{round++}.db");
                FillAndClose(new SqliteStore(file), curve);
                bytes = new FileInfo(file).Length;
            },
            () => InsertRows(folder.Store($"rows{round}.db"), curve), 3);
        return (Speed(product, floor * Total / (8.0 * BatchPoints), "rows through SQLitePCLRaw", 5), Size(bytes, 8));
    }

    private static SeriesPoints[] MakeCurve() => [.. Enumerable.Range(0, Batches).Select(i => Curve(i * BatchPoints, BatchPoints))];

    private static Measurement Speed(double milliseconds, double floorMilliseconds, string floorName, double goal)
    {
        var (product, floor) = (Total / milliseconds / 1000, Total / floorMilliseconds / 1000);
        return new(Timing.Text($"{product:0.0} M points/s"), Timing.Text($"{floor:0.0} M/s {floorName}"), product / floor,
            Timing.Text($">= {goal:0} M points/s"), product >= goal);
    }

    private static Measurement Size(long bytes, double goal)
    {
        var perPoint = (double)bytes / Total;
        return new(Timing.Text($"{perPoint:0.00} B"), "24 B raw", perPoint / 24, Timing.Text($"<= {goal:0} B"), perPoint <= goal);
    }

    private static void WriteRaw(string path, long bytesPerBatch)
    {
        var buffer = new byte[bytesPerBatch];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        for (var i = 0; i < Batches; i++)
        {
            file.Write(buffer);
            file.Flush(flushToDisk: true);
        }
    }

    // What a program in C would do: one prepared statement, one row a point, one transaction a batch. Eight batches are enough to know its speed.
    private static void InsertRows(string path, SeriesPoints[] curve)
    {
        Batteries_V2.Init();
        raw.sqlite3_open(path, out var db);
        raw.sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS points(series INTEGER, step INTEGER, time INTEGER, value REAL)");
        raw.sqlite3_prepare_v2(db, "INSERT INTO points VALUES(?,?,?,?)", out var insert);
        foreach (var batch in curve.AsSpan(0, 8))
        {
            raw.sqlite3_exec(db, "BEGIN IMMEDIATE");
            var steps = batch.Steps.Span;
            var times = batch.Timestamps.Span;
            var values = batch.Values.Span;
            for (var i = 0; i < steps.Length; i++)
            {
                raw.sqlite3_bind_int64(insert, 1, 1);
                raw.sqlite3_bind_int64(insert, 2, steps[i]);
                raw.sqlite3_bind_int64(insert, 3, times[i]);
                raw.sqlite3_bind_double(insert, 4, values[i]);
                raw.sqlite3_step(insert);
                raw.sqlite3_reset(insert);
            }

            raw.sqlite3_exec(db, "COMMIT");
        }

        raw.sqlite3_finalize(insert);
        raw.sqlite3_close_v2(db);
    }
}
