namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Divergences between two discrete distributions over the same bins or categories. Inputs are counts, weights or shares: finite, not
/// negative, with a positive sum; each side is divided by its sum first. All are O(bins), allocate nothing and are thread-safe.
/// </summary>
/// <remarks>
/// The sums are written over terms that cannot be negative, so near-equal inputs give a small correct number where the textbook
/// formula cancels to noise, and identical inputs give exactly 0.
/// </remarks>
public static class Divergences
{
    /// <summary>
    /// Shannon entropy -Σ p·ln p, in nats, or in units of <paramref name="logBase"/>. From 0 (one category) to ln(categories).
    /// Source: Shannon, "A mathematical theory of communication", Bell System Technical Journal 27, 1948.
    /// </summary>
    /// <param name="counts">Counts or shares per category.</param>
    /// <param name="logBase">Base of the logarithm, for example 2 for bits. Default e.</param>
    /// <exception cref="ArgumentException">A count is negative or not finite, or the sum is 0 or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="logBase"/> is not above 0, not finite, or 1.</exception>
    public static double Entropy(ReadOnlySpan<double> counts, double logBase = Math.E)
    {
        var total = Shares.CheckedTotal(counts, nameof(counts));
        var sum = 0.0;
        foreach (var count in counts)
        {
            var p = count / total;
            if (p > 0) sum -= p * Math.Log(p);
        }

        return InBase(sum, logBase);
    }

    /// <summary>
    /// Kullback-Leibler divergence Σ p·ln(p/q) of <paramref name="p"/> from <paramref name="q"/>, in nats or units of
    /// <paramref name="logBase"/>. From 0 (equal) to +∞ (some category has p above 0 and q = 0). Not symmetric.
    /// Source: Kullback and Leibler, "On information and sufficiency", Annals of Mathematical Statistics 22, 1951.
    /// </summary>
    /// <param name="p">Counts or shares of the distribution that the mean is taken over.</param>
    /// <param name="q">Counts or shares of the distribution compared with; as many as <paramref name="p"/>.</param>
    /// <param name="logBase">Base of the logarithm, for example 2 for bits. Default e.</param>
    /// <exception cref="ArgumentException">The lengths differ, a count is negative or not finite, or a sum is 0 or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="logBase"/> is not above 0, not finite, or 1.</exception>
    public static double KullbackLeibler(ReadOnlySpan<double> p, ReadOnlySpan<double> q, double logBase = Math.E)
    {
        var (totalP, totalQ) = Totals(p, q);
        var sum = 0.0;
        for (var i = 0; i < p.Length; i++)
        {
            double a = p[i] / totalP, b = q[i] / totalQ;
            // Σ(q-p) is 0, so adding it changes nothing but makes every term p·ln(p/q) - p + q non-negative.
            if (a == 0) sum += b;
            else if (b == 0) return double.PositiveInfinity;
            else sum += RelativeTerm(a, b);
        }

        return InBase(sum, logBase);
    }

    /// <summary>
    /// Jensen-Shannon distance: the square root of ½·KL(p‖m) + ½·KL(q‖m) with m = (p+q)/2. A metric: symmetric, 0 only for equal
    /// distributions, triangle inequality. From 0 to √ln 2 = 0.8326 in nats, to 1 in base 2.
    /// Source: Endres and Schindelin, "A new metric for probability distributions", IEEE Transactions on Information Theory 49, 2003.
    /// </summary>
    /// <param name="p">Counts or shares of one distribution.</param>
    /// <param name="q">Counts or shares of the other; as many as <paramref name="p"/>.</param>
    /// <param name="logBase">Base of the logarithm, for example 2 for a distance of at most 1. Default e.</param>
    /// <exception cref="ArgumentException">The lengths differ, a count is negative or not finite, or a sum is 0 or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="logBase"/> is not above 1 or not finite.</exception>
    public static double JensenShannonDistance(ReadOnlySpan<double> p, ReadOnlySpan<double> q, double logBase = Math.E)
    {
        var (totalP, totalQ) = Totals(p, q);
        // A base below 1 would turn the divergence negative, which has no root.
        if (!double.IsFinite(logBase) || logBase <= 1)
            throw new ArgumentOutOfRangeException(nameof(logBase), logBase, "The base of the logarithm must be above 1 and finite.");
        var sum = 0.0;
        for (var i = 0; i < p.Length; i++)
        {
            double a = p[i] / totalP, b = q[i] / totalQ;
            var mean = (a + b) / 2;
            if (mean > 0) sum += mean * JensenShannonTerm(((a - b) / 2) / mean);
        }

        return Math.Sqrt(InBase(sum / 2, logBase));
    }

