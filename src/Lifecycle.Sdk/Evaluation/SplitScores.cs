using System.Buffers;
using System.Runtime.CompilerServices;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// The scores of positives and of negatives, each sorted: as no label has to travel with its score, sorting moves a third less than an
/// argsort, and on two threads. Dispose it to give the buffers back.
/// </summary>
internal readonly struct SplitScores : IDisposable
{
    private readonly double[] _high;
    private readonly double[] _low;
    private readonly int _positives;
    private readonly int _negatives;

    internal SplitScores(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores)
    {
        _positives = truth.Count(true);
        _negatives = truth.Length - _positives;
        // Room for one more on each side, see Split.
        _high = ArrayPool<double>.Shared.Rent(_positives + 1);
        _low = ArrayPool<double>.Shared.Rent(_negatives + 1);
        Split(truth, scores, _high, _low);
        RadixSort.SortBoth(_high, _positives, _low, _negatives);
    }

    /// <summary>The scores of the positives, rising.</summary>
    internal ReadOnlySpan<double> High => _high.AsSpan(0, _positives);

    /// <summary>The scores of the negatives, rising.</summary>
    internal ReadOnlySpan<double> Low => _low.AsSpan(0, _negatives);

    public void Dispose()
    {
        ArrayPool<double>.Shared.Return(_high);
        ArrayPool<double>.Shared.Return(_low);
    }

    /// <summary>
    /// Writes each score to both sides and moves one of them on: labels are unpredictable, and a branch on them would cost more than
    /// the second store.
    /// </summary>
    private static void Split(ReadOnlySpan<bool> truth, ReadOnlySpan<double> scores, double[] high, double[] low)
    {
        int h = 0, l = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            high[h] = scores[i];
            low[l] = scores[i];
            // A Boolean from unsafe code may hold any byte; this is one for all of them but zero, without a branch.
            var positive = (int)((uint)-Unsafe.BitCast<bool, byte>(truth[i]) >> 31);
            h += positive;
            l += 1 - positive;
        }
    }
}
