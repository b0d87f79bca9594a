namespace Lifecycle.Sdk.Storage.Http;

/// <summary>Makes blocks of the points that a reader wants.</summary>
internal static class HistoryBlocks
{
    /// <summary>Points in range, cut where the attempt changes.</summary>
    public static IEnumerable<PointBlock> Of(IReadOnlyList<MetricPoint> points, PointRange range, IReadOnlyList<RunAttempt> attempts)
    {
        var wanted = points.Where(point => point.Step >= range.MinStep && point.Step <= range.MaxStep
            && (range.IncludeSuperseded || !HistoryReading.IsSuperseded(point, attempts))).ToList();
        var start = 0;
        for (var i = 1; i <= wanted.Count; i++)
        {
            var attempt = AttemptOf(wanted[start], attempts);
            if (i < wanted.Count && AttemptOf(wanted[i], attempts) == attempt) continue;
            yield return Block(wanted, start, i, attempt);
            start = i;
        }
    }

    /// <summary>The attempt in whose time a point was logged; 0 for the first, whose number the server does not know.</summary>
    private static long AttemptOf(in MetricPoint point, IReadOnlyList<RunAttempt> attempts)
    {
        var last = 0L;
        foreach (var attempt in attempts)
        {
            if (attempt.Id <= point.UnixTimeMilliseconds) last = attempt.Id;
        }

        return last;
    }

    private static PointBlock Block(List<MetricPoint> points, int start, int end, long attempt)
    {
        var (steps, timestamps, values) = (new long[end - start], new long[end - start], new double[end - start]);
        for (var i = start; i < end; i++) (steps[i - start], timestamps[i - start], values[i - start]) = (points[i].Step, points[i].UnixTimeMilliseconds, points[i].Value);
        return new PointBlock(attempt, steps, timestamps, values);
    }
}
