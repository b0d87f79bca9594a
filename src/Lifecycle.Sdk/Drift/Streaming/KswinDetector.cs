using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>Options of <see cref="KswinDetector"/>.</summary>
public sealed record KswinOptions
{
    /// <summary>Level α of one comparison, above 0 and below 1. One is made for every value, so it has to be small.</summary>
    /// <value>Default 0.005.</value>
    public double Alpha { get; init; } = 0.005;

    /// <summary>Values in the window, from twice <see cref="SampleSize"/> to 1,000,000.</summary>
    /// <value>Default 100.</value>
    public int WindowSize { get; init; } = 100;

    /// <summary>Size of the two samples that are compared, at least 2.</summary>
    /// <value>Default 30.</value>
    public int SampleSize { get; init; } = 30;

    /// <summary>Smallest KS statistic that counts as drift, from 0 and below 1.</summary>
    /// <value>Default 0.1.</value>
    public double MinimumDistance { get; init; } = 0.1;

    /// <summary>Seed of the draws from the older values.</summary>
    /// <value>Default 0.</value>
    public ulong Seed { get; init; }

    /// <summary>What to do with NaN.</summary>
    /// <value>Default <see cref="NaNPolicy.Refuse"/>.</value>
    public NaNPolicy NaNPolicy { get; init; }
}

/// <summary>
/// Kolmogorov-Smirnov windowing: once the window is full, at every value the newest n values are compared with n drawn without replacement
/// from the older ones. Drift when the exact two-sided p-value is at most α and the statistic above the minimum; only the newest n stay
/// then. No warning level. Any number may come, infinities included: only the order counts. O(window + n·log n) per value.
/// Source: Raab, Heusinger and Schleif, "Reactive soft prototype computing for concept drift streams", Neurocomputing 416, 2020; exact law
/// for equal sizes: Gnedenko and Korolyuk, "On the maximum discrepancy between two empirical distributions", 1951.
/// </summary>
public sealed class KswinDetector : DriftDetector
{
    private const int LargestWindow = 1_000_000;

    private readonly double _alpha;
    private readonly int _sampleSize;
    private readonly double _minimumDistance;
    private readonly ulong _seed;

    // P-value of the statistic h/n at index h: a constant of the configuration.
    private readonly double[] _pValues;
    private readonly double[] _window;
    private readonly int[] _order;
    private readonly double[] _older;
    private readonly double[] _newer;
    private SplitMix64 _random;
    private int _length;
    private int _start;

    /// <summary>Starts a detector.</summary>
    /// <param name="options">The options, copied; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public KswinDetector(KswinOptions? options = null)
        : base((options ??= new KswinOptions()).NaNPolicy)
    {
        _alpha = OptionRule.Within(options.Alpha, 0, 1);
        _sampleSize = OptionRule.Between(options.SampleSize, 2, LargestWindow / 2);
        _window = new double[OptionRule.Between(options.WindowSize, 2 * _sampleSize, LargestWindow)];
        _minimumDistance = options.MinimumDistance == 0 ? 0 : OptionRule.Within(options.MinimumDistance, 0, 1);
        _seed = options.Seed;
        _random = new SplitMix64(_seed);
        _pValues = EqualSizeKs.PValues(_sampleSize);
        _order = new int[_window.Length - _sampleSize];
        _older = new double[_sampleSize];
        _newer = new double[_sampleSize];
    }

    /// <summary>The exact p-value of the last comparison; NaN before the first.</summary>
    public double PValue { get; private set; } = double.NaN;

    /// <summary>The KS statistic of the last comparison, from 0 to 1; NaN before the first.</summary>
    public double Statistic { get; private set; } = double.NaN;

    private protected override DetectorKind Kind => DetectorKind.Kswin;

    private protected override DriftState Step(double value, long count)
    {
        Append(value);
        if (_length < _window.Length) return DriftState.Stable;
        DrawOlder();
        for (var i = 0; i < _sampleSize; i++) _newer[i] = At(_length - _sampleSize + i);
        Array.Sort(_older);
        Array.Sort(_newer);
        var height = EqualSizeKs.Height(_older, _newer);
        Statistic = (double)height / _sampleSize;
        PValue = _pValues[height];
        if (PValue > _alpha || Statistic <= _minimumDistance) return DriftState.Stable;

        _start = Wrap(_start + _length - _sampleSize);
        _length = _sampleSize;
        return DriftState.Drift;
    }

    private void Append(double value)
    {
        if (_length == _window.Length)
        {
            _window[_start] = value;
            _start = Wrap(_start + 1);
            return;
        }

        _window[Wrap(_start + _length)] = value;
        _length++;
    }

    /// <summary>The first steps of a Fisher-Yates shuffle of the older positions.</summary>
    private void DrawOlder()
    {
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
        for (var i = 0; i < _sampleSize; i++)
        {
            var j = i + (int)(_random.Next() % (ulong)(_order.Length - i));
            (_order[i], _order[j]) = (_order[j], _order[i]);
            _older[i] = At(_order[i]);
        }
    }

    private double At(int index) => _window[Wrap(_start + index)];

    private int Wrap(int position) => position >= _window.Length ? position - _window.Length : position;

    private protected override void Clear()
    {
        (_length, _start) = (0, 0);
        _random = new SplitMix64(_seed);
        (PValue, Statistic) = (double.NaN, double.NaN);
    }

    private protected override void WriteOptions(StateWriter writer)
    {
        writer.Write([_alpha, _minimumDistance]);
        writer.Write((long)_window.Length);
        writer.Write((long)_sampleSize);
        writer.Write(unchecked((long)_seed));
    }

    private protected override void WriteState(StateWriter writer)
    {
        writer.Write(unchecked((long)_random.State));
        // The last result as the height of the statistic; -1 before the first.
        writer.Write(double.IsNaN(Statistic) ? -1L : (long)Math.Round(Statistic * _sampleSize));
        writer.Write((long)_length);
        for (var i = 0; i < _length; i++) writer.Write(At(i));
    }

    private protected override void ReadState(ref StateReader reader)
    {
        var random = new SplitMix64(unchecked((ulong)reader.ReadInteger()));
        var height = reader.ReadInteger();
        SavedState.Require(height >= -1 && height <= _sampleSize, "its statistic is out of range");
        var window = new double[reader.ReadCount(_window.Length)];
        reader.ReadNumbers(window);
        reader.RequireEnd();
        window.CopyTo(_window, 0);
        (_random, _start, _length) = (random, 0, window.Length);
        (Statistic, PValue) = height < 0 ? (double.NaN, double.NaN) : ((double)height / _sampleSize, _pValues[height]);
    }
}
