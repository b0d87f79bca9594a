namespace Lifecycle.Sdk.Drift;

/// <summary>One compactor of a KLL sketch: values of one weight.</summary>
internal sealed class KllLevel(int capacity)
{
    private double[] _values = new double[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<double> Values => _values.AsSpan(0, Length);

    public void Append(ReadOnlySpan<double> values)
    {
        EnsureRoom(values.Length);
        values.CopyTo(_values.AsSpan(Length));
        Length += values.Length;
    }

    public void Append(double value)
    {
        EnsureRoom(1);
        _values[Length++] = value;
    }

    public void Sort() => _values.AsSpan(0, Length).Sort();

    public KllLevel Clone()
    {
        var clone = new KllLevel(Length);
        clone.Append(Values);
        return clone;
    }

    /// <summary>
    /// Hands every second value on to the next level, where each counts twice; the offset is the coin flip that makes the error unbiased.
    /// With an odd number the smallest value stays behind, so no weight is ever lost.
    /// </summary>
    public void CompactInto(KllLevel next, int offset)
    {
        int stays = Length & 1;
        int half = Length / 2;
        next.EnsureRoom(half);
        // Merged from the back, in place: target slots at or beyond the write position are already read.
        int write = next.Length + half - 1, own = next.Length - 1, from = half - 1;
        double[] target = next._values;
        for (; from >= 0; write--)
        {
            double promoted = _values[stays + offset + 2 * from];
            if (own >= 0 && target[own] > promoted) target[write] = target[own--];
            else
            {
                target[write] = promoted;
                from--;
            }
        }
        next.Length += half;
        Length = stays;
    }

    /// <summary>Merges another sorted level of the same weight into this sorted one.</summary>
    public void MergeSorted(ReadOnlySpan<double> sorted)
    {
        EnsureRoom(sorted.Length);
        int own = Length - 1, from = sorted.Length - 1;
        for (int write = Length + sorted.Length - 1; from >= 0; write--)
        {
            _values[write] = own >= 0 && _values[own] > sorted[from] ? _values[own--] : sorted[from--];
        }
        Length += sorted.Length;
    }

    private void EnsureRoom(int more)
    {
        if (Length + more > _values.Length) Array.Resize(ref _values, Math.Max(Length + more, 2 * _values.Length));
    }
}
