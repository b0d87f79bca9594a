using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Numerics;

/// <summary>The law of a Poisson count that is confined to integer bounds, moved step by step; for <see cref="KolmogorovLaw"/>.</summary>
internal ref struct CountLaw
{
    private readonly double[] _rented;
    private readonly int _largest;
    private Span<double> _current;
    private Span<double> _next;
    private double _logScale;
    private int _low;
    private int _high;

    public CountLaw(int largest)
    {
        _largest = largest;
        _rented = ArrayPool<double>.Shared.Rent(2 * (largest + 1));
        _current = _rented.AsSpan(0, largest + 1);
        _next = _rented.AsSpan(largest + 1, largest + 1);
        _current[0] = 1;
    }

    /// <summary>One step with the weights of 0, 1, … new points, during which the count stays in the bounds.</summary>
    public void Advance(int lower, int upper, scoped ReadOnlySpan<double> weights)
    {
        _low = Math.Max(_low, lower);
        if (_low > _high)
            return;
        var high = Math.Min(Math.Min(upper, _largest), _high + weights.Length - 1);
        if (high < _low)
        {
            _high = high;
            return;
        }

        _next[_low..(high + 1)].Clear();
        for (var jump = 0; jump < weights.Length; jump++)
            AddScaled(_current, _low, Math.Min(_high, high - jump), _next, jump, weights[jump]);
        _high = high;
        var swap = _current;
        _current = _next;
        _next = swap;
        Rescale(_current[_low..(_high + 1)]);
    }

    public readonly double LogProbability(int count) =>
        count >= _low && count <= _high ? Math.Log(_current[count]) + _logScale : double.NegativeInfinity;

    public readonly void Return() => ArrayPool<double>.Shared.Return(_rented);

    private static void AddScaled(ReadOnlySpan<double> source, int from, int to, Span<double> target, int shift, double weight)
    {
        if (to < from)
            return;
        var s = source[from..(to + 1)];
        var t = target.Slice(from + shift, s.Length);
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(s);
        var sums = MemoryMarshal.Cast<double, Vector<double>>(t);
        for (var k = 0; k < vectors.Length; k++)
            sums[k] += vectors[k] * weight;
        for (var i = vectors.Length * Vector<double>.Count; i < s.Length; i++)
            t[i] += s[i] * weight;
    }

    // Keeps the largest entry far from underflow.
    private void Rescale(Span<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
            largest = Math.Max(largest, value);
        if (largest is > 1e-100 or 0)
            return;
        foreach (ref var value in values)
            value /= largest;
        _logScale += Math.Log(largest);
    }
}
