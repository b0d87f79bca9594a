namespace Lifecycle.Sdk.Drift;

/// <summary>Which changes of a mean a detector looks for.</summary>
public enum DriftDirection
{
    /// <summary>Rises and falls.</summary>
    Both = 0,

    /// <summary>Rises only.</summary>
    Up = 1,

    /// <summary>Falls only.</summary>
    Down = 2,
}

/// <summary>Options of <see cref="PageHinkleyDetector"/>.</summary>
public sealed record PageHinkleyOptions
{
    /// <summary>Values after a start before drift can be reported, at least 1.</summary>
    /// <value>Default 30.</value>
    public int MinimumCount { get; init; } = 30;

    /// <summary>The deviation δ from the mean that is tolerated, in the unit of the values, not negative.</summary>
    /// <value>Default 0.005.</value>
    public double Delta { get; init; } = 0.005;

    /// <summary>The threshold λ of the cumulated deviation, in the unit of the values, positive.</summary>
    /// <value>Default 50.</value>
    public double Threshold { get; init; } = 50;

    /// <summary>The factor α by which the cumulated deviation fades with every value, above 0 and at most 1 (no fading).</summary>
    /// <value>Default 0.9999.</value>
    public double Alpha { get; init; } = 0.9999;

    /// <summary>Which changes are looked for.</summary>
    /// <value>Default <see cref="DriftDirection.Both"/>.</value>
    public DriftDirection Direction { get; init; }

    /// <summary>What to do with NaN.</summary>
    /// <value>Default <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; init; }
}

/// <summary>
/// Page-Hinkley test for a change of an unknown mean: with the running mean m including the new value, S = αS + x - m - δ and
/// D = αD + x - m + δ; drift when S - min S or max D - D exceeds λ, from the minimum count on. Starts empty after a detection. No
/// warning level. Values must be within ±1e150. O(1) per value.
/// Source: Hinkley, "Inference about the change-point from cumulative sum tests", Biometrika 58, 1971; with fading factor in Gama,
/// Sebastião and Rodrigues, "On evaluating stream learning algorithms", Machine Learning 90, 2013.
/// </summary>
public sealed class PageHinkleyDetector : DriftDetector
{
    private readonly int _minimumCount;
    private readonly double _delta;
    private readonly double _threshold;
    private readonly double _alpha;
    private readonly DriftDirection _direction;
    private long _count;
    private double _mean;
    private double _rising;
    private double _lowest = double.PositiveInfinity;
    private double _falling;
    private double _highest = double.NegativeInfinity;

    /// <summary>Starts a detector.</summary>
    /// <param name="options">The options, copied; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public PageHinkleyDetector(PageHinkleyOptions? options = null)
        : base((options ??= new PageHinkleyOptions()).NaNPolicy)
    {
        _minimumCount = OptionRule.AtLeast(options.MinimumCount, 1);
        _delta = OptionRule.NotNegative(options.Delta);
        _threshold = OptionRule.Positive(options.Threshold);
        _alpha = options.Alpha == 1 ? 1 : OptionRule.Within(options.Alpha, 0, 1);
        _direction = OptionRule.Defined(options.Direction);
    }

    private protected override DetectorKind Kind => DetectorKind.PageHinkley;

    private protected override DriftState Step(double value, long count)
    {
        RequireInRange(value);
        _count++;
        _mean += (value - _mean) / _count;
        _rising = (_alpha * _rising) + (value - _mean - _delta);
        _falling = (_alpha * _falling) + (value - _mean + _delta);
        _lowest = Math.Min(_lowest, _rising);
        _highest = Math.Max(_highest, _falling);
        if (_count < _minimumCount) return DriftState.Stable;

        var drift = (_direction != DriftDirection.Down && _rising - _lowest > _threshold)
            || (_direction != DriftDirection.Up && _highest - _falling > _threshold);
        if (!drift) return DriftState.Stable;
        Clear();
        return DriftState.Drift;
    }

    private protected override void Clear()
    {
        _count = 0;
        (_mean, _rising, _falling) = (0, 0, 0);
        (_lowest, _highest) = (double.PositiveInfinity, double.NegativeInfinity);
    }

    private protected override void WriteOptions(StateWriter writer)
    {
        writer.Write((long)_minimumCount);
        writer.Write([_delta, _threshold, _alpha]);
        writer.Write((byte)_direction);
    }

    private protected override void WriteState(StateWriter writer)
    {
        writer.Write(_count);
        writer.Write([_mean, _rising, _lowest, _falling, _highest]);
    }

    private protected override void ReadState(ref StateReader reader)
    {
        var count = reader.ReadCount();
        double mean = reader.ReadNumber(), rising = reader.ReadNumber(), lowest = reader.ReadNumber(), falling = reader.ReadNumber(),
            highest = reader.ReadNumber();
        reader.RequireEnd();
        (_count, _mean, _rising, _lowest, _falling, _highest) = (count, mean, rising, lowest, falling, highest);
    }
}
