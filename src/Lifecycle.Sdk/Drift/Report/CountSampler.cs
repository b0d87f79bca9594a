using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>Draws of the laws of counts that a comparison of two histograms needs. Seeded; not thread-safe.</summary>
internal struct CountSampler(ulong seed)
{
    // Above this variance the rounded normal law is as good as the law itself: its skewness is below 0.07.
    private const double NormalFrom = 200;

    private SplitMix64 _random = new(seed);

    /// <summary>How many of <paramref name="drawn"/> values, taken without replacement, are among the good ones.</summary>
    public long Hypergeometric(long good, long bad, long drawn)
    {
        double total = (double)good + bad;
        long low = Math.Max(0, drawn - bad), high = Math.Min(good, drawn);
        if (low == high) return low;
        double mean = drawn * (good / total);
        double variance = mean * (bad / total) * ((total - drawn) / (total - 1));
        if (variance > NormalFrom) return Rounded(mean, variance, low, high);
        long mode = Math.Clamp((long)((drawn + 1.0) * (good + 1.0) / (total + 2)), low, high);
        double atMode = Numerics.Hypergeometric.Probability(mode, good, bad, drawn);
        double left = _random.NextDouble() - atMode, up = atMode, down = atMode;
        for (long above = mode, below = mode; left >= 0 && (above < high || below > low);)
        {
            if (above < high)
            {
                up *= (good - above) / (above + 1.0) * ((drawn - above) / (bad - drawn + above + 1.0));
                above++;
                if ((left -= up) < 0) return above;
            }

            if (below > low)
            {
                down *= below / (good - below + 1.0) * ((bad - drawn + below) / (drawn - below + 1.0));
                below--;
                if ((left -= down) < 0) return below;
            }
        }

        return mode;
    }

    /// <summary>How many of <paramref name="trials"/> succeed, each with the given probability.</summary>
    public long Binomial(long trials, double probability)
    {
        if (trials == 0 || probability <= 0) return 0;
        if (probability >= 1) return trials;
        double mean = trials * probability, variance = mean * (1 - probability), odds = probability / (1 - probability);
        if (variance > NormalFrom) return Rounded(mean, variance, 0, trials);
        long mode = Math.Clamp((long)((trials + 1.0) * probability), 0, trials);
        double atMode = Beta.BinomialWeight(mode, trials, probability, 1 - probability);
        double left = _random.NextDouble() - atMode, up = atMode, down = atMode;
        for (long above = mode, below = mode; left >= 0 && (above < trials || below > 0);)
        {
            if (above < trials)
            {
                up *= (trials - above) / (above + 1.0) * odds;
                above++;
                if ((left -= up) < 0) return above;
            }

            if (below > 0)
            {
                down *= below / (trials - below + 1.0) / odds;
                below--;
                if ((left -= down) < 0) return below;
            }
        }

        return mode;
    }

    /// <summary>
    /// A gamma variate of unit scale (Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26, 2000).
    /// </summary>
    public double Gamma(double shape)
    {
        if (shape < 1) return Gamma(shape + 1) * Math.Pow(1 - _random.NextDouble(), 1 / shape);
        double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NextNormal(), v = 1 + (c * x);
            if (v <= 0) continue;
            v *= v * v;
            if (Math.Log(1 - _random.NextDouble()) < (0.5 * x * x) + (d * (1 - v + Math.Log(v)))) return d * v;
        }
    }

    public double NextDouble() => _random.NextDouble();

    private long Rounded(double mean, double variance, long low, long high) =>
        Math.Clamp((long)Math.Round(mean + (Math.Sqrt(variance) * NextNormal())), low, high);

    private double NextNormal() => Normal.Quantile(_random.NextDouble() + Math.ScaleB(1, -54));
}
