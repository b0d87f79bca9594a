using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Distances;

public sealed class PopulationStabilityIndexTests
{
    [Fact]
    public void The_zero_rules_give_the_shares_they_state()
    {
        double[] reference = [1, 9, 0], current = [5, 5, 0];

        double Index(ZeroRule rule) => PopulationStabilityIndex.FromCounts(reference, [2, 8, 10], rule);
        static double Term(double p, double q) => (q - p) * Math.Log(q / p);

        Samples.Close(Term(0.1, 0.1) + Term(0.9, 0.4) + Term(1e-4, 0.5), Index(ZeroRule.Replace()));
        Samples.Close(Term(0.1, 0.1) + Term(0.9, 0.4) + Term(0.01, 0.5), Index(ZeroRule.Replace(0.01)));
        // The smallest share, 0.1, is above epsilon in the first call and not in the second.
        Samples.Close(Term(0.1, 0.1) + Term(0.9, 0.4) + Term(0.05, 0.5), Index(ZeroRule.Adaptive(0.05)));
        Samples.Close(Term(0.1, 0.1) + Term(0.9, 0.4) + Term(0.1 / 1e6, 0.5), Index(ZeroRule.Adaptive(0.1)));
        var smoothed = Term(1.5 / 11.5, 2.5 / 21.5) + Term(9.5 / 11.5, 8.5 / 21.5) + Term(0.5 / 11.5, 10.5 / 21.5);
        Samples.Close(smoothed, Index(ZeroRule.Laplace()));
        Assert.Equal(double.PositiveInfinity, Index(ZeroRule.None));
        // Empty on both sides tells nothing.
        Samples.Close(Term(0.1, 0.5) + Term(0.9, 0.5), PopulationStabilityIndex.FromCounts(reference, current, ZeroRule.None));
    }

    [Fact]
    public void A_sample_against_itself_is_0_and_a_shift_is_not()
    {
        var reference = Samples.Normal(3000, 1);

        Assert.Equal(0, PopulationStabilityIndex.Compute(reference, Samples.Shuffled(reference, 2)).Value);
        Assert.True(PopulationStabilityIndex.Compute(reference, Samples.Normal(3000, 3, mean: 1)).Value > 0.5);
    }

    [Fact]
    public void A_stored_profile_gives_the_same_index_as_the_raw_reference()
    {
        double[] reference = Samples.Normal(3000, 1), current = Samples.Normal(1000, 2, deviation: 1.4);
        var edges = BinEdges.Quantiles(reference, 20);
        var counts = edges.Count(reference).Counts;

        var fromProfile = PopulationStabilityIndex.Compute(counts.AsSpan(), edges, current);

        Assert.Equal(PopulationStabilityIndex.Compute(reference, current, edges).Value, fromProfile.Value);
        Assert.Equal((3000, 1000), (fromProfile.ReferenceCount, fromProfile.CurrentCount));
        Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.Compute(counts.AsSpan()[1..], edges, current));
        Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.Compute(new long[20], edges, current));
    }

    [Fact]
    public void Dropped_NaN_are_reported_and_refused_ones_named()
    {
        double[] reference = [1, 2, 3, double.NaN, 4], current = [double.NaN, double.NaN, 2];

        var result = PopulationStabilityIndex.Compute(reference, current, nanPolicy: NaNPolicy.Drop);

        Assert.Equal((4, 1, 1, 2), (result.ReferenceCount, result.CurrentCount, result.ReferenceDropped, result.CurrentDropped));
        Assert.Equal("current", Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.Compute([1, 2], current)).ParamName);
        Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.Compute([1, 2], [double.NaN], nanPolicy: NaNPolicy.Drop));
        Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.Compute([1, 2], []));
        Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.Compute([], [1, 2]));
    }

    [Fact]
    public void Categories_are_counted_over_their_union()
    {
        string?[] reference = ["a", "b", "b", null], current = ["b", "c"];

        var counts = CategoryCounts.Of(reference, current, NaNPolicy.Drop);
        var index = PopulationStabilityIndex.Compute(reference, current, ZeroRule.Laplace(1), NaNPolicy.Drop);

        Assert.Equal(["a", "b", "c"], counts.Categories);
        Assert.Equal([1L, 2L, 0L], counts.Reference);
        Assert.Equal([0L, 1L, 1L], counts.Current);
        Assert.Equal(1, counts.ReferenceDropped);
        Samples.Close(PopulationStabilityIndex.FromCounts([1, 2, 0], [0, 1, 1], ZeroRule.Laplace(1)), index.Value);
        Assert.Throws<ArgumentException>(() => CategoryCounts.Of(reference, current));
        Assert.Throws<ArgumentException>(() => CategoryCounts.Of([], current));
        Assert.Throws<ArgumentException>(() => CategoryCounts.Of([null], current, NaNPolicy.Drop));
    }

    [Fact]
    public void An_epsilon_that_is_no_share_is_refused()
    {
        foreach (var epsilon in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => ZeroRule.Replace(epsilon));
            Assert.Throws<ArgumentOutOfRangeException>(() => ZeroRule.Adaptive(epsilon));
            Assert.Throws<ArgumentOutOfRangeException>(() => ZeroRule.Laplace(epsilon));
        }
    }
}
