namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Which points of a batch a run does not hold yet; see <see cref="BatchConditions.NewPointsOnly"/>. Points that ascend and come after all that
/// the series has are new without a look at what is stored, which is the case of every client that sends a curve once and in order.
/// </summary>
internal static class NewPoints
{
    /// <summary>Leaves out what is held already.</summary>
    /// <param name="points">The points of one series, in the order logged.</param>
    /// <param name="last">No point of the series that counts comes after this one; null if there is none.</param>
    /// <param name="attempt">The attempt that the points belong to.</param>
    /// <param name="limitOf">From which step on the points of an attempt are superseded; null if none are.</param>
    /// <param name="read">Reads the blocks that may hold points between two steps, superseded ones included. Called at most once.</param>
    /// <returns>The same points if all of them are new; null if none is.</returns>
    public static SeriesPoints? Select(
        in SeriesPoints points, MetricPoint? last, long attempt, Func<long, long?> limitOf, Func<long, long, IEnumerable<PointBlock>> read)
    {
        var count = points.Steps.Length;
        var limit = limitOf(attempt);
        var (min, max) = (long.MaxValue, long.MinValue);
        var ascends = true;
        MetricPoint? previous = null;
        for (var i = 0; i < count; i++)
        {
            var point = At(points, i);
            ascends &= previous is not { } before || MetricSummaryBuilder.Compare(point, before) > 0;
            previous = point;

            // What is superseded as it arrives has no part in the summary: only the blocks tell whether it came before.
            if (!(point.Step >= limit) && (last is not { } end || MetricSummaryBuilder.Compare(point, end) > 0)) continue;
            min = Math.Min(min, point.Step);
            max = Math.Max(max, point.Step);
        }

        if (min > max && ascends) return points;
        var wanted = new HashSet<PointIdentity>(count);
        for (var i = 0; i < count; i++) wanted.Add(new PointIdentity(At(points, i)));
        if (min <= max) RemoveHeld(wanted, read(min, max), attempt, limitOf);
        if (wanted.Count == 0) return null;
        return wanted.Count == count ? points : Pick(points, wanted);
    }

    /// <summary>A superseded point is not held: the run no longer shows it, so that an attempt may log it again. Of its own attempt it is.</summary>
    private static void RemoveHeld(HashSet<PointIdentity> wanted, IEnumerable<PointBlock> blocks, long attempt, Func<long, long?> limitOf)
    {
        foreach (var block in blocks)
        {
            var limit = block.Attempt == attempt ? null : limitOf(block.Attempt);
            for (var i = 0; i < block.Count; i++)
            {
                var point = block[i];
                if (!(point.Step >= limit)) wanted.Remove(new PointIdentity(point));
            }

            if (wanted.Count == 0) return;
        }
    }

    /// <summary>The first of each of the wanted points.</summary>
    private static SeriesPoints Pick(in SeriesPoints points, HashSet<PointIdentity> wanted)
    {
        var steps = new long[wanted.Count];
        var timestamps = new long[wanted.Count];
        var values = new double[wanted.Count];
        for (int from = 0, to = 0; to < steps.Length; from++)
        {
            var point = At(points, from);
            if (!wanted.Remove(new PointIdentity(point))) continue;
            (steps[to], timestamps[to], values[to]) = (point.Step, point.UnixTimeMilliseconds, point.Value);
            to++;
        }

        return new SeriesPoints(points.Key, steps, timestamps, values);
    }

    private static MetricPoint At(in SeriesPoints points, int index) =>
        new(points.Steps.Span[index], points.Timestamps.Span[index], points.Values.Span[index]);

    /// <summary>A point by its bits: a NaN is the same only with the same payload, and -0.0 is not 0.0.</summary>
    private readonly record struct PointIdentity(long Step, long Timestamp, long Bits)
    {
        public PointIdentity(MetricPoint point)
            : this(point.Step, point.UnixTimeMilliseconds, BitConverter.DoubleToInt64Bits(point.Value))
        {
        }
    }
}
