namespace Lifecycle.Sdk.Numerics;

/// <summary>The laws of the Kolmogorov-Smirnov statistic of one sample of n against a continuous distribution.</summary>
internal static class KolmogorovLaw
{
    // Up to here the exact law costs some milliseconds; above, the expansion below is right to about 1e-9.
    private const int LargestExact = 10_000;

    // From n·d² = 5 on, both barriers are crossed with at most e^-30 of the probability of crossing one.
    private const double OneBarrierOnly = 5;
    private const double OneBarrierNearly = 3;
    private const int LongestSum = 20_000;
    private const int MaxJump = 40;

    /// <summary>P(K > z) of Kolmogorov's limit law, z = √n·D, by whichever of its two series converges at once.</summary>
    public static double LimitSf(double z)
    {
        if (z <= 0)
            return 1;
        if (z < 1.1)
            return 1 - PelzGood.LimitCdf(z);
        var sum = 0.0;
        for (var k = 1; k < 20; k++)
        {
            var term = Math.Exp(-2.0 * k * k * z * z);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-18 * sum)
                break;
        }

        return Math.Min(1, 2 * sum);
    }

    /// <summary>
    /// P(D ≥ d) of the two-sided statistic for n observations. Exact up to n = 10,000 (Pomeranz' recursion, Comm. ACM 17, 1974; twice
    /// the one-sided law where that is all); above it the expansion of Pelz and Good (J. R. Stat. Soc. B 38, 1976).
    /// </summary>
    public static double TwoSidedSf(double d, int n)
    {
        if (d >= 1)
            return 0;
        if (2.0 * n * d <= 1)
            return 1;
        var square = n * d * d;
        if (d >= 0.5 || square >= OneBarrierOnly)
            return Math.Min(1, 2 * OneSidedSf(d, n));
        if (n <= LargestExact)
            return Clip(1 - InsideBand(d, n));
        if (square >= OneBarrierNearly)
            return Math.Min(1, (2 * OneSidedSf(d, n)) - (2 * Math.Exp(-8 * square)));
        return Clip(1 - PelzGood.Cdf(d, n));
    }

    /// <summary>
    /// P(D⁺ ≥ d) by Smirnov's sum, d Σ C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j) over j ≤ n(1 - d) (Birnbaum and Tingey, Ann. Math.
    /// Stat. 22, 1951): all terms positive, each by Loader's weight, so the tail keeps its relative accuracy. O(min(n, 20,000)).
    /// </summary>
    public static double OneSidedSf(double d, int n)
    {
        // For long sums the summand is a smooth bump that vanishes at both ends with all derivatives, so every s-th term, times s,
        // is the same sum to the last digits (trapezium rule).
        var stride = n > LongestSum && n * d * d > 1 ? Math.Max(1, n / (LongestSum / 2)) : 1;
        return OneSidedSf(d, n, stride);
    }

    /// <summary>The same with every <paramref name="stride"/>-th term only.</summary>
    internal static double OneSidedSf(double d, int n, int stride)
    {
        if (d <= 0)
            return 1;
        if (d >= 1)
            return 0;
        if (n * d * d > 373)
            return 0;
        var last = (long)Math.Floor(n * (1 - d));
        double sum = 0, correction = 0;
        for (long j = 0; j <= last; j += stride)
        {
            var p = d + ((double)j / n);
            var q = ((n - j) / (double)n) - d;
            if (q < 0)
                break;
            var term = (q == 0 && j < n ? 0 : Beta.BinomialWeight(j, n, p, q)) * (d / p);
            // Kahan's sum: thousands of terms of one magnitude.
            var corrected = term - correction;
            var next = sum + corrected;
            correction = next - sum - corrected;
            sum = next;
        }

        return Math.Min(1, sum * stride);
    }

    // The empirical process as a Poisson process of rate 1 on [0, n] given n points: its count must stay in (s - t, s + t), t = nd.
    // The integer bounds change only where s - t or s + t is an integer. With f the fraction of t these places are k + min(f, 1-f)
    // and k + max(f, 1-f), so there are three lengths of step; each step is one convolution with Poisson weights. Only sums of
    // positive products, so nothing cancels.
    private static double InsideBand(double d, int n)
    {
        var t = n * d;
        var whole = (int)Math.Floor(t);
        var fraction = t - whole;
        var near = Math.Min(fraction, 1 - fraction);
        var far = 1 - near;
        Span<double> weights = stackalloc double[3 * MaxJump];
        var ends = weights[..PoissonWeights(near, weights[..MaxJump])];
        var around = weights.Slice(MaxJump, PoissonWeights(2 * near, weights.Slice(MaxJump, MaxJump)));
        var between = weights.Slice(2 * MaxJump, PoissonWeights(far - near, weights[(2 * MaxJump)..]));

        var law = new CountLaw(n);
        for (var k = 0; k < n; k++)
        {
            law.Advance(k - whole, k + whole, k == 0 ? ends : around);
            if (fraction < 0.5)
                law.Advance(k - whole + 1, k + whole, between);
            else
                law.Advance(k - whole, k + whole + 1, between);
        }

        law.Advance(n - whole, n + whole, ends);
        var logInside = law.LogProbability(n);
        law.Return();
        // Divided by the Poisson probability of n points, e^-n n^n / n! = e^-stirling / √(2πn).
        return Math.Exp(logInside + Gamma.StirlingError(n) + (0.5 * Math.Log(2 * Math.PI * n)));
    }

    private static int PoissonWeights(double mean, Span<double> weights)
    {
        weights[0] = Math.Exp(-mean);
        var count = 1;
        for (; count < MaxJump; count++)
        {
            weights[count] = weights[count - 1] * mean / count;
            if (weights[count] < 1e-22)
                break;
        }

        return count;
    }

    private static double Clip(double p) => Math.Clamp(p, 0, 1);
}
