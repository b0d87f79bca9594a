namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Magnitudes to bucket numbers and back, such that the ratio of a bucket's ends is at most (1 + alpha) / (1 - alpha).
/// log2(x) is approximated by exponent + A s³ + B s² + C s, s the mantissa less one: monotone, exact at powers of two, and with a slope
/// against the true logarithm that is smallest at s = 0, where it is C ln 2. The number of buckets per octave is enlarged by that slope.
/// </summary>
internal readonly struct LogMapping
{
    public const double SmallestError = 0.0001;
    public const double LargestError = 0.5;
    public const double SmallestNormal = 2.2250738585072014E-308;

    private const double A = 6.0 / 35, B = -3.0 / 5, C = 10.0 / 7;
    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;
    private const ulong MantissaMask = (1UL << MantissaBits) - 1;
    private const ulong BitsOfOne = (ulong)ExponentBias << MantissaBits;

    private readonly double _bucketsPerOctave;
    private readonly double _centre;

    public LogMapping(double relativeError)
    {
        // A hair narrower than asked for, so that rounding in the mapping cannot break the promise at a bucket's end.
        double alpha = relativeError - 1e-11;
        _bucketsPerOctave = 1 / (C * (Math.Log(1 + alpha) - Math.Log(1 - alpha)));
        _centre = 1 + alpha;
    }

    public int IndexOfNormal(double magnitude) => (int)Math.Floor(ApproximateLog2(magnitude) * _bucketsPerOctave);

    public int IndexOfSubnormal(double magnitude) =>
        (int)Math.Floor((ApproximateLog2(magnitude * (1UL << MantissaBits)) - MantissaBits) * _bucketsPerOctave);

    /// <summary>The value whose relative distance to both ends of the bucket is alpha at most.</summary>
    public double Estimate(int index)
    {
        double log = index / _bucketsPerOctave;
        double exponent = Math.Floor(log);
        return Math.ScaleB((1 + InverseOfCubic(log - exponent)) * _centre, (int)exponent);
    }

    private static double ApproximateLog2(double normal)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(normal);
        double s = BitConverter.UInt64BitsToDouble((bits & MantissaMask) | BitsOfOne) - 1;
        return (long)(bits >> MantissaBits) - ExponentBias + ((A * s + B) * s + C) * s;
    }

    /// <summary>
    /// Solves A s³ + B s² + C s = y for s by Newton's method; the cubic is nearly a line on [0, 1), so six steps reach the last digit.
    /// </summary>
    private static double InverseOfCubic(double y)
    {
        double s = y;
        for (int i = 0; i < 6; i++) s -= (((A * s + B) * s + C) * s - y) / ((3 * A * s + 2 * B) * s + C);
        return s;
    }
}
