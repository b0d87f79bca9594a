using CsCheck;
using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Distances;

public sealed class DivergencesTests
{
    private static readonly Gen<(double[] P, double[] Q, double[] R)> Triples =
        Gen.Int[1, 12].SelectMany(bins => Gen.Select(Counts(bins), Counts(bins), Counts(bins)));

    private static readonly Func<double[], double[], double>[] Metrics =
    [
        (p, q) => Divergences.JensenShannonDistance(p, q),
        (p, q) => Divergences.Hellinger(p, q),
        (p, q) => Divergences.TotalVariation(p, q),
    ];

    [Fact]
    public void Jensen_Shannon_Hellinger_and_total_variation_are_metrics() =>
        Triples.Sample((p, q, r) =>
        {
            foreach (var metric in Metrics)
            {
                Assert.Equal(0, metric(p, p));
                Assert.Equal(metric(p, q), metric(q, p), 1e-14);
                Assert.InRange(metric(p, q), 0, 1);
                Assert.True(metric(p, r) <= metric(p, q) + metric(q, r) + 1e-12);
            }
        });

    [Fact]
    public void Divergences_do_not_depend_on_the_order_of_bins_or_the_unit_of_counts() =>
        Triples.Sample((p, q, _) =>
        {
            double[] reversedP = [.. p.Reverse()], reversedQ = [.. q.Reverse()], scaled = Array.ConvertAll(p, count => count * 8);
            Func<double[], double[], double>[] all =
                [.. Metrics, (a, b) => Divergences.KullbackLeibler(a, b),
                    (a, b) => PopulationStabilityIndex.FromCounts(a, b, ZeroRule.None)];
            foreach (var divergence in all)
            {
                var value = divergence(p, q);
                Samples.Close(value, divergence(reversedP, reversedQ), 1e-10, 1e-13);
                Samples.Close(value, divergence(scaled, q), 1e-10, 1e-13);
                Assert.True(value >= 0);
            }
        });

    [Fact]
    public void The_stability_index_is_the_sum_of_both_Kullback_Leibler_divergences() =>
        Triples.Sample((p, q, _) =>
        {
            var both = Divergences.KullbackLeibler(p, q) + Divergences.KullbackLeibler(q, p);
            Samples.Close(both, PopulationStabilityIndex.FromCounts(p, q, ZeroRule.None), 1e-10, 1e-13);
        });

    [Fact]
    public void Near_equal_distributions_keep_their_digits()
    {
        // Second order: KL ≈ Σδ²/2q, JS divergence ≈ Σδ²/8q, PSI ≈ Σδ²/q, with δ = ±1e-9 and q = ½. The next order is 1e-9 relative.
        const double Delta = 1e-9;
        double[] p = [0.5 + Delta, 0.5 - Delta], q = [0.5, 0.5];

        Samples.Close(2 * Delta * Delta, Divergences.KullbackLeibler(p, q), 1e-6);
        Samples.Close(Delta / Math.Sqrt(2), Divergences.JensenShannonDistance(p, q), 1e-6);
        Samples.Close(4 * Delta * Delta, PopulationStabilityIndex.FromCounts(p, q, ZeroRule.None), 1e-6);
    }

    [Fact]
    public void Series_and_closed_form_meet_where_one_takes_over()
    {
        foreach (var share in (double[])[0.5499999999, 0.55, 0.5500000001, 0.4500000001, 0.45])
        {
            double[] p = [share, 1 - share], q = [0.5, 0.5];
            var kl = (share * Math.Log(share / 0.5)) + ((1 - share) * Math.Log((1 - share) / 0.5));
            Samples.Close(kl, Divergences.KullbackLeibler(p, q), 1e-12);
            double a = (share + 0.5) / 2, b = (1.5 - share) / 2;
            var fromP = (share * Math.Log(share / a)) + ((1 - share) * Math.Log((1 - share) / b));
            var fromQ = 0.5 * (Math.Log(0.5 / a) + Math.Log(0.5 / b));
            var js = (fromP + fromQ) / 2;
            Samples.Close(Math.Sqrt(js), Divergences.JensenShannonDistance(p, q), 1e-11);
        }
    }

    [Fact]
    public void Disjoint_distributions_are_as_far_apart_as_can_be()
    {
        double[] p = [1, 0], q = [0, 5];

        Assert.Equal(double.PositiveInfinity, Divergences.KullbackLeibler(p, q));
        Assert.Equal(double.PositiveInfinity, PopulationStabilityIndex.FromCounts(p, q, ZeroRule.None));
        Samples.Close(Math.Sqrt(Math.Log(2)), Divergences.JensenShannonDistance(p, q));
        Samples.Close(1, Divergences.JensenShannonDistance(p, q, 2));
        Assert.Equal(1, Divergences.Hellinger(p, q));
        Assert.Equal(1, Divergences.TotalVariation(p, q));
    }

    [Fact]
    public void Entropy_is_greatest_for_equal_shares_and_0_for_one_category()
    {
        Samples.Close(3, Divergences.Entropy([7, 7, 7, 7, 7, 7, 7, 7], 2));
        Assert.Equal(0, Divergences.Entropy([0, 4, 0]));
    }

    [Fact]
    public void Shares_that_do_not_exist_are_refused()
    {
        double[][] bad = [[], [0, 0], [1, -1], [1, double.NaN], [1, double.PositiveInfinity], [1e308, 1.7e308]];
        foreach (var counts in bad)
        {
            var good = new double[counts.Length];
            Array.Fill(good, 1);
            Assert.Throws<ArgumentException>(() => Divergences.Entropy(counts));
            Assert.Throws<ArgumentException>(() => Divergences.KullbackLeibler(counts, good));
            Assert.Throws<ArgumentException>(() => Divergences.JensenShannonDistance(good, counts));
            Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.FromCounts(good, counts));
        }

        Assert.Throws<ArgumentException>(() => Divergences.Hellinger([1], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Divergences.JensenShannonDistance([1], [1], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Divergences.Entropy([1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Divergences.KullbackLeibler([1], [1], -2));
    }

    private static Gen<double[]> Counts(int bins) => Gen.Int[0, 50].Array[bins].Select(counts =>
    {
        var result = Array.ConvertAll(counts, count => (double)count);
        result[0] += 1;
        return result;
    });
}
