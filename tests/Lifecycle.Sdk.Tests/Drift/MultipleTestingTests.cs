using CsCheck;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Numerics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift;

public sealed class MultipleTestingTests
{
    private static readonly Dictionary<string, Func<double[], double, AdjustedPValues>> Procedures = new()
    {
        ["Bonferroni"] = (p, level) => MultipleTesting.Bonferroni(p, level),
        ["Sidak"] = (p, level) => MultipleTesting.Sidak(p, level),
        ["Holm"] = (p, level) => MultipleTesting.Holm(p, level),
        ["Hommel"] = (p, level) => MultipleTesting.Hommel(p, level),
        ["Hochberg"] = (p, level) => MultipleTesting.Hochberg(p, level),
        ["BenjaminiHochberg"] = (p, level) => MultipleTesting.BenjaminiHochberg(p, level),
        ["BenjaminiYekutieli"] = (p, level) => MultipleTesting.BenjaminiYekutieli(p, level),
    };

    private static readonly Gen<double[]> PValues = Gen.Double[0, 1].Select(p => p * p * p).Array[1, 40];

    public static TheoryData<string> Names => [.. Procedures.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Adjusting_keeps_the_order_raises_every_p_value_and_agrees_with_the_decisions(string name) => PValues.Sample(p =>
    {
        var result = Procedures[name](p, 0.1);
        var order = Enumerable.Range(0, p.Length).OrderBy(i => p[i]).ToArray();
        for (var k = 0; k < p.Length; k++)
        {
            var i = order[k];
            Assert.InRange(result.Adjusted[i], p[i] * (1 - 1e-12), 1);
            if (k > 0)
                Assert.True(result.Adjusted[i] >= result.Adjusted[order[k - 1]]);
            // Apart from rounding at the very border.
            if (Math.Abs(result.Adjusted[i] - 0.1) > 1e-9)
                Assert.Equal(result.Adjusted[i] <= 0.1, result.Rejected[i]);
        }
    }, iter: 200);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_results_come_in_the_order_of_the_p_values(string name) => PValues.Sample(p =>
    {
        var straight = Procedures[name](p, 0.05);
        var turned = Procedures[name]([.. p.Reverse()], 0.05);
        Assert.Equal(straight.Adjusted, turned.Adjusted.Reverse());
        Assert.Equal(straight.Rejected, turned.Rejected.Reverse());
    }, iter: 100);

    [Fact]
    public void The_stronger_procedures_never_reject_less() => PValues.Sample(p =>
    {
        AssertOrdered(MultipleTesting.Bonferroni(p), MultipleTesting.Holm(p));
        AssertOrdered(MultipleTesting.Bonferroni(p), MultipleTesting.Sidak(p));
        AssertOrdered(MultipleTesting.Holm(p), MultipleTesting.Hochberg(p));
        AssertOrdered(MultipleTesting.Hochberg(p), MultipleTesting.Hommel(p));
        AssertOrdered(MultipleTesting.Hommel(p), MultipleTesting.BenjaminiHochberg(p));
        AssertOrdered(MultipleTesting.BenjaminiYekutieli(p), MultipleTesting.BenjaminiHochberg(p));
    }, iter: 200);

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_any_effect_false_rejections_stay_at_the_level(string name)
    {
        var random = new SplitMix64(11);
        var families = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var p = new double[20];
            foreach (ref var value in p.AsSpan())
                value = random.NextDouble();
            families += Procedures[name](p, 0.1).Rejected.Contains(true) ? 1 : 0;
        }

        // 200 of 2,000 expected at most, four standard deviations are 54; Benjamini-Yekutieli is cautious by the factor Σ 1/i = 3.6.
        Assert.InRange(families, name == "BenjaminiYekutieli" ? 20 : 146, 254);
    }

    [Fact]
    public void Combined_p_values_are_uniform_without_an_effect()
    {
        var random = new SplitMix64(12);
        int fisher = 0, stouffer = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var p = new double[8];
            foreach (ref var value in p.AsSpan())
                value = random.NextDouble();
            fisher += MultipleTesting.CombineFisher(p).PValue <= 0.1 ? 1 : 0;
            stouffer += MultipleTesting.CombineStouffer(p).PValue <= 0.1 ? 1 : 0;
        }

        Assert.InRange(fisher, 146, 254);
        Assert.InRange(stouffer, 146, 254);
    }

    [Fact]
    public void P_values_and_levels_out_of_range_are_refused()
    {
        foreach (var procedure in Procedures.Values)
        {
            Assert.Throws<ArgumentException>(() => procedure([], 0.05));
            Assert.Throws<ArgumentException>(() => procedure([0.5, double.NaN], 0.05));
            Assert.Throws<ArgumentException>(() => procedure([-0.1], 0.05));
            Assert.Throws<ArgumentException>(() => procedure([1.1], 0.05));
            Assert.Throws<ArgumentOutOfRangeException>(() => procedure([0.5], 0));
            Assert.Throws<ArgumentOutOfRangeException>(() => procedure([0.5], double.NaN));
        }

        Assert.Throws<ArgumentException>(() => MultipleTesting.CombineStouffer([0, 1]));
        Assert.Equal(0, MultipleTesting.CombineFisher([0, 0.5]).PValue);
    }

    private static void AssertOrdered(AdjustedPValues weaker, AdjustedPValues stronger) =>
        Assert.All(weaker.Adjusted.Zip(stronger.Adjusted), pair => Assert.True(pair.Second <= pair.First * (1 + 1e-12)));
}
