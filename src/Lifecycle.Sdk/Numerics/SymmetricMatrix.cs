namespace Lifecycle.Sdk.Numerics;

/// <summary>What the statistics need of small symmetric matrices, stored row by row.</summary>
internal static class SymmetricMatrix
{
    private const int MaxSweeps = 60;

    /// <summary>
    /// The quadratic form v'A⁺v and the rank of A, by Jacobi rotations; eigenvalues at most <paramref name="tolerance"/> times the
    /// largest count as zero. Changes both arguments.
    /// </summary>
    public static (double Form, int Rank) PseudoInverseForm(Span<double> a, Span<double> v, double tolerance)
    {
        var n = v.Length;
        for (var sweep = 0; sweep < MaxSweeps && !IsDiagonal(a, n); sweep++)
        {
            for (var p = 0; p < n - 1; p++)
            {
                for (var q = p + 1; q < n; q++)
                    Rotate(a, v, n, p, q);
            }
        }

        var largest = 0.0;
        for (var i = 0; i < n; i++)
            largest = Math.Max(largest, a[(i * n) + i]);
        // The entries are means of products of cosines: below this a covariance is rounding noise.
        if (largest < 1e-24)
            return (0, 0);
        double form = 0;
        var rank = 0;
        for (var i = 0; i < n; i++)
        {
            var eigenvalue = a[(i * n) + i];
            if (eigenvalue <= tolerance * largest)
                continue;
            form += v[i] * v[i] / eigenvalue;
            rank++;
        }

        return (form, rank);
    }

    private static bool IsDiagonal(ReadOnlySpan<double> a, int n)
    {
        for (var p = 0; p < n; p++)
        {
            for (var q = p + 1; q < n; q++)
            {
                if (a[(p * n) + q] != 0)
                    return false;
            }
        }

        return true;
    }

    // One rotation in the plane (p, q) that makes a[p, q] zero; v is carried into the new axes.
    private static void Rotate(Span<double> a, Span<double> v, int n, int p, int q)
    {
        var off = a[(p * n) + q];
        if (off == 0)
            return;
        double app = a[(p * n) + p], aqq = a[(q * n) + q];
        if (Math.Abs(off) <= 1e-18 * Math.Sqrt(Math.Abs(app * aqq)))
        {
            a[(p * n) + q] = a[(q * n) + p] = 0;
            return;
        }

        var theta = (aqq - app) / (2 * off);
        var t = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        double c = 1 / Math.Sqrt((t * t) + 1), s = t * c;
        for (var k = 0; k < n; k++)
        {
            double akp = a[(k * n) + p], akq = a[(k * n) + q];
            a[(k * n) + p] = (c * akp) - (s * akq);
            a[(k * n) + q] = (s * akp) + (c * akq);
        }

        for (var k = 0; k < n; k++)
        {
            double apk = a[(p * n) + k], aqk = a[(q * n) + k];
            a[(p * n) + k] = (c * apk) - (s * aqk);
            a[(q * n) + k] = (s * apk) + (c * aqk);
        }

        a[(p * n) + q] = a[(q * n) + p] = 0;
        double vp = v[p], vq = v[q];
        v[p] = (c * vp) - (s * vq);
        v[q] = (s * vp) + (c * vq);
    }
}
