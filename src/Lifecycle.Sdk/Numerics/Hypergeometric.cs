namespace Lifecycle.Sdk.Numerics;

/// <summary>The hypergeometric law of the upper left cell of a 2×2 table whose margins are fixed.</summary>
internal static class Hypergeometric
{
    // Two tables whose probabilities are mathematically equal may differ by rounding; distinct ones differ by far more than this.
    private const double Slack = 1e-11;

    /// <summary>
    /// P(k), by Loader's three binomial weights, for draws of <paramref name="drawn"/> from <paramref name="good"/> +
    /// <paramref name="bad"/>.
    /// </summary>
    public static double Probability(long k, long good, long bad, long drawn)
    {
        var total = good + bad;
        if (drawn == 0 || drawn == total)
            return 1;
        var p = (double)drawn / total;
        var q = (double)(total - drawn) / total;
        return Beta.BinomialWeight(k, good, p, q) * Beta.BinomialWeight(drawn - k, bad, p, q) / Beta.BinomialWeight(drawn, total, p, q);
    }

    /// <summary>P(K ≤ k); O(range).</summary>
    public static double Cdf(long k, long good, long bad, long drawn)
    {
        long low = Math.Max(0, drawn - bad), high = Math.Min(good, drawn);
        var here = Probability(k, good, bad, drawn);
        var below = TailFrom(here, k, low, -1, good, bad, drawn);
        // The smaller side is summed, so that neither loses digits.
        var above = TailFrom(here, k, high, +1, good, bad, drawn);
        return below <= above ? Math.Min(1, below) : Math.Clamp(1 - (above - here), 0, 1);
    }

    /// <summary>P(K ≥ k); O(range).</summary>
    public static double Sf(long k, long good, long bad, long drawn) => Cdf(good - k, good, bad, good + bad - drawn);

    /// <summary>The probability of all tables that are at most as probable as the one with k; O(range).</summary>
    public static double TwoSided(long k, long good, long bad, long drawn)
    {
        long low = Math.Max(0, drawn - bad), high = Math.Min(good, drawn);
        double sum = 0, ratio = 1;
        for (var i = k; i >= low; ratio *= Down(i, good, bad, drawn), i--)
            sum += ratio <= 1 + Slack ? ratio : 0;
        ratio = 1;
        for (var i = k; i < high; i++)
        {
            ratio /= Down(i + 1, good, bad, drawn);
            sum += ratio <= 1 + Slack ? ratio : 0;
        }

        return Math.Min(1, sum * Probability(k, good, bad, drawn));
    }

    private static double TailFrom(double here, long k, long end, int direction, long good, long bad, long drawn)
    {
        double sum = here, term = here;
        for (var i = k; i != end; i += direction)
        {
            term *= direction < 0 ? Down(i, good, bad, drawn) : 1 / Down(i + 1, good, bad, drawn);
            sum += term;
        }

        return sum;
    }

    // P(i - 1)/P(i).
    private static double Down(long i, long good, long bad, long drawn) =>
        (double)i / (good - i + 1) * ((double)(bad - drawn + i) / (drawn - i + 1));
}
