namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// A sum that carries what rounding took away (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen",
/// ZAMM 54, 1974), so that a million rows cost no digits. Beyond the range of a double it behaves like an ordinary sum.
/// </summary>
internal struct RunningSum
{
    private double _sum;
    private double _lost;

    internal void Add(double value)
    {
        var next = _sum + value;
        _lost += Math.Abs(_sum) >= Math.Abs(value) ? _sum - next + value : value - next + _sum;
        _sum = next;
    }

    // Once the sum is infinite, what was lost is NaN and means nothing.
    internal readonly double Value => double.IsFinite(_sum) ? _sum + _lost : _sum;
}
