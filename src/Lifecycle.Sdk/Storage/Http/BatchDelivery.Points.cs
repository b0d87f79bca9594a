using System.Collections.Concurrent;

namespace Lifecycle.Sdk.Storage.Http;

/// <content>Points.</content>
internal sealed partial class BatchDelivery
{
    private async ValueTask SendPointsAsync(List<SeriesPoints> points, CancellationToken cancellationToken)
    {
        if (points.Count == 0) return;
        var requests = new PointRequests(link.ServerId, _isDialect && batch.Attempt != RunBatch.LatestAttempt ? batch.Attempt : null).Write(points);
        var refused = new ConcurrentQueue<(PointPlace Start, int Count, HttpFailureException Failure)>();
        // Points are a set to the server, so their requests need not wait for each other.
        var options = new ParallelOptions { MaxDegreeOfParallelism = maxConnections, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(requests, options, async (request, token) =>
        {
            try
            {
                using var _ = await SendAsync(HttpCall.Post("runs/log-batch", request.Body), token).ConfigureAwait(false);
            }
            catch (HttpFailureException e) when (e.IsRefusal && !_isDialect)
            {
                refused.Enqueue((request.Start, request.Count, e));
            }

            request.Return();
        }).ConfigureAwait(false);
        if (refused.IsEmpty) return;
        if (await StageAsync(cancellationToken).ConfigureAwait(false) == LifecycleStage.Deleted) throw refused.First().Failure;
        var rescue = new PointRescue(SendAsync, new HistoryReading(channel), link, _conflicts);
        foreach (var (start, count, _) in refused) await rescue.SendAsync(points, start, count, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The points under the server's keys, each series of which has its own.</summary>
    private List<SeriesPoints> MapPoints()
    {
        if (_isDialect) return [.. batch.Points];
        var mapped = new List<SeriesPoints>(batch.Points.Count);
        foreach (var series in batch.Points)
        {
            var key = KeyOf(series.Key);
            var isInfinite = link.Map.HasInfinities(key) || HasInfinity(series.Values.Span);
            if (key != series.Key || isInfinite) Note(new WireEntry { Metric = series.Key, Key = key == series.Key ? null : key, Infinite = isInfinite ? true : null });
            mapped.Add(WithTimes(series with { Key = key }, series.Key));
        }

        return mapped;
    }

    private string KeyOf(string name)
    {
        if (link.Map.TryMetricKey(name, out var known)) return known;
        var usual = WireKeys.Of(name);
        var key = WireKeys.Free(name, usual, link.MetricKeys, link.Map.IsMetricKeyTaken(usual));
        link.MetricKeys.Add(key);
        return key;
    }

    private static bool HasInfinity(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (double.IsInfinity(value)) return true;
        }

        return false;
    }

    private SeriesPoints WithTimes(in SeriesPoints series, string name)
    {
        var times = series.Timestamps.Span;
        var steps = series.Steps.Span;
        long[]? moved = null;
        var isOld = false;
        for (var i = 0; i < times.Length; i++)
        {
            var least = LeastTimeOf(steps[i]);
            if (times[i] >= least) continue;
            (moved ??= times.ToArray())[i] = least;
            isOld |= times[i] < 0;
        }

        if (moved is null) return series;
        if (isOld) _conflicts.Add($"Points of '{name}' from before 1970 were stored with the time 1970-01-01: the server takes no earlier one.");
        else _conflicts.Add($"Points of '{name}' by a clock that is behind were stored with the time of the resume that they came after: the server tells attempts apart by time alone.");
        return series with { Timestamps = moved };
    }

    // An earlier point would be taken for one that a resume has taken back.
    private long LeastTimeOf(long step)
    {
        var least = 0L;
        foreach (var attempt in link.Attempts)
        {
            if (attempt.Id <= batch.Attempt && attempt.FromStep <= step) least = Math.Max(least, attempt.Id);
        }

        return least;
    }
}
