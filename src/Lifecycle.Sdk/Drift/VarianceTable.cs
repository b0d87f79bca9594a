using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>The sums of squares between and inside samples, and the F test on them.</summary>
internal readonly record struct VarianceTable(double Between, double Within, long[] Sizes)
{
    private double DegreesBetween => Sizes.Length - 1;

    private double DegreesWithin => Sizes.Sum() - Sizes.Length;

    public static VarianceTable Of(scoped in SampleSet set)
    {
        Span<Moments> moments = new Moments[set.Count];
        // Measured from the mean of the first sample, so that a common offset costs the differences no digits.
        var grandMean = 0.0;
        for (var i = 0; i < set.Count; i++)
        {
            moments[i] = Moments.Of(set[i]);
            grandMean += moments[i].MeanAbove(moments[0]) * ((double)moments[i].Count / set.Total);
        }

        double between = 0, within = 0;
        foreach (var sample in moments)
        {
            var distance = sample.MeanAbove(moments[0]) - grandMean;
            between += sample.Count * distance * distance;
            within += sample.SumOfSquares;
        }

        var sizes = set.Sizes;
        if (set.Total <= set.Count)
            throw new ArgumentException("Each sample has one value, so the variation inside the samples is undefined.");
        return new VarianceTable(between, within, sizes);
    }

    public void RequireVariation(string message)
    {
        if (Within <= 0)
            throw new ArgumentException(message);
    }

    public HypothesisTestResult ToResult(string test, string method, long[] dropped)
    {
        var f = Between / DegreesBetween / (Within / DegreesWithin);
        return new HypothesisTestResult
        {
            Test = test,
            Statistic = f,
            PValue = FisherF.Sf(f, DegreesBetween, DegreesWithin),
            EffectSize = Between / (Between + Within),
            EffectSizeName = "η²",
            Method = method,
            DegreesOfFreedom = DegreesWithin,
            SampleSizes = Sizes,
            Dropped = dropped,
        };
    }
}
