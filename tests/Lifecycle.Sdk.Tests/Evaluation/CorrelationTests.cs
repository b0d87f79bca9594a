using CsCheck;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class CorrelationTests
{
    private static readonly Gen<(double[] X, double[] Y)> Pairs =
        Gen.Int[3, 40].SelectMany(
            n => Gen.Select(Gen.Int[0, 9].Select(i => (double)i).Array[n], Gen.Int[0, 9].Select(i => (double)i).Array[n]));

    [Fact]
    public void Correlations_are_symmetric_bounded_and_turn_with_the_sign() => Pairs.Sample((x, y) =>
    {
        double[] negative = [.. y.Select(v => -v)];
        foreach (var correlate in new Func<double[], double[], CorrelationResult>[]
            { (a, b) => Correlation.Pearson(a, b), (a, b) => Correlation.Spearman(a, b), (a, b) => Correlation.Kendall(a, b) })
        {
            var result = correlate(x, y);
            if (double.IsNaN(result.Coefficient))
                continue;
            Assert.InRange(result.Coefficient, -1, 1);
            Assert.InRange(result.PValue, 0, 1);
            Assert.Equal(result.Coefficient, correlate(y, x).Coefficient, 1e-12);
            Assert.Equal(-result.Coefficient, correlate(x, negative).Coefficient, 1e-12);
            Assert.Equal(result.PValue, correlate(x, negative).PValue, 1e-10);
        }
    });

    [Fact]
    public void Rank_correlations_do_not_change_under_monotone_maps() => Pairs.Sample((x, y) =>
    {
        double[] mapped = [.. x.Select(v => Math.Exp(v) - 5)];

        Assert.Equal(Correlation.Spearman(x, y).Coefficient, Correlation.Spearman(mapped, y).Coefficient);
        Assert.Equal(Correlation.Kendall(x, y), Correlation.Kendall(mapped, y));
    });

    [Fact]
    public void Kendall_counts_pairs_like_the_naive_loop() => Pairs.Sample((x, y) =>
    {
        double excess = 0, tiedX = 0, tiedY = 0, pairs = x.Length * (x.Length - 1) / 2.0;
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                excess += Math.Sign(x[i] - x[j]) * Math.Sign(y[i] - y[j]);
                tiedX += x[i] == x[j] ? 1 : 0;
                tiedY += y[i] == y[j] ? 1 : 0;
            }
        }

        var expected = tiedX == pairs || tiedY == pairs ? double.NaN : excess / Math.Sqrt((pairs - tiedX) * (pairs - tiedY));
        Assert.Equal(expected, Correlation.Kendall(x, y).Coefficient, 1e-12);
    });

    [Fact]
    public void The_exact_p_value_of_kendall_is_the_share_of_orders()
    {
        // Four values: of the 24 orders, 1 has no inversion and 3 have one; both tails count.
        Assert.Equal(2 / 24.0, Correlation.Kendall([1, 2, 3, 4], [1, 2, 3, 4]).PValue, 1e-13);
        Assert.Equal(8 / 24.0, Correlation.Kendall([1, 2, 3, 4], [1, 2, 4, 3]).PValue, 1e-13);
        Assert.Equal(1, Correlation.Kendall([1, 2, 3, 4], [2, 4, 1, 3]).PValue, 1e-13);
    }

    [Fact]
    public void P_values_under_independence_are_uniform()
    {
        var random = new Random(11);
        var small = 0;
        const int Rounds = 2_000;
        for (var round = 0; round < Rounds; round++)
        {
            double[] x = [.. Enumerable.Range(0, 20).Select(_ => random.NextDouble())], y = [.. x.Select(_ => random.NextDouble())];
            small += Correlation.Spearman(x, y).PValue <= 0.1 ? 1 : 0;
        }

        Assert.InRange(small / (double)Rounds, 0.07, 0.13);
    }

    [Fact]
    public void A_constant_column_has_no_correlation_and_bad_pairs_are_refused()
    {
        foreach (var result in new[] { Correlation.Pearson([1, 1, 1], [1, 2, 3]), Correlation.Spearman([1, 2, 3], [5, 5, 5]),
            Correlation.Kendall([1, 1], [1, 2]) })
            Assert.Equal((double.NaN, double.NaN), (result.Coefficient, result.PValue));
        Assert.Throws<ArgumentException>(() => Correlation.Pearson([1], [1]));
        Assert.Throws<ArgumentException>(() => Correlation.Kendall([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => Correlation.Spearman([1, double.NaN], [1, 2]));
        Assert.Equal(1, Correlation.Pearson([1e200, 2e200, 3e200], [1e-200, 2e-200, 3e-200]).Coefficient, 1e-13);
    }
}
