namespace Lifecycle.Sdk.Drift;

/// <summary>Options of <see cref="CusumDetector"/>.</summary>
public sealed record CusumOptions
{
    /// <summary>Mean of the stream while it is in control, finite.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation of the stream while it is in control, positive.</summary>
    public required double StandardDeviation { get; init; }

    /// <summary>Reference value k in standard deviations, not negative: half the shift that should be found quickly.</summary>
    /// <value>Default 0.5.</value>
    public double Slack { get; init; } = 0.5;

    /// <summary>Decision interval h in standard deviations, positive.</summary>
    /// <value>Default 5, for about 465 values between false alarms on independent normal values.</value>
    public double Threshold { get; init; } = 5;

    /// <summary>What to do with NaN.</summary>
    /// <value>Default <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; init; }
}

/// <summary>
/// Two-sided tabular CUSUM for a shift of a known mean: z = (x-mean)/std, P = max(0, P+z-k), N = max(0, N-z-k); P or N above h is drift,
/// and both start again at 0. No warning level. Values must be within ±1e150. O(1) per value.
/// Source: Page, "Continuous inspection schemes", Biometrika 41, 1954; tabular form in Montgomery, "Introduction to Statistical Quality
/// Control".
/// </summary>
public sealed class CusumDetector : DriftDetector
{
    private readonly double _mean;
    private readonly double _deviation;
    private readonly double _slack;
    private readonly double _threshold;
    private double _up;
    private double _down;

    /// <summary>Starts a detector.</summary>
    /// <param name="options">The options; they are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public CusumDetector(CusumOptions options)
        : base((options ?? throw new ArgumentNullException(nameof(options))).NaNPolicy)
    {
        _mean = OptionRule.Finite(options.Mean);
        _deviation = OptionRule.Positive(options.StandardDeviation);
        _slack = OptionRule.NotNegative(options.Slack);
        _threshold = OptionRule.Positive(options.Threshold);
    }

    private protected override DetectorKind Kind => DetectorKind.Cusum;

    private protected override DriftState Step(double value, long count)
    {
        RequireInRange(value);
        var z = (value - _mean) / _deviation;
        _up = Math.Max(0, _up + z - _slack);
        _down = Math.Max(0, _down - z - _slack);
        if (_up <= _threshold && _down <= _threshold) return DriftState.Stable;
        Clear();
        return DriftState.Drift;
    }

    private protected override void Clear() => (_up, _down) = (0, 0);

    private protected override void WriteOptions(StateWriter writer) => writer.Write([_mean, _deviation, _slack, _threshold]);

    private protected override void WriteState(StateWriter writer) => writer.Write([_up, _down]);

    private protected override void ReadState(ref StateReader reader)
    {
        double up = reader.ReadNumber(), down = reader.ReadNumber();
        reader.RequireEnd();
        (_up, _down) = (up, down);
    }
}
