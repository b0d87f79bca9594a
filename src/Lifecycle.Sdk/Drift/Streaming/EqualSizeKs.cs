namespace Lifecycle.Sdk.Drift;

/// <summary>The two-sided, two-sample Kolmogorov-Smirnov statistic of samples of the same size n, in steps of 1/n.</summary>
internal static class EqualSizeKs
{
    /// <summary>n times the statistic of two sorted samples; ties are passed together.</summary>
    public static int Height(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        int i = 0, j = 0, highest = 0;
        while (i < x.Length && j < y.Length)
        {
            var next = Math.Min(x[i], y[j]);
            while (i < x.Length && x[i] <= next) i++;
            while (j < y.Length && y[j] <= next) j++;
            highest = Math.Max(highest, Math.Abs(i - j));
        }

        return highest;
    }

    /// <summary>
    /// Exact P(n·D ≥ h) for h = 0…n under continuity: 2·Σ (-1)^(k-1)·C(2n, n-kh)/C(2n, n) over k ≥ 1 with kh ≤ n, by reflection of lattice
    /// paths (Gnedenko and Korolyuk 1951).
    /// </summary>
    public static double[] PValues(int n)
    {
        // Ratios C(2n, n-j)/C(2n, n), each from the one before: no factorial, no overflow.
        var ratios = new double[n + 1];
        ratios[0] = 1;
        for (var j = 1; j <= n; j++) ratios[j] = ratios[j - 1] * (n - j + 1) / (n + j);
        var pValues = new double[n + 1];
        pValues[0] = 1;
        for (var h = 1; h <= n; h++)
        {
            var sum = 0.0;
            for (var k = 1; k * (long)h <= n; k++) sum += k % 2 == 1 ? ratios[k * h] : -ratios[k * h];
            pValues[h] = Math.Clamp(2 * sum, 0, 1);
        }

        return pValues;
    }
}
