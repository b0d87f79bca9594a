using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// P-values in ascending order that remember their places: the ground of all procedures of <see cref="MultipleTesting"/>.
/// </summary>
internal sealed class OrderedPValues
{
    private readonly double[] _ascending;
    private readonly int[] _places;
    private readonly double _level;

    public OrderedPValues(ReadOnlySpan<double> pValues, double level)
    {
        Validate(pValues);
        if (!(level is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level lies between 0 and 1.");
        _level = level;
        _ascending = pValues.ToArray();
        _places = new int[pValues.Length];
        for (var i = 0; i < _places.Length; i++)
            _places[i] = i;
        RadixSort.Sort(_ascending, _places);
    }

    /// <summary>One hypothesis at a time: p and the number of tests.</summary>
    public AdjustedPValues Single(Func<double, int, double> adjust, Func<double, int, bool> reject)
    {
        var adjusted = new double[_ascending.Length];
        var rejected = new bool[_ascending.Length];
        for (var i = 0; i < adjusted.Length; i++)
        {
            adjusted[i] = adjust(_ascending[i], adjusted.Length);
            rejected[i] = reject(_ascending[i], adjusted.Length);
        }

        return InOriginalOrder(adjusted, rejected);
    }

    /// <summary>From the smallest p-value on, until one is kept.</summary>
    public AdjustedPValues StepDown(Func<double, int, int, double> adjust, Func<double, int, int, bool> reject)
    {
        var m = _ascending.Length;
        var adjusted = new double[m];
        var rejected = new bool[m];
        var running = 0.0;
        var open = true;
        for (var i = 0; i < m; i++)
        {
            adjusted[i] = running = Math.Max(running, adjust(_ascending[i], i, m));
            rejected[i] = open = open && reject(_ascending[i], i, m);
        }

        return InOriginalOrder(adjusted, rejected);
    }

    /// <summary>From the largest p-value down, until one is rejected, and with it all smaller ones.</summary>
    public AdjustedPValues StepUp(Func<double, int, int, double> adjust, Func<double, int, int, bool> reject)
    {
        var m = _ascending.Length;
        var adjusted = new double[m];
        var rejected = new bool[m];
        var running = double.PositiveInfinity;
        var found = false;
        for (var i = m - 1; i >= 0; i--)
        {
            adjusted[i] = running = Math.Min(running, adjust(_ascending[i], i, m));
            rejected[i] = found = found || reject(_ascending[i], i, m);
        }

        return InOriginalOrder(adjusted, rejected);
    }

    /// <summary>Wright, "Adjusted p-values for simultaneous inference", Biometrics 48 (1992).</summary>
    public AdjustedPValues Hommel()
    {
        var n = _ascending.Length;
        var adjusted = (double[])_ascending.Clone();
        for (var m = n; m > 1; m--)
        {
            var smallest = double.PositiveInfinity;
            for (var k = 1; k <= m; k++)
                smallest = Math.Min(smallest, m * _ascending[n - m + k - 1] / k);
            for (var i = n - m; i < n; i++)
                adjusted[i] = Math.Max(adjusted[i], smallest);
            for (var i = 0; i < n - m; i++)
                adjusted[i] = Math.Max(adjusted[i], Math.Min(m * _ascending[i], smallest));
        }

        return InOriginalOrder(adjusted, [.. adjusted.Select(p => p <= _level)]);
    }

    public static void Validate(ReadOnlySpan<double> pValues)
    {
        if (pValues.IsEmpty)
            throw new ArgumentException("There is no p-value.", nameof(pValues));
        for (var i = 0; i < pValues.Length; i++)
        {
            if (!(pValues[i] is >= 0 and <= 1))
                throw new ArgumentException($"The p-value at position {i} is {pValues[i]}; p-values lie in [0, 1].", nameof(pValues));
        }
    }

    private AdjustedPValues InOriginalOrder(double[] adjusted, bool[] rejected)
    {
        var values = new double[adjusted.Length];
        var flags = new bool[adjusted.Length];
        for (var i = 0; i < adjusted.Length; i++)
        {
            values[_places[i]] = Math.Min(1, adjusted[i]);
            flags[_places[i]] = rejected[i];
        }

        return new AdjustedPValues(values, flags, _level);
    }
}