    /// <summary>
    /// Hellinger distance √(½·Σ(√p-√q)²). A metric from 0 (equal) to 1 (disjoint).
    /// Source: Hellinger, "Neue Begründung der Theorie quadratischer Formen", Journal für die reine und angewandte Mathematik 136, 1909.
    /// </summary>
    /// <param name="p">Counts or shares of one distribution.</param>
    /// <param name="q">Counts or shares of the other; as many as <paramref name="p"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ, a count is negative or not finite, or a sum is 0 or not finite.</exception>
    public static double Hellinger(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        var (totalP, totalQ) = Totals(p, q);
        var sum = 0.0;
        for (var i = 0; i < p.Length; i++)
        {
            var difference = Math.Sqrt(p[i] / totalP) - Math.Sqrt(q[i] / totalQ);
            sum += difference * difference;
        }

        return Math.Min(Math.Sqrt(sum / 2), 1);
    }

    /// <summary>
    /// Total variation distance ½·Σ|p-q|: the largest difference in probability that any event can show. A metric from 0 to 1.
    /// Source: Levin, Peres and Wilmer, "Markov Chains and Mixing Times", section 4.1.
    /// </summary>
    /// <param name="p">Counts or shares of one distribution.</param>
    /// <param name="q">Counts or shares of the other; as many as <paramref name="p"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ, a count is negative or not finite, or a sum is 0 or not finite.</exception>
    public static double TotalVariation(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        var (totalP, totalQ) = Totals(p, q);
        var sum = 0.0;
        for (var i = 0; i < p.Length; i++) sum += Math.Abs((p[i] / totalP) - (q[i] / totalQ));
        return Math.Min(sum / 2, 1);
    }

    /// <summary>Σ(q-p)·ln(q/p) over shares that already went through a zero rule.</summary>
    internal static double Symmetrised(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        var sum = 0.0;
        for (var i = 0; i < p.Length; i++)
        {
            double a = p[i], b = q[i];
            if (a == b) continue;
            if (a == 0 || b == 0) return double.PositiveInfinity;
            var relative = (b - a) / a;
            // Near 1 the quotient has lost the digits of the difference, which the difference itself still has.
            sum += (b - a) * (Math.Abs(relative) < 0.5 ? LogOnePlus(relative) : LogRatio(b, a));
        }

        return sum;
    }

    /// <summary>p·ln(p/q) - p + q for positive p and q: never negative.</summary>
    private static double RelativeTerm(double p, double q)
    {
        var t = (p - q) / q;
        if (Math.Abs(t) >= 0.1) return (p * LogRatio(p, q)) - p + q;
        // q·((1+t)·ln(1+t) - t) = q·Σ (-t)^k / (k(k-1)) for k ≥ 2.
        double power = t * t, sum = 0;
        for (var k = 2; k < 24; k++, power *= -t) sum += power / (k * (k - 1.0));
        return q * sum;
    }

    /// <summary>(1+t)·ln(1+t) + (1-t)·ln(1-t) for |t| ≤ 1: never negative.</summary>
    private static double JensenShannonTerm(double t)
    {
        t = Math.Abs(t);
        if (t >= 1) return 2 * Math.Log(2);
        if (t >= 0.1) return ((1 + t) * Math.Log(1 + t)) + ((1 - t) * Math.Log(1 - t));
        // Twice the even terms of the series above.
        double square = t * t, power = square, sum = 0;
        for (var k = 2; k < 24; k += 2, power *= square) sum += 2 * power / (k * (k - 1.0));
        return sum;
    }

    /// <summary>ln(1+t), exact to the last digits for small t (Kahan's correction of the rounding in 1+t).</summary>
    private static double LogOnePlus(double t)
    {
        var u = 1 + t;
        return u == 1 ? t : Math.Log(u) * t / (u - 1);
    }

    private static double LogRatio(double numerator, double denominator)
    {
        var ratio = numerator / denominator;
        return double.IsNormal(ratio) ? Math.Log(ratio) : Math.Log(numerator) - Math.Log(denominator);
    }

    private static (double P, double Q) Totals(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        Shares.RequireSameLength(p.Length, q.Length, nameof(q));
        return (Shares.CheckedTotal(p, nameof(p)), Shares.CheckedTotal(q, nameof(q)));
    }

    private static double InBase(double nats, double logBase)
    {
        if (logBase == Math.E) return nats;
        if (!double.IsFinite(logBase) || logBase <= 0 || logBase == 1)
            throw new ArgumentOutOfRangeException(nameof(logBase), logBase, "The base of the logarithm must be positive and not 1.");
        return nats / Math.Log(logBase);
    }
}
