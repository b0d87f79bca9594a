namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>Cuts blocks down to the points wanted.</summary>
internal static class PointFilter
{
    /// <summary>The points of a block whose step is below a limit; the block itself if all are, null if none is.</summary>
    public static PointBlock? Below(PointBlock block, long? limit) =>
        limit is not { } bound ? block : bound == long.MinValue ? null : Within(block, long.MinValue, bound - 1);

    /// <summary>The points of a block with steps from <paramref name="min"/> to <paramref name="max"/>; the block itself if all have, null if none has.</summary>
    public static PointBlock? Within(PointBlock block, long min, long max)
    {
        var all = block.Steps.Span;
        var count = 0;
        foreach (var step in all)
        {
            if (step >= min && step <= max) count++;
        }

        if (count == block.Count) return block;
        if (count == 0) return null;
        var steps = new long[count];
        var timestamps = new long[count];
        var values = new double[count];
        for (int from = 0, to = 0; from < all.Length; from++)
        {
            if (all[from] < min || all[from] > max) continue;
            (steps[to], timestamps[to], values[to]) = (all[from], block.Timestamps.Span[from], block.Values.Span[from]);
            to++;
        }

        return new PointBlock(block.Attempt, steps, timestamps, values);
    }
}
