namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>
/// Searching runs by a metric filter, ordered by it, a page of 100 with all that a run's snapshot holds: 10,000 runs as a server's page asks for them, and 100,000.
/// </summary>
internal static class SearchFigures
{
    private const int Few = 10_000;
    private const int Many = 100_000;

    public static IEnumerable<Figure> All =>
    [
        new("search 10,000 runs, SQLite", () => InSqlite(Few)),
        new("search 10,000 runs, LocalFile, warm", () => InLocalFile(Few)),
        new("search 100,000 runs, SQLite", () => InSqlite(Many)),
        new("search 100,000 runs, LocalFile, warm", () => InLocalFile(Many)),
        .. RegistryFigures.All,
    ];

    private static Measurement InSqlite(int runs)
    {
        var benchmark = new SqliteSearchBenchmarks { Runs = runs };
        benchmark.Setup().GetAwaiter().GetResult();
        var (product, floor) = Timing.Interleave(
            () => benchmark.SearchByMetric().GetAwaiter().GetResult(), () => benchmark.HandWritten(), 25);
        benchmark.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return runs == Few
            ? Timing.AtMost(product, floor, 20)
            : new(Timing.Text($"{product:0.0} ms"), Timing.Text($"{floor:0.0} ms hand-written SQL"), product / floor, "<= 3 x hand-written", product <= 3 * floor);
    }

    private static Measurement InLocalFile(int runs)
    {
        using var benchmark = new LocalFileSearchBenchmarks { Runs = runs };
        benchmark.SetupAsync().GetAwaiter().GetResult();
        var values = new double[runs];
        var (product, floor) = Timing.Interleave(
            () => benchmark.SearchWarmAsync().GetAwaiter().GetResult(),
            () =>
            {
                for (var i = 0; i < values.Length; i++) values[i] = i * 7919 % 100_003;
                Array.Sort(values);
            }, 9);
        return Timing.AtMost(product, floor, runs == Few ? 20 : 250);
    }
}
