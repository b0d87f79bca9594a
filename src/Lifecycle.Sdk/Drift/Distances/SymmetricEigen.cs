namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Eigenvalues and orthonormal eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, "Matrix
/// Computations", section 8.5): slow for large matrices (O(d³) a sweep), but small eigenvalues keep their digits.
/// </summary>
internal static class SymmetricEigen
{
    private const int MostSweeps = 64;

    /// <summary>
    /// Returns eigenvalues in decreasing order and the eigenvectors as rows of a row-major matrix in the same order.
    /// <paramref name="matrix"/> (row-major, size × size) is destroyed.
    /// </summary>
    public static (double[] Values, double[] Vectors) Decompose(double[] matrix, int size)
    {
        var vectors = new double[size * size];
        for (var i = 0; i < size; i++) vectors[(i * size) + i] = 1;
        for (var sweep = 0; sweep < MostSweeps && OffDiagonal(matrix, size) > 0; sweep++)
        {
            for (var p = 0; p < size - 1; p++)
            {
                for (var q = p + 1; q < size; q++) Rotate(matrix, vectors, size, p, q);
            }
        }

        return Sorted(matrix, vectors, size);
    }

    private static double OffDiagonal(double[] a, int size)
    {
        var sum = 0.0;
        for (var p = 0; p < size - 1; p++)
        {
            for (var q = p + 1; q < size; q++) sum += Math.Abs(a[(p * size) + q]);
        }

        return sum;
    }

    private static void Rotate(double[] a, double[] vectors, int size, int p, int q)
    {
        double app = a[(p * size) + p], aqq = a[(q * size) + q], apq = a[(p * size) + q];
        // Below the last digit of both diagonal entries the element cannot change them any more: count it as zero.
        if (Math.Abs(app) + Math.Abs(apq) == Math.Abs(app) && Math.Abs(aqq) + Math.Abs(apq) == Math.Abs(aqq))
        {
            a[(p * size) + q] = a[(q * size) + p] = 0;
            return;
        }

        var theta = (aqq - app) / (2 * apq);
        var t = 1 / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        if (theta < 0) t = -t;
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        for (var k = 0; k < size; k++)
        {
            double akp = a[(k * size) + p], akq = a[(k * size) + q];
            a[(k * size) + p] = (c * akp) - (s * akq);
            a[(k * size) + q] = (s * akp) + (c * akq);
        }

        RotateRows(a, size, p, q, c, s);
        RotateRows(vectors, size, p, q, c, s);
        a[(p * size) + q] = a[(q * size) + p] = 0;
    }

    private static void RotateRows(double[] a, int size, int p, int q, double c, double s)
    {
        for (var k = 0; k < size; k++)
        {
            double apk = a[(p * size) + k], aqk = a[(q * size) + k];
            a[(p * size) + k] = (c * apk) - (s * aqk);
            a[(q * size) + k] = (s * apk) + (c * aqk);
        }
    }

    private static (double[] Values, double[] Vectors) Sorted(double[] diagonal, double[] vectors, int size)
    {
        var order = new int[size];
        var keys = new double[size];
        for (var i = 0; i < size; i++) (order[i], keys[i]) = (i, -diagonal[(i * size) + i]);
        Array.Sort(keys, order);
        var sorted = new double[size * size];
        for (var i = 0; i < size; i++)
        {
            keys[i] = -keys[i];
            Array.Copy(vectors, order[i] * size, sorted, i * size, size);
        }

        return (keys, sorted);
    }
}
