namespace Lifecycle.Sdk.Drift;

/// <summary>Options of <see cref="EddmDetector"/>.</summary>
public sealed record EddmOptions
{
    /// <summary>Values, and errors, after a start before anything is reported, at least 1.</summary>
    /// <value>Default 30.</value>
    public int WarmUp { get; init; } = 30;

    /// <summary>Share α of the largest distance below which the warning begins, above 0 and below 1.</summary>
    /// <value>Default 0.95.</value>
    public double WarningLevel { get; init; } = 0.95;

    /// <summary>Share β of the largest distance below which drift is reported, above 0 and below 1.</summary>
    /// <value>Default 0.9.</value>
    public double DriftLevel { get; init; } = 0.9;

    /// <summary>What to do with NaN.</summary>
    /// <value>Default <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; init; }
}

/// <summary>
/// Early drift detection method: watches the distance, in values, between the errors of a classifier (1 wrong, 0 right). At each error the
/// mean and population standard deviation of the distances are updated; v = mean + 2·std; while v falls below β times its largest value it
/// is drift, below α times a warning, which lasts until the next error. Starts empty after a detection. O(1) per value.
/// Source: Baena-García et al., "Early drift detection method", 4th International Workshop on Knowledge Discovery from Data Streams, 2006.
/// </summary>
public sealed class EddmDetector : DriftDetector
{
    private readonly int _warmUp;
    private readonly double _warningLevel;
    private readonly double _driftLevel;
    private long _count;
    private long _lastError;
    private long _errors;
    private double _mean;
    private double _squares;
    private double _largest;
    private bool _warning;

    /// <summary>Starts a detector.</summary>
    /// <param name="options">The options, copied; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public EddmDetector(EddmOptions? options = null)
        : base((options ??= new EddmOptions()).NaNPolicy)
    {
        _warmUp = OptionRule.AtLeast(options.WarmUp, 1);
        _warningLevel = OptionRule.Within(options.WarningLevel, 0, 1);
        _driftLevel = OptionRule.Within(options.DriftLevel, 0, 1);
    }

    private protected override DetectorKind Kind => DetectorKind.Eddm;

    private protected override DriftState Step(double value, long count)
    {
        var error = BinaryValue.IsOne(value);
        _count++;
        if (!error) return _warning ? DriftState.Warning : DriftState.Stable;

        var distance = (double)(_count - _lastError);
        _lastError = _count;
        _errors++;
        var delta = distance - _mean;
        _mean += delta / _errors;
        _squares += delta * (distance - _mean);
        if (_count <= _warmUp) return DriftState.Stable;

        var level = _mean + (2 * Math.Sqrt(_squares / _errors));
        var share = 1.0;
        if (level > _largest) _largest = level;
        else if (_errors > _warmUp) share = level / _largest;
        if (share < _driftLevel)
        {
            Clear();
            return DriftState.Drift;
        }

        _warning = share < _warningLevel;
        return _warning ? DriftState.Warning : DriftState.Stable;
    }

    private protected override void Clear()
    {
        (_count, _lastError, _errors) = (0, 0, 0);
        (_mean, _squares, _largest) = (0, 0, 0);
        _warning = false;
    }

    private protected override void WriteOptions(StateWriter writer)
    {
        writer.Write((long)_warmUp);
        writer.Write([_warningLevel, _driftLevel]);
    }

    private protected override void WriteState(StateWriter writer)
    {
        writer.Write(_count);
        writer.Write(_lastError);
        writer.Write(_errors);
        writer.Write([_mean, _squares, _largest]);
        writer.Write((byte)(_warning ? 1 : 0));
    }

    private protected override void ReadState(ref StateReader reader)
    {
        long count = reader.ReadCount(), lastError = reader.ReadCount(), errors = reader.ReadCount();
        double mean = reader.ReadNumber(), squares = reader.ReadNumber(), largest = reader.ReadNumber();
        var warning = reader.ReadByte();
        reader.RequireEnd();
        SavedState.Require(lastError <= count && errors <= count && squares >= 0 && warning <= 1, "its numbers contradict each other");
        (_count, _lastError, _errors) = (count, lastError, errors);
        (_mean, _squares, _largest, _warning) = (mean, squares, largest, warning == 1);
    }
}
