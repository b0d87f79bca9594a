using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Numerics;
using Lifecycle.Sdk.Tests.Drift.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift;

public sealed class OddInputTests
{
    private static readonly double[] Plain = [1.5, 2, 3, 4.25, 5, 6, 8];

    public static TheoryData<string> Names => [.. AllTests.ByName.Keys];

    public static TheoryData<string> RankNames => [.. AllTests.OfRanks];

    [Theory]
    [MemberData(nameof(Names))]
    public void NaN_is_refused_by_default_and_otherwise_dropped_and_counted(string name)
    {
        var test = AllTests.ByName[name];
        double[] dirty = [double.NaN, .. Plain, double.NaN], other = [2, 4, 7, 7.5, 9, 11];

        var error = Assert.Throws<ArgumentException>(() => test(other, dirty, NaNPolicy.Refuse));
        Assert.Contains("NaN at position 0", error.Message, StringComparison.Ordinal);

        HypothesisTestResult clean = test(other, Plain, NaNPolicy.Refuse), dropped = test(other, dirty, NaNPolicy.Drop);
        Assert.Equal(clean.Statistic, dropped.Statistic);
        Assert.Equal(clean.PValue, dropped.PValue);
        Assert.Equal([0, 2], dropped.Dropped);
        Assert.Equal([6, 7], dropped.SampleSizes);
        Assert.Throws<ArgumentException>(() => test([double.NaN], Plain, NaNPolicy.Drop));
        Assert.Throws<ArgumentOutOfRangeException>(() => test(Plain, other, (NaNPolicy)7));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_empty_sample_is_refused(string name)
    {
        var test = AllTests.ByName[name];
        Assert.Throws<ArgumentException>(() => test([], Plain, NaNPolicy.Refuse));
        Assert.Throws<ArgumentException>(() => test(Plain, [], NaNPolicy.Refuse));
        Assert.Throws<ArgumentException>(() => test([], [], NaNPolicy.Drop));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Constant_and_single_values_give_a_valid_p_value_or_an_argument_error(string name)
    {
        var test = AllTests.ByName[name];
        double[] constant = [3, 3, 3, 3, 3, 3];
        foreach (var (x, y) in new[] { (constant, constant), (
            constant, Plain), ([3.0], Plain), (Plain, [3.0]), ([1.0], [2.0]), ([1.0], [1.0]), (constant, [4.0, 4, 4, 4, 4]) })
        {
            try
            {
                Assert.InRange(test(x, y, NaNPolicy.Refuse).PValue, 0, 1);
            }
            catch (ArgumentException error)
            {
                // A refusal must say what is wrong with the samples.
                Assert.True(error.Message.Length > 20);
            }
        }
    }

    [Theory]
    [MemberData(nameof(RankNames))]
    public void Infinities_take_part_in_tests_of_ranks_like_very_large_values(string name)
    {
        var test = AllTests.ByName[name];
        double[] infinite = [double.NegativeInfinity, .. Plain, double.PositiveInfinity], large = [-1e300, .. Plain, 1e300];
        double[] other = [double.NegativeInfinity, 2.5, 3.5, 4.5, double.PositiveInfinity], otherLarge = [-1e300, 2.5, 3.5, 4.5, 1e300];

        Assert.Equal(test(large, otherLarge, NaNPolicy.Refuse).PValue, test(infinite, other, NaNPolicy.Refuse).PValue);
        Assert.Equal(test(large, otherLarge, NaNPolicy.Refuse).Statistic, test(infinite, other, NaNPolicy.Refuse).Statistic);
    }

    [Fact]
    public void Infinities_are_refused_where_a_mean_is_needed()
    {
        double[] infinite = [.. Plain, double.PositiveInfinity];
        foreach (var name in new[] { "Welch", "Student", "Levene", "LeveneTrimmed", "OneWayAnova", "EppsSingleton" })
        {
            var error = Assert.Throws<ArgumentException>(() => AllTests.ByName[name](Plain, infinite, NaNPolicy.Refuse));
            Assert.Contains("position 7", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Constant_samples_that_differ_are_certainly_different()
    {
        double[] x = [1, 1, 1], y = [2, 2];
        foreach (var result in new[] { StudentTTest.Compare(x, y), StudentTTest.CompareWithEqualVariances(x, y) })
        {
            Assert.Equal(double.NegativeInfinity, result.Statistic);
            Assert.Equal(0, result.PValue);
        }

        Assert.Equal(double.PositiveInfinity, OneWayAnova.Compare([x, y]).Statistic);
    }

    [Fact]
    public void Signed_zeros_are_ties()
    {
        double[] negative = [-0.0, -0.0, -0.0, 1], positive = [0.0, 0.0, 0.0, 1];
        Assert.Equal(0, KolmogorovSmirnov.Compare(negative, positive).Statistic);
        Assert.Equal(8, MannWhitney.Compare(negative, positive).Statistic);
        Assert.Equal(0, KruskalWallis.Compare(negative, positive).Statistic);
    }

    [Fact]
    public void Samples_that_claim_to_be_sorted_are_checked()
    {
        Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.CompareSorted([2, 1], [1, 2]));
        Assert.Throws<ArgumentException>(() => MannWhitney.CompareSorted([1, 2], [1, double.NaN]));
        Assert.Throws<ArgumentException>(() => CramerVonMises.CompareSorted([1, 2], []));
        Assert.Throws<ArgumentException>(() => AndersonDarling.CompareSorted([1, 3, 2], [1, 2]));
    }

    [Fact]
    public void Options_that_nobody_defined_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => KolmogorovSmirnov.Compare(Plain, Plain, (Alternative)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => KolmogorovSmirnov.Compare(Plain, Plain, method: (PValueMethod)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => MannWhitney.Compare(Plain, Plain, method: PValueMethod.Limit));
        Assert.Throws<ArgumentOutOfRangeException>(() => Levene.Compare(Plain, Plain, (Center)9));
    }

    [Fact]
    public void Exact_laws_are_refused_where_they_cannot_be_given()
    {
        Assert.Throws<ArgumentException>(() => MannWhitney.Compare([1, 2, 2], [2, 3], method: PValueMethod.Exact));
        Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.Compare(new double[100_001], new double[5], method: PValueMethod.Exact));
        Assert.Throws<ArgumentException>(
            () => MannWhitney.Compare(SeededSamples.Normal(5_000, 1), SeededSamples.Normal(5_000, 2), method: PValueMethod.Exact));
    }

    [Fact]
    public void A_distribution_function_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.CompareWith(Plain, x => x));
        Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.CompareWith(Plain, _ => double.NaN));
        Assert.Throws<ArgumentNullException>(() => KolmogorovSmirnov.CompareWith(Plain, null!));
    }

    [Fact]
    public void Ten_million_values_are_compared()
    {
        var random = new SplitMix64(6);
        var reference = new double[10_000_000];
        for (var i = 0; i < reference.Length; i++)
            reference[i] = random.NextDouble();
        double[] current = [.. reference.AsSpan(0, 1_000).ToArray().Select(x => x * x)];

        HypothesisTestResult ks = KolmogorovSmirnov.Compare(reference, current), u = MannWhitney.Compare(reference, current);

        // U against U²: F - G has its largest value ¼ at ¼, and P(X > Y²) = 2/3.
        Assert.InRange(ks.Statistic, 0.25, 0.3);
        Assert.InRange(ks.PValue, 0, 1e-30);
        Assert.Equal([10_000_000, 1_000], ks.SampleSizes);
        Assert.InRange(u.Statistic / 1e10, 0.63, 0.7);
    }
}
