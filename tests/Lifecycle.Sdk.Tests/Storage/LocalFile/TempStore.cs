using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;

namespace Lifecycle.Sdk.Tests.Storage.LocalFile;

/// <summary>A folder of its own for one test, deleted at the end, and short words for what tests do in it.</summary>
internal sealed class TempStore : IAsyncDisposable
{
    private readonly List<LocalFileStore> _stores = [];

    public TempStore(string? copyOf = null)
    {
        Root = Path.Combine(Path.GetTempPath(), "lifecycle-tests", Guid.NewGuid().ToString("N"));
        if (copyOf is not null) Copy(copyOf, Root);
    }

    public string Root { get; }

    public static DateTimeOffset Start { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    public LocalFileStore Open(TimeProvider? time = null, StoreFiles? files = null)
    {
        var store = new LocalFileStore(Root, time, files);
        _stores.Add(store);
        return store;
    }

    public static RunBatch Begin(RunId run, WriterId writer, string experiment = "exp", params RunFact[] more) => new()
    {
        Run = run,
        Writer = writer,
        Sequence = 1,
        Attempt = 1,
        Time = Start,
        Mark = new byte[] { 1 },
        Facts = [new RunStarted(null, experiment, "run", Start, null, "user"), .. more],
    };

    public static RunBatch Points(RunId run, WriterId writer, long sequence, long firstStep, params double[] values) => new()
    {
        Run = run,
        Writer = writer,
        Sequence = sequence,
        Attempt = 1,
        Time = Start.AddSeconds(sequence),
        Mark = BitConverter.GetBytes(sequence),
        Points = [Series("loss", firstStep, values)],
    };

    public static SeriesPoints Series(string key, long firstStep, params double[] values) => new(
        key,
        values.Select((_, i) => firstStep + i).ToArray(),
        values.Select((_, i) => 1_700_000_000_000 + firstStep + i).ToArray(),
        values);

    public static RunBatch End(RunId run, WriterId writer, long sequence, RunStatus status = RunStatus.Finished) => new()
    {
        Run = run,
        Writer = writer,
        Sequence = sequence,
        Attempt = 1,
        Time = Start.AddSeconds(sequence),
        Mark = BitConverter.GetBytes(sequence),
        End = new RunStatusChanged(status, Start.AddSeconds(sequence), null),
    };

    public static async Task<List<MetricPoint>> ReadAsync(TrackingStore store, RunId run, string key = "loss", PointRange? range = null)
    {
        var points = new List<MetricPoint>();
        await foreach (var block in store.ReadPointsAsync(run, key, range ?? PointRange.All))
        {
            for (var i = 0; i < block.Count; i++) points.Add(block[i]);
        }

        return points;
    }

    public static async Task<List<StoreFinding>> VerifyAsync(TrackingStore store)
    {
        var findings = new List<StoreFinding>();
        await foreach (var finding in store.VerifyAsync()) findings.Add(finding);
        return findings;
    }

    public async Task<StagedContent> StageAsync(byte[] content)
    {
        Directory.CreateDirectory(Root);
        var path = Path.Combine(Root, $"staged-{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(path, content);
        return new StagedContent(ContentDigest.Of(content), content.Length, path);
    }

    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var directory in Directory.EnumerateDirectories(from)) Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
        if (Directory.Exists(Root)) new StoreFiles().DeleteDirectory(Root);
    }
}
