namespace Lifecycle.Sdk.Drift;

/// <summary>Options of <see cref="AdwinDetector"/>.</summary>
public sealed record AdwinOptions
{
    /// <summary>Confidence δ of one cut, above 0 and below 1: smaller means fewer false detections and later true ones.</summary>
    /// <value>Default 0.002.</value>
    public double Delta { get; init; } = 0.002;

    /// <summary>The window is examined every so many values, at least 1.</summary>
    /// <value>Default 32.</value>
    public int Clock { get; init; } = 32;

    /// <summary>
    /// Buckets of one size that are kept before the two oldest are merged, from 1 to 1000: more means finer cuts and more work.
    /// </summary>
    /// <value>Default 5.</value>
    public int MaxBuckets { get; init; } = 5;

    /// <summary>Values that each side of a cut must have, at least 1.</summary>
    /// <value>Default 5.</value>
    public int MinimumSubwindow { get; init; } = 5;

    /// <summary>The window is examined only when it holds more values than this, at least 1.</summary>
    /// <value>Default 10.</value>
    public int GracePeriod { get; init; } = 10;

    /// <summary>What to do with NaN.</summary>
    /// <value>Default <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; init; }
}

/// <summary>
/// Adaptive windowing: keeps the longest window whose parts agree in mean. At each tick of the clock all cuts between buckets are walked
/// from the oldest; when the means of both sides differ by more than √(2rvL) + 2rL/3, with r = 1/n₀+1/n₁, v the variance of the window of
/// width W and L = ln(2·ln W/δ), the oldest bucket is dropped, drift is reported and the walk starts again. No warning level, and the
/// remaining window is kept. Values must be within ±1e150; the bound is derived for values in [0, 1].
/// </summary>
/// <remarks>
/// Memory O(M·log(W/M)) for M buckets per size, allocated at once for any W. Amortised O(1) per value, and O(M·log W) per tick.
/// Source: Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SIAM International Conference on Data Mining
/// 2007.
/// </remarks>
public sealed class AdwinDetector : DriftDetector
{
    private readonly double _delta;
    private readonly int _clock;
    private readonly int _minimumSubwindow;
    private readonly int _gracePeriod;
    private readonly ExponentialHistogram _window;

    // Counts down to the next tick, which saves a division per value.
    private int _untilTick;

    /// <summary>Starts a detector.</summary>
    /// <param name="options">The options, copied; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public AdwinDetector(AdwinOptions? options = null)
        : base((options ??= new AdwinOptions()).NaNPolicy)
    {
        _delta = OptionRule.Within(options.Delta, 0, 1);
        _clock = OptionRule.AtLeast(options.Clock, 1);
        _window = new ExponentialHistogram(OptionRule.Between(options.MaxBuckets, 1, 1000));
        _minimumSubwindow = OptionRule.AtLeast(options.MinimumSubwindow, 1);
        _gracePeriod = OptionRule.AtLeast(options.GracePeriod, 1);
        _untilTick = _clock;
    }

    /// <summary>Number of values in the window.</summary>
    public long Width => _window.Width;

    /// <summary>Sum of the values in the window.</summary>
    public double Total => _window.Summarise().Sum;

    /// <summary>Population variance of the values in the window; 0 while it is empty.</summary>
    public double Variance => Width == 0 ? 0 : _window.Summarise().Squares / Width;

    private protected override DetectorKind Kind => DetectorKind.Adwin;

    private protected override DriftState Step(double value, long count)
    {
        RequireInRange(value);
        _window.Add(value);
        if (--_untilTick > 0) return DriftState.Stable;
        _untilTick = _clock;
        if (_window.Width <= _gracePeriod) return DriftState.Stable;

        var drift = false;
        while (HasCut())
        {
            _window.DropOldest();
            drift = true;
        }

        return drift ? DriftState.Drift : DriftState.Stable;
    }

    private bool HasCut()
    {
        var whole = _window.Summarise();
        var variance = whole.Squares / whole.Count;
        var log = Math.Log(2 * Math.Log(whole.Count) / _delta);
        long older = 0;
        var sum = 0.0;
        for (var row = _window.Rows - 1; row >= 0; row--)
        {
            var size = 1L << row;
            foreach (var bucket in _window.Row(row))
            {
                older += size;
                sum += bucket.Sum;
                var newer = whole.Count - older;
                if (newer < _minimumSubwindow) return false;
                if (older < _minimumSubwindow) continue;
                var gap = Math.Abs((sum / older) - ((whole.Sum - sum) / newer));
                var r = (1.0 / older) + (1.0 / newer);
                if (gap > Math.Sqrt(2 * r * variance * log) + (2.0 / 3 * r * log)) return true;
            }
        }

        return false;
    }

    private protected override void Clear()
    {
        _window.Clear();
        _untilTick = _clock;
    }

    private protected override void WriteOptions(StateWriter writer)
    {
        writer.Write(_delta);
        writer.Write((long)_clock);
        writer.Write((long)_window.MaxBuckets);
        writer.Write((long)_minimumSubwindow);
        writer.Write((long)_gracePeriod);
    }

    private protected override void WriteState(StateWriter writer)
    {
        writer.Write((long)_untilTick);
        _window.Write(writer);
    }

    private protected override void ReadState(ref StateReader reader)
    {
        var untilTick = reader.ReadCount(_clock);
        SavedState.Require(untilTick > 0, "its clock has run out");
        _window.Read(ref reader);
        _untilTick = untilTick;
    }
}
