using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk;

/// <summary>All points of a series as columns of equal length.</summary>
/// <param name="Key">The series in canonical text.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Timestamps">Milliseconds since 1970-01-01 UTC.</param>
/// <param name="Values">The values, bit for bit as logged.</param>
public sealed record MetricHistory(string Key, ReadOnlyMemory<long> Steps, ReadOnlyMemory<long> Timestamps, ReadOnlyMemory<double> Values)
{
    /// <summary>How many points.</summary>
    public int Count => Steps.Length;

    /// <summary>One point.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public MetricPoint this[int index] => new(Steps.Span[index], Timestamps.Span[index], Values.Span[index]);
}

/// <summary>Reads whole series from a store.</summary>
internal static class MetricHistoryReader
{
    private const int SortedBlockLength = 8_192;

    /// <summary>Reads a series as arrays.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="key">The series in canonical text.</param>
    /// <param name="range">Which points; all that are not superseded by default.</param>
    /// <param name="sorted">Whether to sort by (step, timestamp, arrival); otherwise points come in the order each writer logged.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The points; none if the series is unknown.</returns>
    /// <exception cref="LifecycleNotFoundException">The run is unknown.</exception>
    public static async Task<MetricHistory> ReadHistoryAsync(
        this TrackingStore store, RunId run, string key, PointRange? range = null, bool sorted = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var blocks = new List<PointBlock>();
        await foreach (var block in store.ReadPointsAsync(run, key, range ?? PointRange.All, cancellationToken).ConfigureAwait(false))
            blocks.Add(block);
        var count = blocks.Sum(block => block.Count);
        var (steps, timestamps, values) = (new long[count], new long[count], new double[count]);
        var at = 0;
        foreach (var block in blocks)
        {
            block.Steps.CopyTo(steps.AsMemory(at));
            block.Timestamps.CopyTo(timestamps.AsMemory(at));
            block.Values.CopyTo(values.AsMemory(at));
            at += block.Count;
        }

        if (sorted && !IsSorted(steps, timestamps)) Sort(ref steps, ref timestamps, ref values);
        return new MetricHistory(key, steps, timestamps, values);
    }

    /// <summary>Reads a series as blocks sorted by (step, timestamp, arrival). Sorting needs all points in memory, 24 bytes each.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="key">The series in canonical text.</param>
    /// <param name="range">Which points; all that are not superseded by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Blocks of up to 8,192 points. Their <see cref="PointBlock.Attempt"/> is 0: sorting mixes attempts.</returns>
    /// <exception cref="LifecycleNotFoundException">The run is unknown.</exception>
    public static async IAsyncEnumerable<PointBlock> ReadSortedAsync(
        this TrackingStore store, RunId run, string key, PointRange? range = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var history = await store.ReadHistoryAsync(run, key, range, sorted: true, cancellationToken).ConfigureAwait(false);
        for (var from = 0; from < history.Count; from += SortedBlockLength)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = Math.Min(SortedBlockLength, history.Count - from);
            yield return new PointBlock(
                0, history.Steps.Slice(from, length), history.Timestamps.Slice(from, length), history.Values.Slice(from, length));
        }
    }

    /// <summary>Reads a series reduced to at most some points, in constant memory; see <see cref="Downsampler"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="key">The series in canonical text.</param>
    /// <param name="maxPoints">At most how many points, 4 or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The points kept and what was done; no points if the series is unknown.</returns>
    /// <exception cref="LifecycleNotFoundException">The run is unknown.</exception>
    public static async Task<DownsampledSeries> ReadDownsampledAsync(
        this TrackingStore store, RunId run, string key, int maxPoints, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, 4);
        var info = await store.GetRunAsync(run, cancellationToken).ConfigureAwait(false)
            ?? throw new LifecycleNotFoundException($"There is no run {run} in {store.Address}.");
        if (!info.Metrics.TryGetValue(key, out var summary)) return new DownsampledSeries([], 0, 0, 0);
        var downsampler = new Downsampler(maxPoints, summary.First.Step, summary.Last.Step);
        await foreach (var block in store.ReadPointsAsync(run, key, PointRange.All, cancellationToken).ConfigureAwait(false))
            downsampler.Add(block);
        return downsampler.Build();
    }

    private static bool IsSorted(long[] steps, long[] timestamps)
    {
        for (var i = 1; i < steps.Length; i++)
        {
            if (steps[i] < steps[i - 1] || (steps[i] == steps[i - 1] && timestamps[i] < timestamps[i - 1])) return false;
        }

        return true;
    }

    private static void Sort(ref long[] steps, ref long[] timestamps, ref double[] values)
    {
        var order = new (long Step, long Time, int Arrival)[steps.Length];
        for (var i = 0; i < order.Length; i++) order[i] = (steps[i], timestamps[i], i);
        // The arrival makes all keys different, so an unstable sort gives the stable result.
        Array.Sort(order);
        var unsorted = values;
        (steps, timestamps) = ([.. order.Select(entry => entry.Step)], [.. order.Select(entry => entry.Time)]);
        values = [.. order.Select(entry => unsorted[entry.Arrival])];
    }
}
