using System.Runtime.CompilerServices;

namespace Lifecycle.Sdk.Drift;

/// <summary>Integrals over the gap between two empirical distribution functions, by one merge of the sorted samples.</summary>
internal static class DistributionGap
{
    /// <summary>
    /// ∫(F-G)² dx of two sorted, unweighted samples. The height of the gap is an integer in units of 1/(n·m): no rounding adds up.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double IntegrateSquare(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        long n = x.Length, m = y.Length, height = 0;
        var unit = 1.0 / ((double)n * m);
        double total = 0, partial = 0, last = Math.Min(x[0], y[0]);
        int i = 0, j = 0, step = 0;
        while (i < x.Length && j < y.Length)
        {
            double a = x[i], b = y[j];
            // Without branches: which side comes next is a coin toss to the predictor. Of equal values either may go first, the width
            // between them is 0.
            var takesX = a <= b ? 1 : 0;
            var next = double.MinNative(a, b);
            partial += Slab(last, next, height * unit);
            last = next;
            height += takesX * (m + n);
            height -= n;
            i += takesX;
            j += 1 - takesX;
            if ((++step & 4095) == 0) (total, partial) = (total + partial, 0);
        }

        var rest = i < x.Length ? x[i..] : y[j..];
        var perValue = i < x.Length ? m : -n;
        foreach (var next in rest)
        {
            partial += Slab(last, next, height * unit);
            last = next;
            height += perValue;
            if ((++step & 4095) == 0) (total, partial) = (total + partial, 0);
        }

        return total + partial;
    }

    /// <summary>∫|F-G| dx or ∫(F-G)² dx of two sorted samples with their cumulative shares, whose last entries are 1.</summary>
    public static double Integrate(
        ReadOnlySpan<double> x, ReadOnlySpan<double> cumulativeX, ReadOnlySpan<double> y, ReadOnlySpan<double> cumulativeY, bool squared)
    {
        double total = 0, f = 0, g = 0, last = Math.Min(x[0], y[0]);
        int i = 0, j = 0;
        while (i < x.Length || j < y.Length)
        {
            var takesX = j == y.Length || (i < x.Length && x[i] <= y[j]);
            var next = takesX ? x[i] : y[j];
            var gap = Math.Abs(f - g);
            total += squared ? Slab(last, next, gap) : Strip(last, next, gap);
            last = next;
            if (takesX) f = cumulativeX[i++];
            else g = cumulativeY[j++];
        }

        return total;
    }

    private static double Slab(double from, double to, double gap) => Strip(from, to, gap * gap);

    /// <summary>(to-from)·height, where the width may overflow or be ∞-∞ and a height of 0 ends the matter.</summary>
    private static double Strip(double from, double to, double height)
    {
        var area = (to - from) * height;
        if (double.IsFinite(area)) return area;
        return height == 0 || from == to ? 0 : (to * height) - (from * height);
    }
}
