using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Tests.Drift.Support;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift;

public sealed class PermutationTestTests
{
    private static readonly double[] X = SeededSamples.Normal(40, seed: 1), Y = SeededSamples.Normal(50, seed: 2, mean: 0.4);

    [Fact]
    public void A_difference_of_means_agrees_with_the_t_test()
    {
        foreach (var alternative in Enum.GetValues<Alternative>())
        {
            var permutation = PermutationTest.Compare(X, Y, MeanDifference, 4_000, seed: 3, alternative);
            var t = StudentTTest.CompareWithEqualVariances(X, Y, alternative);

            // Four standard deviations of 4,000 random divisions are at most 0.032.
            Assert.InRange(permutation.PValue, t.PValue - 0.032, t.PValue + 0.032);
            Assert.InRange(permutation.EffectSize, t.Statistic - 0.3, t.Statistic + 0.3);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_result_and_another_seed_another()
    {
        HypothesisTestResult first = PermutationTest.Compare(
            X, Y, MeanDifference, 500, seed: 5), again = PermutationTest.Compare(X, Y, MeanDifference, 500, seed: 5);

        Assert.Equal(first.PValue, again.PValue);
        Assert.Equal(first.EffectSize, again.EffectSize);
        Assert.NotEqual(first.EffectSize, PermutationTest.Compare(X, Y, MeanDifference, 500, seed: 6).EffectSize);
    }

    [Fact]
    public void The_p_value_is_never_zero_and_ties_with_the_observed_count()
    {
        Assert.Equal(2.0 / 100, PermutationTest.Compare(
            [1, 2, 3, 4, 5, 6, 7, 8], [101, 102, 103, 104, 105, 106, 107, 108], MeanDifference, 99, seed: 1).PValue, 1e-12);
        Assert.Equal(1, PermutationTest.Compare([1, 1, 1], [1, 1], MeanDifference, 50).PValue);
    }

    [Fact]
    public void A_statistic_that_is_not_finite_too_few_divisions_and_NaN_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PermutationTest.Compare(X, Y, (_, _) => double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => PermutationTest.Compare(X, Y, MeanDifference, 0));
        Assert.Throws<ArgumentNullException>(() => PermutationTest.Compare(X, Y, null!));
        Assert.Throws<ArgumentException>(() => PermutationTest.Compare([1, double.NaN], Y, MeanDifference));
        Assert.Equal([1, 0], PermutationTest.Compare([1, double.NaN, 2], Y, MeanDifference, 10, nanPolicy: NaNPolicy.Drop).Dropped);
    }

    [Fact]
    public void It_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => PermutationTest.Compare(X, Y, MeanDifference, cancellationToken: stop.Token));
    }

    private static double MeanDifference(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        double a = 0, b = 0;
        foreach (var value in reference)
            a += value;
        foreach (var value in current)
            b += value;
        return (a / reference.Length) - (b / current.Length);
    }
}
