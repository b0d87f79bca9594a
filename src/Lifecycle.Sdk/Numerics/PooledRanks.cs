using System.Buffers;

namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// The pooled order of several samples: sorted values, each with its sample and its place in the set. The samples of the set are left as
/// they are.
/// </summary>
internal ref struct PooledRanks : IDisposable
{
    private readonly Span<double> _sorted;
    private readonly Span<int> _order;
    private readonly int[] _rentedOrder;
    private readonly int[] _rentedSamples;
    private double[]? _rentedValues;

    public PooledRanks(scoped in SampleSet set)
    {
        var total = set.Total;
        _rentedValues = ArrayPool<double>.Shared.Rent(total);
        _rentedOrder = ArrayPool<int>.Shared.Rent(total);
        _rentedSamples = ArrayPool<int>.Shared.Rent(total);
        _sorted = _rentedValues.AsSpan(0, total);
        _order = _rentedOrder.AsSpan(0, total);
        set.Values.CopyTo(_sorted);
        var place = 0;
        for (var sample = 0; sample < set.Count; sample++)
        {
            for (var end = place + set[sample].Length; place < end; place++)
            {
                _order[place] = place;
                _rentedSamples[place] = sample;
            }
        }

        RadixSort.Sort(_sorted, _order);
    }

    /// <summary>The sample that the value at this place of the pooled order belongs to.</summary>
    public readonly int SampleAt(int place) => _rentedSamples[_order[place]];

    /// <summary>The place in the set of the value at this place of the pooled order.</summary>
    public readonly int PlaceOf(int place) => _order[place];

    /// <summary>The first place after the ties that begin at <paramref name="start"/>.</summary>
    public readonly int EndOfTies(int start)
    {
        var end = start + 1;
        while (end < _sorted.Length && _sorted[end] == _sorted[start])
            end++;
        return end;
    }

    public void Dispose()
    {
        if (_rentedValues is null)
            return;
        ArrayPool<double>.Shared.Return(_rentedValues);
        ArrayPool<int>.Shared.Return(_rentedOrder);
        ArrayPool<int>.Shared.Return(_rentedSamples);
        _rentedValues = null;
    }
}
