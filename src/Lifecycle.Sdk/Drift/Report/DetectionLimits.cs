using System.Collections.Concurrent;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Critical values, and the effects that are detected with the asked-for power, for one report. Thread-safe: columns run in parallel.
/// </summary>
internal sealed class DetectionLimits(double level, double power)
{
    private const int Halvings = 50;
    private readonly ConcurrentDictionary<int, (double Critical, double Noncentrality)> _chiSquared = new();
    private readonly ConcurrentDictionary<(DriftTest, long, long), Lazy<SimulatedLaw>> _quantileLaws = new();
    private readonly double _kolmogorov = Bisect(0.1, 8, z => KolmogorovLaw.LimitSf(z) > level);

    public double Level { get; } = level;

    /// <summary>The two-sided critical value of z.</summary>
    public double CriticalZ { get; } = Normal.InverseSf(level / 2);

    /// <summary>z₁₋α⁄₂ + z_power: how many standard errors an effect must measure.</summary>
    public double DetectableZ => CriticalZ + PowerZ;

    /// <summary>The normal quantile of the power; not below 0, since the bounds it enters hold from one half upwards.</summary>
    public double PowerZ { get; } = Math.Max(0, Normal.Quantile(power));

    /// <summary>
    /// The critical D of sizes whose product by their sum is <paramref name="effective"/>, by Stephens' correction of the limit law
    /// (J. R. Stat. Soc. B 32, 1970).
    /// </summary>
    public double CriticalDistance(double effective)
    {
        double root = Math.Sqrt(effective);
        return Math.Min(1, _kolmogorov / (root + 0.12 + (0.11 / root)));
    }

    public double CriticalChiSquared(int degrees) => ChiSquaredLimits(degrees).Critical;

    /// <summary>The noncentrality λ at which a chi-squared test has the power.</summary>
    public double Noncentrality(int degrees) => ChiSquaredLimits(degrees).Noncentrality;

    /// <summary>The law of a histogram over deciles, made by the first column that needs it.</summary>
    public SimulatedLaw QuantileLaw(DriftTest test, long reference, long current, Func<SimulatedLaw> make) =>
        _quantileLaws.GetOrAdd((test, reference, current), _ => new Lazy<SimulatedLaw>(make)).Value;

    private (double Critical, double Noncentrality) ChiSquaredLimits(int degrees) => _chiSquared.GetOrAdd(degrees, df =>
    {
        double critical = Bisect(0, df + 60 + (12 * Math.Sqrt(df)) - (4 * Math.Log(Level)), x => ChiSquared.Sf(x, df) > Level);
        double farthest = 100 + (20 * Math.Sqrt(df)) + (4 * critical);
        return (critical, Bisect(0, farthest, noncentrality => NoncentralSf(critical, df, noncentrality) < power));
    });

    /// <summary>Σ Poisson(j; λ/2)·Sf(x; df + 2j), outward from the most probable j until the terms vanish.</summary>
    private static double NoncentralSf(double x, double degrees, double noncentrality)
    {
        double half = noncentrality / 2, sum = 0;
        if (half == 0) return ChiSquared.Sf(x, degrees);
        int mode = (int)half;
        double atMode = Math.Exp((mode * Math.Log(half)) - half - Numerics.Gamma.Log(mode + 1.0)), weight = atMode;
        for (int j = mode; weight > 1e-12; j++, weight *= half / j) sum += weight * ChiSquared.Sf(x, degrees + (2.0 * j));
        weight = atMode;
        for (int j = mode; j > 0; j--)
        {
            weight *= j / half;
            if (weight < 1e-12) break;
            sum += weight * ChiSquared.Sf(x, degrees + (2.0 * (j - 1)));
        }

        return sum;
    }

    /// <summary>The point of [low, high] up to which a condition holds.</summary>
    private static double Bisect(double low, double high, Func<double, bool> holds)
    {
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            if (holds(middle)) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }
}
