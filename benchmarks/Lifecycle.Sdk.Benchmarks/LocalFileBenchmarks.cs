using BenchmarkDotNet.Attributes;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.LocalFile;

namespace Lifecycle.Sdk.Benchmarks;

/// <summary>Draining a journal into the local file store and reading it back; the floor writes and syncs as many bytes as the store's file has.</summary>
[MemoryDiagnoser]
public class LocalFileBenchmarks : IDisposable
{
    private const int BatchLength = 262_144;
    private const int Batches = 4;
    private const int Points = BatchLength * Batches;
    private readonly RunId _run = RunId.New();
    private readonly WriterId _writer = WriterId.New();
    private string _root = "";
    private LocalFileStore? _store;
    private SeriesPoints _series;
    private byte[] _bytes = [];
    private long _sequence;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _root = Path.Combine(Path.GetTempPath(), $"lifecycle-bench-{Guid.NewGuid():N}");
        _store = new LocalFileStore(_root);
        var (steps, timestamps, values) = LossCurve.Make(BatchLength);
        _series = new SeriesPoints("loss", steps, timestamps, values);
        await StartAsync(_run, _writer);
        await ApplyAsync(_run, _writer, 2, Batches);
        var file = Directory.EnumerateFiles(Path.Combine(_root, "runs", _run.ToString(), "points")).Single();
        _bytes = new byte[new FileInfo(file).Length];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _store?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Points)]
    public void RawWriteOfTheSameBytes()
    {
        using var file = new FileStream(Path.Combine(_root, $"raw-{++_sequence}"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        foreach (var chunk in _bytes.Chunk(1 + (_bytes.Length / Batches)))
        {
            file.Write(chunk);
            file.Flush(flushToDisk: true);
        }
    }

    [Benchmark(OperationsPerInvoke = Points)]
    public async Task DrainWithFsyncPerBatch()
    {
        var (run, writer) = (RunId.New(), WriterId.New());
        await StartAsync(run, writer);
        await ApplyAsync(run, writer, 2, Batches);
    }

    [Benchmark(OperationsPerInvoke = Points)]
    public async Task<long> ReadOneSeries()
    {
        var count = 0L;
        await foreach (var block in _store!.ReadPointsAsync(_run, "loss", PointRange.All)) count += block.Count;
        return count;
    }

    private async Task StartAsync(RunId run, WriterId writer) => await _store!.ApplyAsync(new RunBatch
    {
        Run = run,
        Writer = writer,
        Sequence = 1,
        Time = DateTimeOffset.UnixEpoch,
        Facts = [new RunStarted(null, null, "bench", DateTimeOffset.UnixEpoch, null, null)],
    });

    private async Task ApplyAsync(RunId run, WriterId writer, int sequence, int count)
    {
        for (var i = 0; i < count; i++)
            await _store!.ApplyAsync(new RunBatch { Run = run, Writer = writer, Sequence = sequence + i, Time = DateTimeOffset.UnixEpoch, Points = [_series] });
    }
}

/// <summary>Searching runs by a metric, ordered, a page of 100, in a store that has been looked at before.</summary>
public class LocalFileSearchBenchmarks : IDisposable
{
    private string _root = "";
    private LocalFileStore? _store;

    /// <summary>How many runs there are.</summary>
    [Params(10_000, 100_000)]
    public int Runs { get; set; } = 100_000;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        // A search of a store that is warm does not touch the disk.
        _root = Path.Combine(Figures.ScratchFolder.Memory, $"lifecycle-bench-{Guid.NewGuid():N}");
        _store = new LocalFileStore(_root);
        await Parallel.ForEachAsync(Enumerable.Range(0, Runs), async (n, cancellationToken) =>
        {
            var start = DateTimeOffset.UnixEpoch.AddSeconds(n);
            await _store.ApplyAsync(new RunBatch
            {
                Run = RunId.New(),
                Writer = WriterId.New(),
                Sequence = 1,
                Time = start,
                Facts = [new RunStarted(null, null, $"run {n}", start, null, null), new ParamLogged("lr", n * 0.001)],
                Points = [new SeriesPoints("loss", new long[] { 1 }, new long[] { 1 }, new[] { (n * 7919 % 100_003) / 100_003.0 })],
                End = new RunStatusChanged(RunStatus.Finished, start, null),
            }, cancellationToken);
        });
        await SearchWarmAsync();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _store?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public async Task<int> SearchWarmAsync() => (await _store!.SearchRunsAsync(new RunQuery
    {
        Filter = SearchParser.ParseRunFilter("metrics.loss < 0.5"),
        OrderBy = SearchParser.ParseRunOrder("metrics.loss ASC"),
        MaxResults = 100,
    })).Items.Count;
}
