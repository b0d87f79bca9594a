using System.Buffers;

namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// Several samples in one rented buffer, after the NaN policy: the input of tests on k samples. Dispose it to give the buffer back.
/// </summary>
internal ref struct SampleSet : IDisposable
{
    private double[]? _rented;
    private readonly int[] _starts;
    private readonly string[] _names;

    private SampleSet(double[] rented, int[] starts, string[] names, long[] dropped)
    {
        _rented = rented;
        _starts = starts;
        _names = names;
        Dropped = dropped;
    }

    /// <summary>The number of samples.</summary>
    public readonly int Count => _starts.Length - 1;

    public readonly int Total => _starts[^1];

    /// <summary>All values, sample after sample; a private copy that may be changed.</summary>
    public readonly Span<double> Values => _rented.AsSpan(0, Total);

    public long[] Dropped { get; }

    public readonly long[] Sizes
    {
        get
        {
            var sizes = new long[Count];
            for (var i = 0; i < sizes.Length; i++)
                sizes[i] = _starts[i + 1] - _starts[i];
            return sizes;
        }
    }

    public readonly Span<double> this[int sample] => _rented.AsSpan(_starts[sample].._starts[sample + 1]);

    /// <exception cref="ArgumentException">Fewer than two samples, one without values, or NaN that the policy refuses.</exception>
    public static SampleSet Of(ReadOnlySpan<ReadOnlyMemory<double>> samples, NaNPolicy policy, string name)
    {
        if (samples.Length < 2)
            throw new ArgumentException($"'{name}' holds {samples.Length} samples; this test compares at least two.", name);
        long total = 0;
        foreach (var sample in samples)
            total += sample.Length;
        if (total > Array.MaxLength)
            throw new ArgumentException($"'{name}' holds {total} values in all; at most {Array.MaxLength} fit.", name);

        var names = new string[samples.Length];
        var set = new SampleSet(ArrayPool<double>.Shared.Rent((int)total), new int[samples.Length + 1], names, new long[samples.Length]);
        try
        {
            for (var i = 0; i < samples.Length; i++)
            {
                names[i] = $"{name}[{i}]";
                set.Append(i, samples[i].Span, policy);
            }
        }
        catch
        {
            set.Dispose();
            throw;
        }

        return set;
    }

    /// <exception cref="ArgumentException">A sample without values, or NaN that the policy refuses.</exception>
    public static SampleSet Of(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, NaNPolicy policy)
    {
        var rented = ArrayPool<double>.Shared.Rent(checked(reference.Length + current.Length));
        var set = new SampleSet(rented, new int[3], [nameof(reference), nameof(current)], new long[2]);
        try
        {
            set.Append(0, reference, policy);
            set.Append(1, current, policy);
        }
        catch
        {
            set.Dispose();
            throw;
        }

        return set;
    }

    /// <exception cref="ArgumentException">An infinity in a sample.</exception>
    public readonly void RequireFinite()
    {
        for (var i = 0; i < Count; i++)
            ColumnInput.RequireFinite(this[i], _names[i]);
    }

    /// <summary>
    /// Multiplies all values by one power of two where their squares would overflow or underflow; what does not depend on the scale is
    /// then computed as if doubles had no limits.
    /// </summary>
    public readonly void Normalize()
    {
        var shift = Moments.ShiftFor(Moments.LargestMagnitude(Values));
        if (shift == 0)
            return;
        foreach (ref var value in Values)
            value = Math.ScaleB(value, shift);
    }

    public void Dispose()
    {
        if (_rented is null)
            return;
        ArrayPool<double>.Shared.Return(_rented);
        _rented = null;
    }

    private readonly void Append(int index, ReadOnlySpan<double> values, NaNPolicy policy)
    {
        using var input = ColumnInput.Read(values, policy, _names[index]);
        input.Values.CopyTo(_rented.AsSpan(_starts[index]));
        _starts[index + 1] = _starts[index] + input.Values.Length;
        Dropped[index] = input.Dropped;
    }
}
