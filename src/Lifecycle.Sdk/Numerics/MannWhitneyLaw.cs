using System.Buffers;

namespace Lifecycle.Sdk.Numerics;

/// <summary>The exact null law of Mann and Whitney's U without ties (Ann. Math. Stat. 18, 1947).</summary>
internal static class MannWhitneyLaw
{
    /// <summary>The largest product of the sample sizes for which the law is tabulated: half as many doubles.</summary>
    public const long LargestProduct = 20_000_000;

    /// <summary>P(U ≥ <paramref name="u"/>); O(min(m, n)·mn) time.</summary>
    public static double Sf(long u, int m, int n)
    {
        var product = (long)m * n;
        if (u <= 0)
            return 1;
        if (u > product)
            return 0;
        // Symmetric about mn/2: the tail is summed from its end, where all terms are small and positive.
        return 2 * u > product ? LowerTail(product - u, m, n) : 1 - LowerTail(u - 1, m, n);
    }

    // P(U ≤ u) for u below the middle. The counts are the coefficients of the Gaussian binomial [m+n choose m], built up by
    // [n+i choose i] = [n+i-1 choose i-1]·(1 - q^(n+i))/(1 - q^i): new[v] = new[v-i] + (old[v] - old[v-n-i]). Left of the middle each
    // bracket is not negative, because the coefficients are symmetric and unimodal, so the errors stay at some units in the last place.
    private static double LowerTail(long u, int m, int n)
    {
        if (m > n)
            (m, n) = (n, m);
        var length = (int)u + 1;
        var rented = ArrayPool<double>.Shared.Rent(2 * length);
        var old = rented.AsSpan(0, length);
        var next = rented.AsSpan(length, length);
        old.Clear();
        old[0] = 1;
        for (var i = 1; i <= m; i++)
        {
            var shift = n + i;
            var scale = i / (double)shift; // Keeps the counts as probabilities: C(n+i, i) = C(n+i-1, i-1)·(n+i)/i.
            for (var v = 0; v < length; v++)
            {
                var bracket = (v >= shift ? old[v] - old[v - shift] : old[v]) * scale;
                next[v] = v >= i ? next[v - i] + bracket : bracket;
            }

            var swap = old;
            old = next;
            next = swap;
        }

        var sum = 0.0;
        foreach (var probability in old)
            sum += probability;
        ArrayPool<double>.Shared.Return(rented);
        return Math.Min(1, sum);
    }
}
