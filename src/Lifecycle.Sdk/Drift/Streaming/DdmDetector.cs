namespace Lifecycle.Sdk.Drift;

/// <summary>Options of <see cref="DdmDetector"/>.</summary>
public sealed record DdmOptions
{
    /// <summary>Values after a start during which nothing is kept or reported, at least 1.</summary>
    /// <value>Default 30.</value>
    public int WarmUp { get; init; } = 30;

    /// <summary>Standard deviations above the minimum at which the warning begins, positive.</summary>
    /// <value>Default 2.</value>
    public double WarningLevel { get; init; } = 2;

    /// <summary>Standard deviations above the minimum at which drift is reported, positive.</summary>
    /// <value>Default 3.</value>
    public double DriftLevel { get; init; } = 3;

    /// <summary>What to do with NaN.</summary>
    /// <value>Default <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; init; }
}

/// <summary>
/// Drift detection method on the error rate of a classifier: values are 1 for a wrong and 0 for a right prediction. With error rate p and
/// s = √(p(1-p)/n) after n values, the smallest p+s is kept; p+s above p_min + 3·s_min is drift, above p_min + 2·s_min a warning. Starts
/// empty after a detection. O(1) per value.
/// Source: Gama, Medas, Castillo and Rodrigues, "Learning with drift detection", SBIA 2004.
/// </summary>
public sealed class DdmDetector : DriftDetector
{
    private readonly int _warmUp;
    private readonly double _warningLevel;
    private readonly double _driftLevel;
    private long _count;
    private long _errors;
    private double _lowestRate = double.PositiveInfinity;
    private double _lowestDeviation = double.PositiveInfinity;

    /// <summary>Starts a detector.</summary>
    /// <param name="options">The options, copied; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public DdmDetector(DdmOptions? options = null)
        : base((options ??= new DdmOptions()).NaNPolicy)
    {
        _warmUp = OptionRule.AtLeast(options.WarmUp, 1);
        _warningLevel = OptionRule.Positive(options.WarningLevel);
        _driftLevel = OptionRule.Positive(options.DriftLevel);
    }

    private protected override DetectorKind Kind => DetectorKind.Ddm;

    private protected override DriftState Step(double value, long count)
    {
        var error = BinaryValue.IsOne(value);
        _count++;
        _errors += error ? 1 : 0;
        if (_count <= _warmUp) return DriftState.Stable;

        var rate = (double)_errors / _count;
        var deviation = Math.Sqrt(rate * (1 - rate) / _count);
        var level = rate + deviation;
        if (level <= _lowestRate + _lowestDeviation) (_lowestRate, _lowestDeviation) = (rate, deviation);
        if (level > _lowestRate + (_driftLevel * _lowestDeviation))
        {
            Clear();
            return DriftState.Drift;
        }

        return level > _lowestRate + (_warningLevel * _lowestDeviation) ? DriftState.Warning : DriftState.Stable;
    }

    private protected override void Clear()
    {
        (_count, _errors) = (0, 0);
        (_lowestRate, _lowestDeviation) = (double.PositiveInfinity, double.PositiveInfinity);
    }

    private protected override void WriteOptions(StateWriter writer)
    {
        writer.Write((long)_warmUp);
        writer.Write([_warningLevel, _driftLevel]);
    }

    private protected override void WriteState(StateWriter writer)
    {
        writer.Write(_count);
        writer.Write(_errors);
        writer.Write([_lowestRate, _lowestDeviation]);
    }

    private protected override void ReadState(ref StateReader reader)
    {
        long count = reader.ReadCount(), errors = reader.ReadCount();
        double rate = reader.ReadNumber(), deviation = reader.ReadNumber();
        reader.RequireEnd();
        SavedState.Require(errors <= count, "it has more errors than values");
        (_count, _errors, _lowestRate, _lowestDeviation) = (count, errors, rate, deviation);
    }
}
