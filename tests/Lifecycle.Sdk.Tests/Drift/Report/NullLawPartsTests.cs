using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Numerics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Report;

/// <summary>The parts of the simulated null laws against laws that are known.</summary>
public sealed class NullLawPartsTests
{
    [Fact]
    public void The_integral_and_the_maximum_of_the_bridges_have_the_known_laws()
    {
        // E ∫|B| du = √(2/π)·π/8 = 0.3133, and its 95 % point is 0.582 (Johnson and Killeen, J. Am. Stat. Assoc. 78, 1983).
        double[] levels = BrownianBridges.Levels, widths = new double[levels.Length];
        for (int i = 0; i < levels.Length; i++)
            widths[i] = ((i + 1 < levels.Length ? levels[i + 1] : 1) - (i > 0 ? levels[i - 1] : 0)) / 2;
        Assert.Equal(0.582, Math.Sqrt(BrownianBridges.SquaredIntegral(widths).UpperQuantile(0.05)), 0.012);

        // At 119 points the maximum stays a little below that of the whole path, 1.358.
        float[] all = new float[levels.Length];
        Array.Fill(all, 1);
        double maximum = Math.Sqrt(BrownianBridges.SquaredMaximum(all).UpperQuantile(0.05));
        Assert.InRange(maximum, 1.26, 1.358);
        Assert.InRange(KolmogorovLaw.LimitSf(maximum), 0.05, 0.085);
    }

    [Fact]
    public void One_level_of_a_bridge_is_normal()
    {
        float[] one = new float[BrownianBridges.Levels.Length];
        one[BrownianBridges.NearestLevel(0.3)] = 1;
        SimulatedLaw law = BrownianBridges.SquaredMaximum(one);
        foreach (double z in new[] { 0.5, 1.0, 1.96, 3.0 })
        {
            double expected = 2 * Normal.Sf(z);
            Assert.Equal(expected, law.Sf(0.3 * 0.7 * z * z), 4 * Math.Sqrt(expected * (1 - expected) / 8191));
        }
    }

    [Fact]
    public void Beyond_the_draws_the_tail_follows_the_law()
    {
        // Chi-squared with 9 degrees of freedom from 4,999 draws: right within a factor of 5 down to 1e-6, though no draw went there.
        var sampler = new CountSampler(1);
        double[] draws = new double[4_999];
        for (int i = 0; i < draws.Length; i++) draws[i] = 2 * sampler.Gamma(4.5);
        var law = new SimulatedLaw(draws);
        foreach (double x in new[] { 16.92, 27.88, 44.8 })
            Assert.InRange(law.Sf(x) / ChiSquared.Sf(x, 9), 0.2, 5);
        Assert.Equal(0.05, ChiSquared.Sf(law.UpperQuantile(0.05), 9), 0.012);
    }

    [Theory]
    [InlineData(10, 90, 50)]
    [InlineData(3, 5, 6)]
    [InlineData(4_000, 6_000, 5_000)]
    [InlineData(1, 1_000_000, 500_000)]
    public void Hypergeometric_draws_have_the_mean_and_variance_of_the_law(long good, long bad, long drawn)
    {
        var sampler = new CountSampler(2);
        const int count = 20_000;
        double sum = 0, squares = 0, total = good + bad, mean = drawn * (good / total);
        double variance = mean * (bad / total) * ((total - drawn) / (total - 1));
        for (int i = 0; i < count; i++)
        {
            long k = sampler.Hypergeometric(good, bad, drawn);
            Assert.InRange(k, Math.Max(0, drawn - bad), Math.Min(good, drawn));
            sum += k - mean;
            squares += (k - mean) * (k - mean);
        }

        Assert.Equal(0, sum / count, 5 * Math.Sqrt(variance / count));
        Assert.Equal(1, squares / count / variance, 0.06);
    }

    [Theory]
    [InlineData(10, 0.3)]
    [InlineData(100, 0.01)]
    [InlineData(10_000, 0.5)]
    public void Binomial_draws_have_the_mean_and_variance_of_the_law(long trials, double probability)
    {
        var sampler = new CountSampler(3);
        const int count = 20_000;
        double sum = 0, squares = 0, mean = trials * probability, variance = mean * (1 - probability);
        for (int i = 0; i < count; i++)
        {
            long k = sampler.Binomial(trials, probability);
            sum += k - mean;
            squares += (k - mean) * (k - mean);
        }

        Assert.Equal(0, sum / count, 5 * Math.Sqrt(variance / count));
        Assert.Equal(1, squares / count / variance, 0.06);
    }
}
