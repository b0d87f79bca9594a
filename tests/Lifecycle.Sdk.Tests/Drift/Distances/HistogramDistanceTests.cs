using Lifecycle.Sdk.Drift;
using Xunit;

namespace Lifecycle.Sdk.Tests.Drift.Distances;

public sealed class HistogramDistanceTests
{
    [Fact]
    public void Distances_of_histograms_are_those_of_their_counts()
    {
        // Four bins over [0, 4]: the last is closed on the right.
        double[] reference = [0, 0.5, 1, 3.9], current = [1.5, 2, 4, 4];

        Samples.Close(
            Divergences.JensenShannonDistance([2, 1, 0, 1], [0, 1, 1, 2]), HistogramDistance.JensenShannon(reference, current, 4).Value);
        Samples.Close(Divergences.Hellinger([2, 1, 0, 1], [0, 1, 1, 2]), HistogramDistance.Hellinger(reference, current, 4).Value);
        Samples.Close(0.5, HistogramDistance.TotalVariation(reference, current, 4).Value);
    }

    [Fact]
    public void Constant_samples_are_equal_or_disjoint()
    {
        Assert.Equal(0, HistogramDistance.JensenShannon([2, 2], [2]).Value);
        Samples.Close(1, HistogramDistance.JensenShannon([2, 2], [3], logBase: 2).Value);
        Assert.Equal(0, HistogramDistance.TotalVariation([2, 2], [2], bins: null).Value);
    }

    [Fact]
    public void Samples_that_span_nearly_all_doubles_are_binned_evenly()
    {
        double[] low = [-1.7e308, -1e308], high = [1e308, 1.7e308];

        Assert.Equal(1, HistogramDistance.TotalVariation(low, high).Value);
        Assert.Equal(1, HistogramDistance.TotalVariation(low, high, bins: null).Value);
    }

    [Fact]
    public void What_has_no_range_is_refused()
    {
        Assert.Throws<ArgumentException>(() => HistogramDistance.JensenShannon([1], []));
        Assert.Throws<ArgumentException>(() => HistogramDistance.JensenShannon([1], [double.NegativeInfinity]));
        Assert.Throws<ArgumentException>(() => HistogramDistance.JensenShannon([double.NaN, 1], [1]));
        Assert.Throws<ArgumentException>(() => HistogramDistance.JensenShannon([double.NaN], [1], nanPolicy: NaNPolicy.Drop));
        Assert.Throws<ArgumentOutOfRangeException>(() => HistogramDistance.JensenShannon([1], [2], 0));
        Assert.Equal(1, HistogramDistance.Hellinger([double.NaN, 1], [1], nanPolicy: NaNPolicy.Drop).ReferenceDropped);
    }
}
