namespace Lifecycle.Sdk.Benchmarks.Figures;

/// <summary>Searching 100,000 runs by a metric filter, ordered by it, a page of 100 with all that a run's snapshot holds.</summary>
internal static class SearchFigures
{
    public static IEnumerable<Figure> All =>
    [
        new("search 100,000 runs, SQLite", InSqlite),
        new("search 100,000 runs, LocalFile, warm", InLocalFile),
    ];

    private static Measurement InSqlite()
    {
        var benchmark = new SqliteSearchBenchmarks();
        benchmark.Setup().GetAwaiter().GetResult();
        var (product, floor) = Timing.Interleave(
            () => benchmark.SearchByMetric().GetAwaiter().GetResult(), () => benchmark.HandWritten(), 25);
        benchmark.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return new(Timing.Text($"{product:0.0} ms"), Timing.Text($"{floor:0.0} ms hand-written SQL"), product / floor, "<= 3 x hand-written", product <= 3 * floor);
    }

    private static Measurement InLocalFile()
    {
        using var benchmark = new LocalFileSearchBenchmarks();
        benchmark.SetupAsync().GetAwaiter().GetResult();
        var values = new double[LocalFileSearchBenchmarks.Runs];
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
