namespace Lifecycle.Sdk.Numerics;

/// <summary>The null laws of the two-sample Cramér-von Mises criterion.</summary>
internal static class CramerVonMisesLaw
{
    private const int Nodes = 100;
    private const int MaxTerms = 60;

    /// <summary>
    /// P(W > x) of the limit law, by Smirnov's alternating sum of integrals (1/π) Σ (-1)^(j+1) ∫ √(-u/sin u) e^(-xu²/2) (2/u) du over u
    /// from (2j-1)π to 2jπ (Anderson and Darling, Ann. Math. Stat. 23, 1952): unlike 1 - cdf it keeps its relative accuracy in the tail.
    /// Gauss-Chebyshev nodes absorb the inverse square roots at both ends.
    /// </summary>
    public static double LimitSf(double x)
    {
        // Below, the cdf is under 1e-15.
        if (x < 0.003)
            return 1;
        double sum = 0;
        for (var j = 1; j < MaxTerms; j++)
        {
            var center = ((2 * j) - 0.5) * Math.PI;
            var term = 0.0;
            for (var k = 0; k < Nodes; k++)
            {
                var theta = (k + 0.5) * Math.PI / Nodes;
                // The distance from the nearer zero of the sine, without cancellation.
                var distance = Math.PI / 2 * 2 * Square(Math.Sin(Math.Min(theta, Math.PI - theta) / 2));
                var u = center + (Math.PI / 2 * Math.Cos(theta));
                term += Math.Sqrt(u / Math.Sin(distance)) * Math.Exp(-x * u * u / 2) * (2 / u) * Math.Sin(theta);
            }

            term *= Math.PI / 2 * (Math.PI / Nodes);
            sum += j % 2 == 1 ? term : -term;
            if (term <= 1e-17 * sum)
                break;
        }

        return Math.Clamp(sum / Math.PI, 0, 1);
    }

    /// <summary>
    /// P(ζ ≥ <paramref name="zeta"/>) of the exact law without ties, ζ = L² Σ (F - G)² over the pooled sample with L = lcm(m, n), by the
    /// recursion over lattice paths of Xiao, Gordon and Yakovlev (J. Stat. Softw. 17(8), 2006, eq. 11). Each cell holds the distinct
    /// values so far with their number of paths.
    /// </summary>
    /// <exception cref="ArgumentException">The table of distinct values outgrows <paramref name="limit"/> entries.</exception>
    public static double ExactSf(long zeta, int m, int n, int limit)
    {
        var lcm = (long)m / (long)System.Numerics.BigInteger.GreatestCommonDivisor(m, n) * n;
        long a = lcm / m, b = lcm / n;
        var row = new Frequencies[m + 1];
        for (var u = 0; u <= n; u++)
        {
            var left = Frequencies.None;
            long total = 0;
            for (var v = 0; v <= m; v++)
            {
                var start = u == 0 && v == 0 ? Frequencies.One : Frequencies.Sum(left, u == 0 ? Frequencies.None : row[v]);
                var height = (a * v) - (b * u);
                left = start.Shifted(height * height);
                row[v] = left;
                total += left.Count;
                if (total > limit)
                {
                    throw new ArgumentException(
                        $"The exact Cramér-von Mises law of sizes {m} and {n} has over {limit} distinct values; use the asymptotic one.",
                        nameof(limit));
                }
            }
        }

        return row[m].ShareFrom(zeta);
    }

    private static double Square(double x) => x * x;

    // Distinct values in ascending order with the number of paths. Shifting all values costs nothing: it is kept as an offset.
    private readonly record struct Frequencies(long[] Values, double[] Paths, int Count, long Offset)
    {
        public static Frequencies None { get; } = new([], [], 0, 0);

        public static Frequencies One { get; } = new([0], [1], 1, 0);

        public Frequencies Shifted(long by) => this with { Offset = Offset + by };

        public static Frequencies Sum(Frequencies x, Frequencies y)
        {
            if (x.Count == 0)
                return y;
            if (y.Count == 0)
                return x;
            var values = new long[x.Count + y.Count];
            var paths = new double[values.Length];
            int i = 0, j = 0, count = 0;
            while (i < x.Count || j < y.Count)
            {
                var xv = i < x.Count ? x.Values[i] + x.Offset : long.MaxValue;
                var yv = j < y.Count ? y.Values[j] + y.Offset : long.MaxValue;
                values[count] = Math.Min(xv, yv);
                paths[count++] = (xv <= yv ? x.Paths[i++] : 0) + (yv <= xv ? y.Paths[j++] : 0);
            }

            return new Frequencies(values, paths, count, 0);
        }

        public double ShareFrom(long value)
        {
            double tail = 0, all = 0;
            for (var i = 0; i < Count; i++)
            {
                all += Paths[i];
                tail += Values[i] + Offset >= value ? Paths[i] : 0;
            }

            return tail / all;
        }
    }
}
