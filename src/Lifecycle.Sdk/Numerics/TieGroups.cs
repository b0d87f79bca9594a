namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// Walks two ascending samples together, one group of equal values of the pooled sample after the other: the base of all rank
/// statistics of two samples. O(m + n), no allocation.
/// </summary>
internal ref struct TieGroups(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
{
    private readonly ReadOnlySpan<double> _first = first;
    private readonly ReadOnlySpan<double> _second = second;

    /// <summary>How many values of the first sample are below the present group.</summary>
    public int FirstBelow { get; private set; }

    public int SecondBelow { get; private set; }

    /// <summary>How many values of the first sample the present group has.</summary>
    public int FirstCount { get; private set; }

    public int SecondCount { get; private set; }

    public bool Next()
    {
        var i = FirstBelow + FirstCount;
        var j = SecondBelow + SecondCount;
        FirstBelow = i;
        SecondBelow = j;
        double value;
        if (i < _first.Length)
            value = j < _second.Length ? Math.Min(_first[i], _second[j]) : _first[i];
        else if (j < _second.Length)
            value = _second[j];
        else
            return false;

        // -0.0 equals +0.0 here, as everywhere in the statistics.
        while (i < _first.Length && _first[i] == value)
            i++;
        while (j < _second.Length && _second[j] == value)
            j++;
        FirstCount = i - FirstBelow;
        SecondCount = j - SecondBelow;
        return true;
    }
}
