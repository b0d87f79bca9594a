using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// One numeric argument of a statistic after the NaN policy was applied: the one place where emptiness and NaN are judged, so
/// that every statistic refuses and drops alike. Dispose it to give the rented buffer back.
/// </summary>
internal ref struct ColumnInput : IDisposable
{
    private double[]? _rented;
    private readonly int _length;

    private ColumnInput(ReadOnlySpan<double> values, double[]? rented, int length, int dropped)
    {
        Values = values;
        _rented = rented;
        _length = length;
        Dropped = dropped;
    }

    /// <summary>The values that take part; never empty, never NaN.</summary>
    public ReadOnlySpan<double> Values { get; }

    /// <summary>How many NaN were left out.</summary>
    public int Dropped { get; }

    /// <summary>The private copy, writable; only after <see cref="Copy"/> or <see cref="Sorted"/>.</summary>
    public readonly Span<double> Buffer => Rented.AsSpan(0, _length);

    /// <summary>The array behind <see cref="Buffer"/>, longer than it, for work that is handed to another thread.</summary>
    public readonly double[] Rented => _rented ?? throw new InvalidOperationException("This input was read in place and has no buffer.");

    /// <summary>Reads in place; a copy is made only where NaN has to be left out.</summary>
    /// <exception cref="ArgumentException">No value (left), or a NaN under <see cref="NaNPolicy.Refuse"/>.</exception>
    public static ColumnInput Read(ReadOnlySpan<double> values, NaNPolicy policy, string name)
    {
        if (CheckNaN(values, policy, name) < 0)
            return new ColumnInput(values, null, values.Length, 0);
        return CopyWithoutNaN(values, name);
    }

    /// <summary>Copies into a rented buffer.</summary>
    /// <exception cref="ArgumentException">No value (left), or a NaN under <see cref="NaNPolicy.Refuse"/>.</exception>
    public static ColumnInput Copy(ReadOnlySpan<double> values, NaNPolicy policy, string name)
    {
        if (CheckNaN(values, policy, name) >= 0)
            return CopyWithoutNaN(values, name);
        var rented = ArrayPool<double>.Shared.Rent(values.Length);
        values.CopyTo(rented);
        return new ColumnInput(rented.AsSpan(0, values.Length), rented, values.Length, 0);
    }

    /// <summary>Copies into a rented buffer and sorts it in ascending order.</summary>
    /// <exception cref="ArgumentException">No value (left), or a NaN under <see cref="NaNPolicy.Refuse"/>.</exception>
    public static ColumnInput Sorted(ReadOnlySpan<double> values, NaNPolicy policy, string name)
    {
        var input = Copy(values, policy, name);
        RadixSort.Sort(input.Buffer);
        return input;
    }

    /// <summary>Copies and sorts two samples, on two threads where that pays.</summary>
    /// <exception cref="ArgumentException">No value (left), or a NaN under <see cref="NaNPolicy.Refuse"/>.</exception>
    public static void SortedPair(
        ReadOnlySpan<double> first, string firstName, ReadOnlySpan<double> second, string secondName, NaNPolicy policy,
        out ColumnInput firstInput, out ColumnInput secondInput)
    {
        firstInput = Copy(first, policy, firstName);
        try
        {
            secondInput = Copy(second, policy, secondName);
        }
        catch
        {
            firstInput.Dispose();
            throw;
        }

        RadixSort.SortBoth(firstInput.Rented, firstInput._length, secondInput.Rented, secondInput._length);
    }

    /// <summary>Refuses values that are already sorted by the caller but are empty, hold NaN or are not ascending.</summary>
    /// <exception cref="ArgumentException">Empty, NaN inside, or not in ascending order.</exception>
    public static void RequireSorted(ReadOnlySpan<double> values, string name)
    {
        if (values.IsEmpty)
            throw Empty(name);
        if (double.IsNaN(values[0]))
            throw HoldsNaN(name, 0);
        for (var i = 1; i < values.Length; i++)
        {
            // Written so that NaN, which compares false, is caught too.
            if (!(values[i - 1] <= values[i]))
                throw new ArgumentException($"'{name}' must be sorted in ascending order without NaN; position {i} breaks this.", name);
        }
    }

    /// <summary>Refuses infinities, for statistics whose definition needs finite values.</summary>
    /// <exception cref="ArgumentException">An infinity inside.</exception>
    public static void RequireFinite(ReadOnlySpan<double> values, string name)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                throw new ArgumentException(
                    $"'{name}' holds a value that is not finite at position {i}; this statistic is undefined for it.", name);
        }
    }

    /// <summary>The position of the first NaN, or -1.</summary>
    public static int IndexOfNaN(ReadOnlySpan<double> values)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            ref var first = ref MemoryMarshal.GetReference(values);
            for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
            {
                var block = Unsafe.ReadUnaligned<Vector<double>>(ref Unsafe.As<double, byte>(ref Unsafe.Add(ref first, i)));
                if (!Vector.EqualsAll(block, block))
                    break;
            }
        }

        for (; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]))
                return i;
        }

        return -1;
    }

    public void Dispose()
    {
        if (_rented is null)
            return;
        ArrayPool<double>.Shared.Return(_rented);
        _rented = null;
    }

    private static int CheckNaN(ReadOnlySpan<double> values, NaNPolicy policy, string name)
    {
        if (policy is not (NaNPolicy.Refuse or NaNPolicy.Drop))
            throw new ArgumentOutOfRangeException(nameof(policy), policy, "The NaN policy is either Refuse or Drop.");
        if (values.IsEmpty)
            throw Empty(name);
        var position = IndexOfNaN(values);
        if (position >= 0 && policy == NaNPolicy.Refuse)
            throw HoldsNaN(name, position);
        return position;
    }

    private static ColumnInput CopyWithoutNaN(ReadOnlySpan<double> values, string name)
    {
        var rented = ArrayPool<double>.Shared.Rent(values.Length);
        var kept = 0;
        foreach (var value in values)
        {
            rented[kept] = value;
            kept += double.IsNaN(value) ? 0 : 1;
        }

        if (kept == 0)
        {
            ArrayPool<double>.Shared.Return(rented);
            throw new ArgumentException($"'{name}' holds nothing but NaN, so no value is left after dropping them.", name);
        }

        return new ColumnInput(rented.AsSpan(0, kept), rented, kept, values.Length - kept);
    }

    private static ArgumentException Empty(string name) => new($"'{name}' is empty; this statistic needs at least one value.", name);

    private static ArgumentException HoldsNaN(string name, int position) =>
        new($"'{name}' holds NaN at position {position}; drop it beforehand or pass {nameof(NaNPolicy)}.{nameof(NaNPolicy.Drop)}.", name);
}
