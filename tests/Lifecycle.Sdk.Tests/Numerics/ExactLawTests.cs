using System.Numerics;
using CsCheck;
using Lifecycle.Sdk.Numerics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Numerics;

/// <summary>The exact null laws against plain counting with integers of any size.</summary>
public sealed class ExactLawTests
{
    [Fact]
    public void Lattice_paths_are_counted_as_integers_count_them() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 60], Gen.Double[0, 1]).Sample((m, n, share) =>
        {
            var gcd = (long)BigInteger.GreatestCommonDivisor(m, n);
            var reach = Math.Max(gcd, (long)(share * m * n) / gcd * gcd);

            AssertClose(CountPaths(m, n, height => Math.Abs(height) >= reach), LatticePaths.TwoSided(m, n, reach));
            AssertClose(CountPaths(m, n, height => height >= reach), LatticePaths.OneSided(m, n, reach));
            AssertClose(CountPaths(m, n, height => height <= -reach), LatticePaths.OneSided(m, n, reach));
        }, iter: 80);

    [Theory]
    [InlineData(200, 121, 0.03)]
    [InlineData(200, 121, 0.2)]
    [InlineData(200, 121, 0.9)]
    [InlineData(150, 150, 0.1)]
    public void Longer_paths_keep_their_digits_in_the_far_tail(int m, int n, double distance)
    {
        var gcd = (long)BigInteger.GreatestCommonDivisor(m, n);
        var reach = (long)(distance * m * n) / gcd * gcd;

        AssertClose(CountPaths(m, n, height => Math.Abs(height) >= reach), LatticePaths.TwoSided(m, n, reach));
    }

    [Fact]
    public void The_law_of_U_is_that_of_all_divisions_of_ranks()
    {
        foreach (var (m, n) in new[] { (1, 1), (1, 7), (4, 3), (6, 8), (9, 5) })
        {
            var counts = CountU(m, n);
            BigInteger total = counts.Aggregate(BigInteger.Zero, (sum, count) => sum + count);
            for (var u = 0; u <= m * n; u++)
            {
                var tail = counts.Skip(u).Aggregate(BigInteger.Zero, (sum, count) => sum + count);
                AssertClose((double)tail / (double)total, MannWhitneyLaw.Sf(u, m, n));
            }
        }
    }

    [Fact]
    public void The_law_of_U_for_one_against_many_is_uniform()
    {
        Assert.Equal(0.25, MannWhitneyLaw.Sf(75_000, 1, 99_999), 1e-12);
        Assert.Equal(1.0 / 100_000, MannWhitneyLaw.Sf(99_999, 1, 99_999), 1e-15);
    }

    [Fact]
    public void The_exact_Cramer_von_Mises_law_is_that_of_all_lattice_paths()
    {
        foreach (var (m, n) in new[] { (2, 3), (4, 4), (5, 7), (6, 4) })
        {
            long lcm = m * n / (long)BigInteger.GreatestCommonDivisor(m, n), a = lcm / m, b = lcm / n;
            var values = new List<long>();
            Walk(0, 0, 0);
            foreach (var zeta in values.Distinct())
                AssertClose(values.Count(value => value >= zeta) / (double)values.Count, CramerVonMisesLaw.ExactSf(zeta, m, n, 1_000_000));

            void Walk(int i, int j, long sum)
            {
                var height = (a * i) - (b * j);
                sum += height * height;
                if (i == m && j == n)
                    values.Add(sum);
                if (i < m)
                    Walk(i + 1, j, sum);
                if (j < n)
                    Walk(i, j + 1, sum);
            }
        }
    }

    [Fact]
    public void An_exact_table_that_grows_too_large_is_refused() =>
        Assert.Throws<ArgumentException>(() => CramerVonMisesLaw.ExactSf(0, 19, 20, limit: 1_000));

    [Fact]
    public void Hypergeometric_tails_are_sums_of_integer_weights() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 79]).Sample((good, bad, draw) =>
        {
            var drawn = Math.Min(draw, good + bad);
            int low = Math.Max(0, drawn - bad), high = Math.Min(good, drawn);
            var weights = Enumerable.Range(low, high - low + 1).ToDictionary(k => k, k => Binomial(good, k) * Binomial(bad, drawn - k));
            var total = (double)Binomial(good + bad, drawn);
            foreach (var (k, weight) in weights)
            {
                AssertClose(Sum(weights.Where(pair => pair.Key <= k)) / total, Hypergeometric.Cdf(k, good, bad, drawn));
                AssertClose(Sum(weights.Where(pair => pair.Key >= k)) / total, Hypergeometric.Sf(k, good, bad, drawn));
                AssertClose(Sum(weights.Where(pair => pair.Value <= weight)) / total, Hypergeometric.TwoSided(k, good, bad, drawn));
            }
        }, iter: 60);

    private static double Sum(IEnumerable<KeyValuePair<int, BigInteger>> weights) =>
        (double)weights.Aggregate(BigInteger.Zero, (sum, pair) => sum + pair.Value);

    private static BigInteger Binomial(int n, int k)
    {
        if (k < 0 || k > n)
            return BigInteger.Zero;
        var result = BigInteger.One;
        for (var i = 1; i <= k; i++)
            result = result * (n - k + i) / i;
        return result;
    }

    // The share of paths from (0, 0) to (m, n) with a point whose height i·n - j·m is out of bounds.
    private static double CountPaths(int m, int n, Func<long, bool> outside)
    {
        var inside = new BigInteger[m + 1];
        for (var j = 0; j <= n; j++)
        {
            for (var i = 0; i <= m; i++)
            {
                var paths = i == 0 && j == 0 ? BigInteger.One : (i > 0 ? inside[i - 1] : 0) + (j > 0 ? inside[i] : 0);
                inside[i] = outside(((long)i * n) - ((long)j * m)) ? BigInteger.Zero : paths;
            }
        }

        var total = Binomial(m + n, m);
        return Math.Exp(BigInteger.Log(total - inside[m]) - BigInteger.Log(total)) is var share && double.IsNaN(share) ? 0 : share;
    }

    private static BigInteger[] CountU(int m, int n)
    {
        var counts = new BigInteger[(m * n) + 1];
        Place(0, 0, 0);
        return counts;

        // Each rank belongs to the first sample or to the second; one of the first wins against all of the second below it.
        void Place(int first, int second, int u)
        {
            if (first == m && second == n)
                counts[u]++;
            if (first < m)
                Place(first + 1, second, u + second);
            if (second < n)
                Place(first, second + 1, u);
        }
    }

    private static void AssertClose(double want, double got) =>
        Assert.True(Math.Abs(got - want) <= 2e-12 * want, $"got {got:R} want {want:R}");
}
