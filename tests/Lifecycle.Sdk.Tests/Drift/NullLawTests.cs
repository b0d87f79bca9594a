using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Numerics;
using Lifecycle.Sdk.Tests.Drift.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift;

/// <summary>
/// Under the null hypothesis a test at level α rejects in the share α of all samples, not more and, where its law is continuous, not
/// less.
/// </summary>
public sealed class NullLawTests
{
    private const int Simulations = 1_000;

    public static TheoryData<string> Names => [.. AllTests.ByName.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void P_values_are_uniform_without_a_difference(string name)
    {
        var random = new SplitMix64(20_240_501);
        var test = AllTests.ByName[name];
        int at5 = 0, at20 = 0;
        for (var i = 0; i < Simulations; i++)
        {
            double[] x = SeededSamples.Normal(45, ref random), y = SeededSamples.Normal(60, ref random);
            var p = test(x, y, NaNPolicy.Refuse).PValue;
            at5 += p <= 0.05 ? 1 : 0;
            at20 += p <= 0.2 ? 1 : 0;
        }

        // Four standard deviations of the binomial law: √(1000·0.05·0.95) = 6.9 and √(1000·0.2·0.8) = 12.6. The lower bounds leave room
        // for the
        // discreteness of Kolmogorov-Smirnov and for tests that are known to be cautious at these sizes (medians as centres).
        // Trimming takes the largest deviations out and makes Levene's test reject too often, as its documentation says.
        var trimmed = name == "LeveneTrimmed";
        Assert.InRange(at5, 15, trimmed ? 120 : 50 + 28);
        Assert.InRange(at20, 120, trimmed ? 320 : 200 + 51);
    }

    [Theory]
    [InlineData(Alternative.Less)]
    [InlineData(Alternative.Greater)]
    public void One_sided_p_values_are_uniform_too(Alternative alternative)
    {
        var random = new SplitMix64(99);
        var counts = new int[4];
        for (var i = 0; i < Simulations; i++)
        {
            double[] x = SeededSamples.Normal(30, ref random), y = SeededSamples.Normal(41, ref random);
            counts[0] += KolmogorovSmirnov.Compare(x, y, alternative).PValue <= 0.1 ? 1 : 0;
            counts[1] += MannWhitney.Compare(x, y, alternative).PValue <= 0.1 ? 1 : 0;
            counts[2] += StudentTTest.Compare(x, y, alternative).PValue <= 0.1 ? 1 : 0;
            counts[3] += KolmogorovSmirnov.CompareWith(x, Normal.Cdf, alternative).PValue <= 0.1 ? 1 : 0;
        }

        // 100 expected, four standard deviations are 38; Kolmogorov-Smirnov on 71 values is discrete and stays a little below.
        Assert.All(counts, count => Assert.InRange(count, 55, 138));
    }

    [Fact]
    public void Tests_of_categories_keep_their_level()
    {
        var random = new SplitMix64(7);
        int chi = 0, g = 0, fit = 0, proportions = 0, fisher = 0;
        for (var i = 0; i < Simulations; i++)
        {
            int[] x = new int[200], y = new int[300];
            foreach (ref var value in x.AsSpan())
                value = random.NextInt(5);
            foreach (ref var value in y.AsSpan())
                value = random.NextInt(5);
            chi += ChiSquare.Compare(x, y).PValue <= 0.05 ? 1 : 0;
            g += GTest.Compare([.. x.Select(v => $"{v}")], [.. y.Select(v => $"{v}")]).PValue <= 0.05 ? 1 : 0;
            fit += ChiSquare.GoodnessOfFit([.. Enumerable.Range(0, 5).Select(v => (double)x.Count(e => e == v))]).PValue <= 0.05 ? 1 : 0;
            long a = x.Count(v => v == 0), c = y.Count(v => v == 0);
            proportions += TwoProportions.Compare(a, 200, c, 300).PValue <= 0.05 ? 1 : 0;
            fisher += FisherExact.Compare(a, 200 - a, c, 300 - c).PValue <= 0.05 ? 1 : 0;
        }

        Assert.All([chi, g, fit, proportions], count => Assert.InRange(count, 50 - 28, 50 + 28));
        Assert.InRange(fisher, 10, 50 + 28); // Discrete, hence cautious.
    }

    [Fact]
    public void Exact_and_asymptotic_laws_meet_where_Auto_switches()
    {
        var random = new SplitMix64(4);
        double[] x = SeededSamples.Normal(10_000, ref random), y = SeededSamples.Normal(9_999, ref random, mean: 0.02);
        AssertNear(KolmogorovSmirnov.Compare(x, y), KolmogorovSmirnov.Compare(x, y, method: PValueMethod.Asymptotic), 0.03);
        Assert.StartsWith("exact", KolmogorovSmirnov.Compare(x, y).Method, StringComparison.Ordinal);
        Assert.StartsWith("asymptotic", KolmogorovSmirnov.Compare([.. x, 0], y).Method, StringComparison.Ordinal);

        double[] small = [.. x.Take(8)], smallPlus = [.. x.Take(9)], other = [.. y.Take(30)];
        AssertNear(MannWhitney.Compare(small, other), MannWhitney.Compare(small, other, method: PValueMethod.Asymptotic), 0.05);
        Assert.Equal("exact", MannWhitney.Compare(small, other).Method);
        Assert.StartsWith("asymptotic", MannWhitney.Compare(smallPlus, other).Method, StringComparison.Ordinal);

        double[] twenty = [.. x.Take(20)], sixteen = [.. y.Take(16)];
        AssertNear(CramerVonMises.Compare(twenty, sixteen), CramerVonMises.Compare(twenty, sixteen, PValueMethod.Asymptotic), 0.1);
        Assert.StartsWith("asymptotic", CramerVonMises.Compare([.. x.Take(21)], sixteen).Method, StringComparison.Ordinal);
    }

    [Fact]
    public void Exact_laws_for_small_samples_are_the_laws_of_all_divisions()
    {
        // All 462 divisions of eleven distinct values: the share with a p-value at most p must be p itself, for every p that occurs.
        var pooled = SeededSamples.Normal(11, seed: 8);
        var tests = new Func<double[], double[], double>[]
        {
            (x, y) => KolmogorovSmirnov.Compare(x, y).PValue,
            (x, y) => MannWhitney.Compare(x, y).PValue,
            (x, y) => CramerVonMises.Compare(x, y).PValue,
        };
        foreach (var test in tests)
        {
            var values = new List<double>();
            for (var mask = 0; mask < 1 << 11; mask++)
            {
                if (System.Numerics.BitOperations.PopCount((uint)mask) == 5)
                    values.Add(test([.. pooled.Where((_, i) => (mask >> i & 1) == 1)], [.. pooled.Where((_, i) => (mask >> i & 1) == 0)]));
            }

            foreach (var p in values.Distinct())
                Assert.Equal(values.Count(value => value <= p + 1e-12) / (double)values.Count, p, 1e-10);
        }
    }

    private static void AssertNear(HypothesisTestResult exact, HypothesisTestResult asymptotic, double share)
    {
        Assert.NotEqual(exact.PValue, asymptotic.PValue);
        Assert.InRange(asymptotic.PValue / exact.PValue, 1 - share, 1 + share);
    }
}
