using BenchmarkDotNet.Attributes;
using Lifecycle.Sdk.Journal;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Sdk.Benchmarks;

/// <summary>One durable call of the journal beside one reading of the clock, on one thread and on two.</summary>
[MemoryDiagnoser]
public class HotPathBenchmarks : IAsyncDisposable
{
    private const int Calls = 1_000_000;
    private string _directory = "";
    private SqliteStore _store = null!;
    private JournalPump _pump = null!;
    private RunJournal _journal = null!;
    private int[] _series = [];

    /// <summary>Keeps the clock from being read for nothing.</summary>
    public long Ticks { get; private set; }

    [GlobalSetup]
    public void Open()
    {
        _directory = Directory.CreateTempSubdirectory("hot-path-").FullName;
        _store = new SqliteStore(Path.Combine(_directory, "lifecycle.db"));
        var settings = new JournalSettings { Directory = Path.Combine(_directory, "journals") };
        _pump = new JournalPump(_store, settings, NullLogger.Instance);
        _journal = _pump.Open(RunId.New(), 1, [new RunStarted(null, "benchmarks", "hot path", TimeProvider.System.GetUtcNow(), null, null)]);
        _series = [_journal.DeclareSeries("a"), _journal.DeclareSeries("b")];
    }

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _journal.End(null);
        await _pump.CloseAsync(_journal, default);
        await _pump.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void Clock()
    {
        var ticks = 0L;
#pragma warning disable RS0030 // The floor is the clock that the hot path reads.
        for (var i = 0; i < Calls; i++) ticks += DateTime.UtcNow.Ticks;
#pragma warning restore RS0030
        Ticks = ticks;
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public void Log() => LogAll(0);

    [Benchmark(OperationsPerInvoke = Calls)]
    public void LogWithGivenTime()
    {
        for (var i = 0; i < Calls; i++) _journal.Log(_series[0], i, i * 0.5, i);
    }

    /// <summary>Per call of each thread.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public void LogFromTwoThreads()
    {
        var other = new Thread(() => LogAll(1));
        other.Start();
        LogAll(0);
        other.Join();
    }

    private void LogAll(int series)
    {
        var id = _series[series];
        for (var i = 0; i < Calls; i++) _journal.Log(id, i, i * 0.5);
    }
}
