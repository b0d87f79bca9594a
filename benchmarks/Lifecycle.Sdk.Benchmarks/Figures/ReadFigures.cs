using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;
using Lifecycle.Sdk.Storage.Sqlite;

namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>Reading one series of a million points, beside reading the file's bytes.</summary>
internal static class ReadFigures
{
    private const int Points = 1_000_000;

    public static IEnumerable<Figure> All =>
    [
        new("read 1 million points, LocalFile", () => Read("runs", path => new LocalFileStore(path))),
        new("read 1 million points, SQLite", () => Read("runs.db", path => new SqliteStore(path))),
    ];

    private static Measurement Read(string name, Func<string, TrackingStore> open)
    {
        using var folder = new ScratchFolder();
        var path = folder.Store(name);
        var store = open(path);
        var run = RunId.New();
        DrainFigures.Fill(store, run, [.. Enumerable.Range(0, 20).Select(i => DrainFigures.Curve(i * Points / 20, Points / 20))]);
        var files = Directory.Exists(path) ? Directory.GetFiles(path, "*", SearchOption.AllDirectories) : [path];
        var (product, floor) = Timing.Interleave(
            () => ReadAll(store, run).GetAwaiter().GetResult(), () => Array.ForEach(files, file => ReadShared(file)), 7);
        store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return Timing.AtMost(product, floor, 50);
    }

    private static async Task ReadAll(TrackingStore store, RunId run)
    {
        long count = 0;
        await foreach (var block in store.ReadPointsAsync(run, "loss", PointRange.All)) count += block.Count;
        if (count != Points) throw new InvalidOperationException($"{count} points came back instead of {Points}.");
    }

    private static void ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[1 << 20];
        while (file.Read(buffer) > 0) { }
    }
}
