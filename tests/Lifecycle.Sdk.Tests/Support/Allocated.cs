namespace Lifecycle.Sdk.Tests.Support;

/// <summary>What work allocates on the thread that does it.</summary>
internal static class Allocated
{
    private const int Rounds = 3;

    /// <summary>
    /// The fewest bytes of a few rounds: a collection that another test brings about in the midst of one counts what is left of this thread's
    /// allocation buffer as allocated, while what the work allocates itself is in every round.
    /// </summary>
    public static long BytesOf(Action work)
    {
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
