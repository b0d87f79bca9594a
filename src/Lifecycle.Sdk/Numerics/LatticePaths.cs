using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// The exact null law of the two-sample Kolmogorov-Smirnov statistic without ties: under the null every monotone lattice path from
/// (0, 0) to (m, n) is equally likely, and D ≥ h/lcm means that the path leaves the band |i·n - j·m| &lt; h·gcd (Hodges, Ark. Mat. 3,
/// 1958). The probability of leaving is summed over the first exits, all positive, so small p-values keep their digits.
/// </summary>
internal static class LatticePaths
{
    /// <summary>P(max |i·n - j·m| ≥ <paramref name="reach"/>), the two-sided law; reach is a multiple of gcd(m, n).</summary>
    public static double TwoSided(int m, int n, long reach)
    {
        if (reach <= 0)
            return 1;
        if (m == n)
            return EqualSizesTwoSided(n, reach / n);
        // Beyond this, a path that leaves on both sides has less than e^-50 of the probability of one that leaves on one.
        if (Scaled(m, n, reach) >= 3)
            return Math.Min(1, 2 * OneSided(m, n, reach));
        return Math.Min(1, FirstExits(m, n, -reach, reach));
    }

    /// <summary>
    /// P(max (i·n - j·m) ≥ <paramref name="reach"/>), the one-sided law; the same for the other side by turning the paths round.
    /// </summary>
    public static double OneSided(int m, int n, long reach)
    {
        if (reach <= 0)
            return 1;
        if (m == n)
            return EqualSizesOneSided(n, reach / n);
        // A path that first falls by b and then rises to a has e^(-2(2ab + b²)) of the probability of rising to a; where that is
        // below e^-60, the path may as well be dropped, which narrows the band.
        var a = Scaled(m, n, reach);
        var b = Math.Max(Math.Sqrt((a * a) + 30) - a, 1.5);
        var floor = (long)Math.Ceiling(b / a * reach);
        return Math.Min(1, FirstExits(m, n, -floor, reach, countLower: false));
    }

    // The reach in units of √(mn/(m+n))·D, in which the law tends to Kolmogorov's.
    private static double Scaled(int m, int n, long reach) => reach / Math.Sqrt((double)m * n * ((double)m + n));

    // C(2n, n-h)/C(2n, n) by the reflection principle.
    private static double EqualSizesOneSided(int n, long h)
    {
        var p = 1.0;
        for (long j = 0; j < h; j++)
            p *= (double)(n - j) / (n + j + 1);
        return p;
    }

    // 2 Σ (-1)^(k+1) C(2n, n-kh)/C(2n, n) by Horner's scheme from the last term, whose factors are all below one.
    private static double EqualSizesTwoSided(int n, long h)
    {
        var p = 0.0;
        for (var k = n / h; k >= 0; k--)
        {
            var ratio = 1.0;
            for (long j = 0; j < h; j++)
                ratio *= (double)(n - (k * h) - j) / (n + (k * h) + j + 1);
            p = ratio * (1 - p);
        }

        return Math.Min(1, 2 * p);
    }

    // Walks the diagonals i + j = s. The array holds, by i, the probability of being there without having left the band so far;
    // a uniform path takes its next step to the right with probability (m - i)/(m + n - s).
    private static double FirstExits(int m, int n, long lower, long upper, bool countLower = true)
    {
        var rented = ArrayPool<double>.Shared.Rent(m + 2 + (2 * Vector<double>.Count));
        var p = rented.AsSpan();
        p.Clear();
        p[1] = 1; // Position i lives at index i + 1, so that i - 1 can always be read.
        int low = 0, high = 0;
        var left = 0.0;
        var total = m + n;
        for (var s = 1; s <= total; s++)
        {
            var newHigh = Math.Min(high + 1, m);
            var newLow = Math.Max(low, s - n);
            Step(p, newLow, newHigh, m, n - s + 1, 1.0 / (total - s + 1));
            if (newLow > low)
                p[low + 1] = 0;
            low = newLow;
            high = newHigh;
            while (high >= low && Height(high, s, m, n) >= upper)
            {
                left += p[high + 1];
                p[high-- + 1] = 0;
            }

            while (low <= high && Height(low, s, m, n) <= lower)
            {
                left += countLower ? p[low + 1] : 0;
                p[low++ + 1] = 0;
            }

            if (low > high)
                break;
        }

        ArrayPool<double>.Shared.Return(rented);
        return left;
    }

    private static long Height(int i, int s, int m, int n) => ((long)i * n) - ((long)(s - i) * m);

    // p[i] <- p[i-1]·(m - i + 1)/rest + p[i]·(rowsLeft + i)/rest for i from high down to low: in place, as only i - 1 and i are read.
    private static void Step(Span<double> p, int low, int high, int m, int rowsLeft, double inverseRest)
    {
        ref var origin = ref MemoryMarshal.GetReference(p);
        var i = high;
        var lanes = Vector<double>.Count;
        if (high - low + 1 >= lanes)
        {
            var offsets = Vector.CreateSequence(0.0, 1.0);
            for (; i - lanes + 1 >= low; i -= lanes)
            {
                var first = i - lanes + 1;
                var index = new Vector<double>(first) + offsets;
                ref var here = ref Unsafe.As<double, byte>(ref Unsafe.Add(ref origin, first + 1));
                ref var before = ref Unsafe.As<double, byte>(ref Unsafe.Add(ref origin, first));
                var right = Unsafe.ReadUnaligned<Vector<double>>(ref before) * (new Vector<double>(m + 1.0) - index);
                var up = Unsafe.ReadUnaligned<Vector<double>>(ref here) * (new Vector<double>(rowsLeft) + index);
                Unsafe.WriteUnaligned(ref here, (right + up) * inverseRest);
            }
        }

        for (; i >= low; i--)
            p[i + 1] = ((p[i] * (m - i + 1.0)) + (p[i + 1] * (rowsLeft + (double)i))) * inverseRest;
    }
}
