namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>Searching 100,000 runs by a metric filter, ordered by it, a page of 100 with all that a run's snapshot holds.</summary>
internal static class SearchFigures
{
    private const int Runs = 100_000;

    // Filled together, on all cores: one after the other they would take half of all the time that the figures have.
    private static readonly Lazy<(SqliteSearchBenchmarks Sqlite, LocalFileSearchBenchmarks LocalFile)> Filled = new(() =>
    {
        var (sqlite, localFile) = (new SqliteSearchBenchmarks { Runs = Runs }, new LocalFileSearchBenchmarks { Runs = Runs });
        Task.WhenAll(Task.Run(sqlite.Setup), Task.Run(localFile.SetupAsync)).GetAwaiter().GetResult();
        return (sqlite, localFile);
    });

    public static IEnumerable<Figure> All =>
    [
        new("search 100,000 runs, SQLite", InSqlite),
        new("search 100,000 runs, LocalFile, warm", InLocalFile),
        .. RegistryFigures.All,
    ];

    private static Measurement InSqlite()
    {
        var benchmark = Filled.Value.Sqlite;
        var (product, floor) = Timing.Interleave(
            () => benchmark.SearchByMetric().GetAwaiter().GetResult(), () => benchmark.HandWritten(), 25);
        benchmark.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return new(Timing.Text($"{product:0.0} ms"), Timing.Text($"{floor:0.0} ms hand-written SQL"), product / floor, "<= 3 x hand-written", product <= 3 * floor);
    }

    private static Measurement InLocalFile()
    {
        using var benchmark = Filled.Value.LocalFile;
        var values = new double[Runs];
        var (product, floor) = Timing.Interleave(
            () => benchmark.SearchWarmAsync().GetAwaiter().GetResult(),
            () =>
            {
                for (var i = 0; i < values.Length; i++) values[i] = i * 7919 % 100_003;
                Array.Sort(values);
            }, 9);
        return Timing.AtMost(product, floor, 250);
    }
}
