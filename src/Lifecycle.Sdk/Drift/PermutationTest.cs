using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Measures the difference of two samples; the spans are valid during the call only and may hold the values in any order.
/// </summary>
/// <param name="reference">The reference sample.</param>
/// <param name="current">The current sample.</param>
/// <returns>The statistic; not NaN.</returns>
public delegate double TwoSampleStatistic(ReadOnlySpan<double> reference, ReadOnlySpan<double> current);

/// <summary>
/// The permutation test: the null law of any statistic of two samples by exchanging values between them at random. Valid for every sample
/// size when the samples are exchangeable under the null hypothesis. Thread-safe if the statistic is.
/// </summary>
/// <remarks>
/// p = (b + 1)/(B + 1), b the number of the B random divisions whose statistic is at least as extreme as the observed one, so p is never
/// zero. Two-sided is twice the smaller tail, at most 1. The effect size is the observed statistic standardised by mean and standard
/// deviation of the random ones. Source: Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010).
/// </remarks>
public static class PermutationTest
{
    // Random divisions that are mathematically as extreme as the observed one may fall short of it by rounding.
    private const double Slack = 1e-14;

    /// <summary>Tests a statistic of two samples.</summary>
    /// <param name="reference">The reference sample, in any order.</param>
    /// <param name="current">The sample to compare with it.</param>
    /// <param name="statistic">The statistic, such as a difference of means.</param>
    /// <param name="permutations">The number of random divisions, at least 1; 9,999 by default.</param>
    /// <param name="seed">The seed of the generator: the same seed and data give the same result on every machine.</param>
    /// <param name="alternative">Greater counts divisions with a statistic at least as large, Less at most as large.</param>
    /// <param name="nanPolicy">What to do with NaN in the samples.</param>
    /// <param name="cancellationToken">Stops between two divisions.</param>
    /// <returns>The result. O(permutations · n) and the calls of <paramref name="statistic"/>; one copy of the values.</returns>
    /// <exception cref="ArgumentException">
    /// A sample is empty or holds NaN under <see cref="NaNPolicy.Refuse"/>, or the statistic is NaN or infinite.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, TwoSampleStatistic statistic, int permutations = 9_999,
        ulong seed = 0, Alternative alternative = Alternative.TwoSided, NaNPolicy nanPolicy = NaNPolicy.Refuse,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 1);
        Options.Validate(alternative);
        using var set = SampleSet.Of(reference, current, nanPolicy);
        var observed = Evaluate(statistic, set[0], set[1]);
        var slack = Slack * Math.Abs(observed);
        var random = new SplitMix64(seed);
        long atLeast = 0, atMost = 0;
        double mean = 0, squares = 0;
        for (var i = 1; i <= permutations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            random.Shuffle(set.Values);
            var value = Evaluate(statistic, set[0], set[1]);
            atLeast += value >= observed - slack ? 1 : 0;
            atMost += value <= observed + slack ? 1 : 0;
            var step = value - mean;
            mean += step / i;
            squares += step * (value - mean);
        }

        double all = permutations + 1.0, greater = (atLeast + 1) / all, less = (atMost + 1) / all;
        var deviation = Math.Sqrt(squares / permutations);
        return new HypothesisTestResult
        {
            Test = "permutation",
            Statistic = observed,
            PValue = alternative switch
            {
                Alternative.Less => less,
                Alternative.Greater => greater,
                _ => Math.Min(1, 2 * Math.Min(less, greater)),
            },
            EffectSize = deviation > 0 ? (observed - mean) / deviation : 0,
            EffectSizeName = "standardised by the permutation law",
            Method = $"permutation ({permutations} random divisions)",
            Alternative = alternative,
            SampleSizes = set.Sizes,
            Dropped = set.Dropped,
        };
    }

    private static double Evaluate(TwoSampleStatistic statistic, ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var value = statistic(first, second);
        if (!double.IsFinite(value))
            throw new ArgumentException(
                $"The statistic gave {value} for a division of the samples; a permutation test needs finite values.", nameof(statistic));
        return value;
    }
}
