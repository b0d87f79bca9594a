using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Sqlite;

namespace Lifecycle.Sdk.Tests.Storage.Sqlite;

/// <summary>A folder of its own for one test, with a database in it.</summary>
internal sealed class SqliteFolder : IDisposable
{
    public SqliteFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "lifecycle-sqlite-" + Guid.NewGuid().ToString("N"));

    public string File => Path.Combine(Root, "lifecycle.db");

    public SqliteStore Open(TimeProvider? time = null) => new(File, time);

    public async Task<StagedContent> Stage(byte[] bytes)
    {
        var path = Path.Combine(Root, Guid.NewGuid().ToString("N"));
        await System.IO.File.WriteAllBytesAsync(path, bytes);
        return new StagedContent(ContentDigest.Of(bytes), bytes.Length, path);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>Batches in short.</summary>
internal static class Batches
{
    public static readonly DateTimeOffset Epoch = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    public static RunBatch Start(RunId run, params IReadOnlyList<RunFact> facts) => new()
    {
        Run = run,
        Time = Epoch,
        Facts = [new RunStarted(null, "experiment", "a run", Epoch, null, "somebody"), .. facts],
    };

    public static RunBatch Facts(RunId run, params IReadOnlyList<RunFact> facts) => new() { Run = run, Time = Epoch, Facts = facts };

    public static RunBatch Points(RunId run, params IReadOnlyList<SeriesPoints> points) =>
        new() { Run = run, Time = Epoch, Points = points };

    public static SeriesPoints Series(string key, int first, int count, Func<int, double>? value = null)
    {
        value ??= i => Math.Sin(i * 0.01);
        var steps = Enumerable.Range(first, count).Select(i => (long)i).ToArray();
        return new SeriesPoints(key, steps, steps.Select(s => Epoch.ToUnixTimeMilliseconds() + (s * 3)).ToArray(),
            steps.Select(s => value((int)s)).ToArray());
    }

    public static async Task<List<MetricPoint>> ReadAll(this TrackingStore store, RunId run, string key, PointRange? range = null)
    {
        var points = new List<MetricPoint>();
        await foreach (var block in store.ReadPointsAsync(run, key, range ?? PointRange.All))
        {
            foreach (var i in Enumerable.Range(0, block.Count)) points.Add(block[i]);
        }

        return points;
    }

    public static async Task<List<StoreFinding>> Verify(this TrackingStore store)
    {
        var findings = new List<StoreFinding>();
        await foreach (var finding in store.VerifyAsync()) findings.Add(finding);
        return findings;
    }

    /// <summary>Points with their bits, so that NaN equals NaN and -0.0 differs from 0.0.</summary>
    public static IEnumerable<(long, long, long)> Bits(this IEnumerable<MetricPoint> points) =>
        points.Select(p => (p.Step, p.UnixTimeMilliseconds, BitConverter.DoubleToInt64Bits(p.Value)));

    public static IEnumerable<MetricPoint> PointsOf(SeriesPoints series)
    {
        for (var i = 0; i < series.Steps.Length; i++) yield return new MetricPoint(
            series.Steps.Span[i], series.Timestamps.Span[i], series.Values.Span[i]);
    }
}
