namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Hoeffding drift detection with weighted moving averages, quicker than <see cref="HddmADetector"/> on gradual changes. Values lie in
/// [0, 1]. An average e with weight λ of the newest value carries w = Σ (weights)², which starts at 1 and follows λ² + (1-λ)²·w; its bound
/// is b(w, c) = √(w·ln(1/c)/2). T averages the whole stream. When T.e + b(T.w, c_drift) falls below the lowest so far, the stream is cut:
/// S1 = T, and S2 averages what follows. The mean has risen when S2.e - S1.e > b(S1.w + S2.w, c). A fall is the mirror image with its own
/// cut. Starts empty after a detection. O(1) per value.
/// Source: Frías-Blanco et al., "Online and non-parametric drift detection methods based on Hoeffding's bounds", IEEE Transactions on
/// Knowledge and Data Engineering 27, 2015.
/// </summary>
public sealed class HddmWDetector : DriftDetector
{
    private readonly double _driftConfidence;
    private readonly double _warningConfidence;
    private readonly double _lambda;
    private readonly bool _twoSided;
    private readonly double _driftFactor;
    private readonly double _warningFactor;
    private Average _all;
    private Cut _rise;
    private Cut _fall;

    /// <summary>Starts a detector.</summary>
    /// <param name="options">The options, copied; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public HddmWDetector(HddmOptions? options = null)
        : base((options ??= new HddmOptions()).NaNPolicy)
    {
        _driftConfidence = OptionRule.Within(options.DriftConfidence, 0, 1);
        _warningConfidence = OptionRule.Within(options.WarningConfidence, 0, 1);
        _lambda = options.Lambda == 1 ? 1 : OptionRule.Within(options.Lambda, 0, 1);
        _twoSided = options.TwoSided;
        _driftFactor = Math.Log(1 / _driftConfidence) / 2;
        _warningFactor = Math.Log(1 / _warningConfidence) / 2;
        Clear();
    }

    private protected override DetectorKind Kind => DetectorKind.HddmW;

    private protected override DriftState Step(double value, long count)
    {
        UnitValue.Require(value);
        _all = _all.With(value, _lambda);
        var bound = Math.Sqrt(_all.Weight * _driftFactor);
        _rise = _rise.With(value, _all, _all.Mean + bound, _lambda);
        var state = Judge(_rise.After.Mean - _rise.Before.Mean, _rise);
        if (_twoSided)
        {
            // The mirror image runs on negated levels, so that one comparison serves both.
            _fall = _fall.With(value, _all, bound - _all.Mean, _lambda);
            var fall = Judge(_fall.Before.Mean - _fall.After.Mean, _fall);
            if (fall > state) state = fall;
        }

        if (state == DriftState.Drift) Clear();
        return state;
    }

    private DriftState Judge(double change, Cut cut)
    {
        if (cut.After.Weight == 0 || change <= 0) return DriftState.Stable;
        var weight = cut.Before.Weight + cut.After.Weight;
        var square = change * change;
        if (square > weight * _driftFactor) return DriftState.Drift;
        return square > weight * _warningFactor ? DriftState.Warning : DriftState.Stable;
    }

    private protected override void Clear()
    {
        _all = default;
        _rise = _fall = new Cut(double.PositiveInfinity, default, default);
    }

    private protected override void WriteOptions(StateWriter writer)
    {
        writer.Write([_driftConfidence, _warningConfidence, _lambda]);
        writer.Write((byte)(_twoSided ? 1 : 0));
    }

    private protected override void WriteState(StateWriter writer)
    {
        _all.Write(writer);
        _rise.Write(writer);
        _fall.Write(writer);
    }

    private protected override void ReadState(ref StateReader reader)
    {
        var all = Average.Read(ref reader);
        var rise = Cut.Read(ref reader);
        var fall = Cut.Read(ref reader);
        reader.RequireEnd();
        (_all, _rise, _fall) = (all, rise, fall);
    }

    /// <summary>An exponentially weighted average; weight 0 means it is empty.</summary>
    private readonly record struct Average(double Mean, double Weight)
    {
        public Average With(double value, double lambda) =>
            Weight == 0
                ? new Average(value, 1)
                : new Average((lambda * value) + ((1 - lambda) * Mean), (lambda * lambda) + ((1 - lambda) * (1 - lambda) * Weight));

        public void Write(StateWriter writer) => writer.Write([Mean, Weight]);

        public static Average Read(ref StateReader reader) => new(reader.ReadNumber(), reader.ReadNumber());
    }

    /// <summary>Where the stream is cut: the level there, the average before and the average after.</summary>
    private readonly record struct Cut(double Level, Average Before, Average After)
    {
        public Cut With(double value, Average all, double level, double lambda) =>
            level < Level ? new Cut(level, all, default) : this with { After = After.With(value, lambda) };

        public void Write(StateWriter writer)
        {
            writer.Write(Level);
            Before.Write(writer);
            After.Write(writer);
        }

        public static Cut Read(ref StateReader reader) => new(reader.ReadNumber(), Average.Read(ref reader), Average.Read(ref reader));
    }
}
