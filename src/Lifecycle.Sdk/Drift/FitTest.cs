using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>Goodness of fit of counts, for <see cref="ChiSquare"/> and <see cref="GTest"/>.</summary>
internal static class FitTest
{
    private const double SumTolerance = 1e-8;

    public static HypothesisTestResult Test(ReadOnlySpan<double> observed, ReadOnlySpan<double> expected, Divergence divergence)
    {
        if (observed.Length < 2)
            throw new ArgumentException($"'{nameof(observed)}' has {observed.Length} cells; a fit needs at least two.", nameof(observed));
        if (!expected.IsEmpty && expected.Length != observed.Length)
            throw new ArgumentException($"There are {observed.Length} observed and {expected.Length} expected counts.", nameof(expected));
        var total = Sum(observed, nameof(observed));
        if (total <= 0)
            throw new ArgumentException("All observed counts are zero.", nameof(observed));
        if (!expected.IsEmpty)
        {
            var expectedTotal = Sum(expected, nameof(expected));
            if (Math.Abs(expectedTotal - total) > SumTolerance * Math.Min(expectedTotal, total))
                throw new ArgumentException(
                    $"The expected counts sum to {expectedTotal}, the observed ones to {total}; the sums must agree.", nameof(expected));
        }

        double statistic = 0, mean = total / observed.Length;
        for (var i = 0; i < observed.Length; i++)
        {
            var wanted = expected.IsEmpty ? mean : expected[i];
            if (wanted == 0 && observed[i] == 0)
                throw new ArgumentException($"Cell {i} has neither observed nor expected counts; leave it out.", nameof(expected));
            statistic += divergence.Cell(observed[i], wanted);
        }

        statistic = Math.Max(0, statistic);
        double degrees = observed.Length - 1;
        return new HypothesisTestResult
        {
            Test = divergence == Divergence.Pearson ? "chi-square goodness of fit" : "G goodness of fit",
            Statistic = statistic,
            PValue = ChiSquared.Sf(statistic, degrees),
            EffectSize = Math.Sqrt(statistic / total),
            EffectSizeName = "Cohen's w",
            Method = "asymptotic (chi-squared)",
            DegreesOfFreedom = degrees,
            SampleSizes = [(long)Math.Round(total)],
            Dropped = [0],
        };
    }

    private static double Sum(ReadOnlySpan<double> counts, string name)
    {
        var sum = 0.0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (!(counts[i] >= 0 && double.IsFinite(counts[i])))
                throw new ArgumentException($"'{name}' holds {counts[i]} at position {i}; counts are finite and not negative.", name);
            sum += counts[i];
        }

        return sum;
    }
}
