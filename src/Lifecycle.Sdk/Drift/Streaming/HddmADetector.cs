namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Hoeffding drift detection with averages. Values lie in [0, 1], for example 1 for an error. Of all prefixes of the stream, X minimises
/// mean + b(n) with b(n) = √(ln(1/c_drift)/2n), the later on ties, and Y maximises mean - b(n). With Z the whole stream, the mean has risen
/// when mean(Z) - mean(X) ≥ √((n_Z-n_X)/(n_X·n_Z)/2 · ln(2/c)), with c the drift or the warning confidence; a fall is the mirror image with
/// Y. Starts empty after a detection. O(1) per value.
/// Source: Frías-Blanco, del Campo-Ávila, Ramos-Jiménez, Morales-Bueno, Ortiz-Díaz and Caballero-Mota, "Online and non-parametric drift
/// detection methods based on Hoeffding's bounds", IEEE Transactions on Knowledge and Data Engineering 27, 2015.
/// </summary>
public sealed class HddmADetector : DriftDetector
{
    private readonly double _driftConfidence;
    private readonly double _warningConfidence;
    private readonly bool _twoSided;
    private readonly double _prefixFactor;
    private readonly double _driftFactor;
    private readonly double _warningFactor;
    private Prefix _all;
    private Prefix _low;
    private Prefix _high;

    // mean + b of the low prefix and mean - b of the high one, which only change with the prefix.
    private double _lowest = double.PositiveInfinity;
    private double _highest = double.NegativeInfinity;

    /// <summary>Starts a detector.</summary>
    /// <param name="options">The options, copied; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public HddmADetector(HddmOptions? options = null)
        : base((options ??= new HddmOptions()).NaNPolicy)
    {
        _driftConfidence = OptionRule.Within(options.DriftConfidence, 0, 1);
        _warningConfidence = OptionRule.Within(options.WarningConfidence, 0, 1);
        _twoSided = options.TwoSided;
        _prefixFactor = Math.Log(1 / _driftConfidence) / 2;
        _driftFactor = Math.Log(2 / _driftConfidence) / 2;
        _warningFactor = Math.Log(2 / _warningConfidence) / 2;
    }

    private protected override DetectorKind Kind => DetectorKind.HddmA;

    private protected override DriftState Step(double value, long count)
    {
        UnitValue.Require(value);
        _all = _all.With(value);
        var mean = _all.Mean;
        var bound = Math.Sqrt(_prefixFactor / _all.Count);
        if (mean + bound <= _lowest) (_low, _lowest) = (_all, mean + bound);
        if (mean - bound >= _highest) (_high, _highest) = (_all, mean - bound);

        var state = Judge(mean - _low.Mean, _low.Count);
        if (_twoSided && state != DriftState.Drift) state = (DriftState)Math.Max((int)state, (int)Judge(_high.Mean - mean, _high.Count));
        if (state == DriftState.Drift) Clear();
        return state;
    }

    private DriftState Judge(double change, long prefix)
    {
        // A prefix that is the whole stream proves nothing; its bound is 0 and would hold trivially.
        if (change <= 0 || prefix == _all.Count) return DriftState.Stable;
        var width = (double)(_all.Count - prefix) / prefix / _all.Count;
        var square = change * change;
        if (square >= width * _driftFactor) return DriftState.Drift;
        return square >= width * _warningFactor ? DriftState.Warning : DriftState.Stable;
    }

    private protected override void Clear()
    {
        (_all, _low, _high) = (default, default, default);
        (_lowest, _highest) = (double.PositiveInfinity, double.NegativeInfinity);
    }

    private protected override void WriteOptions(StateWriter writer)
    {
        writer.Write([_driftConfidence, _warningConfidence]);
        writer.Write((byte)(_twoSided ? 1 : 0));
    }

    private protected override void WriteState(StateWriter writer)
    {
        foreach (var prefix in (ReadOnlySpan<Prefix>)[_all, _low, _high])
        {
            writer.Write(prefix.Count);
            writer.Write(prefix.Sum);
        }

        writer.Write([_lowest, _highest]);
    }

    private protected override void ReadState(ref StateReader reader)
    {
        var all = new Prefix(reader.ReadCount(), reader.ReadNumber());
        var low = new Prefix(reader.ReadCount(), reader.ReadNumber());
        var high = new Prefix(reader.ReadCount(), reader.ReadNumber());
        double lowest = reader.ReadNumber(), highest = reader.ReadNumber();
        reader.RequireEnd();
        SavedState.Require(low.Count <= all.Count && high.Count <= all.Count, "a prefix in it is longer than the stream");
        (_all, _low, _high, _lowest, _highest) = (all, low, high, lowest, highest);
    }

    /// <summary>The first values of the stream.</summary>
    private readonly record struct Prefix(long Count, double Sum)
    {
        public double Mean => Sum / Count;

        public Prefix With(double value) => new(Count + 1, Sum + value);
    }
}
