namespace Lifecycle.Sdk.Storage;

/// <summary>Whole summaries for stores that only know the latest point of a series.</summary>
internal static class SeriesSummaries
{
    /// <summary>Reads a series and summarises it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="known">What the store told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The summary; what was known if there is no point.</returns>
    public static async Task<MetricSummary> SummarizeAsync(this TrackingStore store, RunId run, MetricSummary known, CancellationToken cancellationToken)
    {
        var builder = new MetricSummaryBuilder();
        await foreach (var block in store.ReadPointsAsync(run, known.Key, PointRange.All, cancellationToken).ConfigureAwait(false))
            builder.Add(block.Steps.Span, block.Timestamps.Span, block.Values.Span);
        return builder.Count == 0 ? known : builder.Build(known.Key);
    }
}
