using System.Numerics;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <content>Comparisons by any metric, through permutation and resampling.</content>
public static partial class ModelComparison
{
    // Rounding must not decide whether a permuted difference equals the observed one.
    private const double Slack = 1e-12;

    /// <summary>
    /// The paired permutation test: if the models are alike, swapping their predictions of a row changes nothing. Every swap of rows on
    /// which they differ is tried when there are no more than <paramref name="permutations"/> of them, else that many at random, counting
    /// the observed one, so that p is never zero. Calls the metric twice per permutation; O(n) memory.
    /// </summary>
    /// <remarks>
    /// Sources: Fisher, "The Design of Experiments" (1935); Phipson and Smyth, "Permutation p-values should never be zero", SAGMB 9
    /// (2010).
    /// </remarks>
    /// <param name="metric">The name of the metric.</param>
    /// <param name="truth">The true values.</param>
    /// <param name="baseline">The predictions of the baseline.</param>
    /// <param name="candidate">The predictions of the candidate.</param>
    /// <param name="score">The metric.</param>
    /// <param name="direction">Which way the metric improves.</param>
    /// <param name="permutations">How many permutations, at least 20. Default: 5,000.</param>
    /// <param name="seed">Decides the permutations; the same seed gives the same result.</param>
    /// <exception cref="UndefinedMetricException">The rows do not define the metric.</exception>
    /// <exception cref="ArgumentException">No rows, unequal lengths, or fewer than 20 permutations.</exception>
    public static ComparisonResult PairedPermutation<TTruth, TPrediction>(
        string metric,
        ReadOnlySpan<TTruth> truth,
        ReadOnlySpan<TPrediction> baseline,
        ReadOnlySpan<TPrediction> candidate,
        ScoreFunction<TTruth, TPrediction> score,
        MetricDirection direction = MetricDirection.HigherIsBetter,
        int permutations = 5_000,
        ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 20);
        var (before, after) = Scores(metric, truth, baseline, candidate, score);
        var observed = Improvement(before, after, direction);
        TPrediction[] first = baseline.ToArray(), second = candidate.ToArray();
        var differing = Differing(first, second);
        var exact = differing.Length < 31 && 1L << differing.Length <= permutations;
        var rounds = exact ? 1 << differing.Length : permutations;
        var random = new SplitMix64(seed);
        var slack = Slack * Math.Max(Math.Abs(before), Math.Abs(after));
        int better = 0, worse = 0, either = 0, done = 0;
        for (var round = 0; round < rounds; round++)
        {
            // Swapping back and forth needs no second copy: exact rounds walk a Gray code, random ones toss a coin per row.
            if (!exact)
                SwapAtRandom(first, second, differing, ref random);
            else if (round > 0)
                Swap(first, second, differing[BitOperations.TrailingZeroCount(round)]);

            var permuted = Improvement(
                PairedRows<TTruth, TPrediction>.Defined(score, truth, first),
                PairedRows<TTruth, TPrediction>.Defined(score, truth, second),
                direction);
            if (double.IsNaN(permuted))
                continue;
            done++;
            better += permuted >= observed - slack ? 1 : 0;
            worse += permuted <= observed + slack ? 1 : 0;
            either += Math.Abs(permuted) >= Math.Abs(observed) - slack ? 1 : 0;
        }

        var own = exact ? 0 : 1;
        return new ComparisonResult
        {
            Metric = metric,
            Method = exact ? "paired permutation, exact" : "paired permutation",
            Count = truth.Length,
            Baseline = before,
            Candidate = after,
            Improvement = observed,
            PValue = (either + own) / (double)(done + own),
            PValueBetter = (better + own) / (double)(done + own),
            PValueWorse = (worse + own) / (double)(done + own),
        };
    }

    /// <summary>
    /// The paired bootstrap: rows are resampled with both predictions together, which gives an interval of the improvement; p compares
    /// the observed improvement with the resampled ones moved to a mean of no improvement. Calls the metric twice per resample; O(n)
    /// memory.
    /// </summary>
    /// <remarks>Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 14 and 16.</remarks>
    /// <param name="metric">The name of the metric.</param>
    /// <param name="truth">The true values, at least two.</param>
    /// <param name="baseline">The predictions of the baseline.</param>
    /// <param name="candidate">The predictions of the candidate.</param>
    /// <param name="score">The metric.</param>
    /// <param name="direction">Which way the metric improves.</param>
    /// <param name="options">How to resample; null takes the defaults.</param>
    /// <exception cref="UndefinedMetricException">The rows, or nearly all resamples, do not define the metric.</exception>
    /// <exception cref="ArgumentException">Fewer than two rows, unequal lengths, or options out of range.</exception>
    public static ComparisonResult PairedBootstrap<TTruth, TPrediction>(
        string metric,
        ReadOnlySpan<TTruth> truth,
        ReadOnlySpan<TPrediction> baseline,
        ReadOnlySpan<TPrediction> candidate,
        ScoreFunction<TTruth, TPrediction> score,
        MetricDirection direction = MetricDirection.HigherIsBetter,
        BootstrapOptions? options = null)
    {
        options ??= new BootstrapOptions();
        var (before, after) = Scores(metric, truth, baseline, candidate, score);
        var observed = Improvement(before, after, direction);
        var actual = truth.ToArray();
        var ofBaseline = new PairedRows<TTruth, TPrediction>(actual, baseline.ToArray(), score);
        var ofCandidate = new PairedRows<TTruth, TPrediction>(actual, candidate.ToArray(), score);
        double Statistic(ReadOnlySpan<int> rows) => Improvement(ofBaseline.Score(rows), ofCandidate.Score(rows), direction);

        var (bootstrap, values) = Bootstrap.Run(truth.Length, observed, Statistic, options);
        var slack = Slack * Math.Max(Math.Abs(before), Math.Abs(after));
        double Share(Func<double, bool> extreme) => (1.0 + values.Count(value => extreme(value - observed))) / (1 + values.Length);
        return new ComparisonResult
        {
            Metric = metric,
            Method = "paired bootstrap",
            Count = truth.Length,
            Baseline = before,
            Candidate = after,
            Improvement = observed,
            Interval = bootstrap.Interval,
            PValue = Share(noise => Math.Abs(noise) >= Math.Abs(observed) - slack),
            PValueBetter = Share(noise => noise >= observed - slack),
            PValueWorse = Share(noise => noise <= observed + slack),
        };
    }

    private static (double Baseline, double Candidate) Scores<TTruth, TPrediction>(
        string metric,
        ReadOnlySpan<TTruth> truth,
        ReadOnlySpan<TPrediction> baseline,
        ReadOnlySpan<TPrediction> candidate,
        ScoreFunction<TTruth, TPrediction> score)
    {
        ArgumentException.ThrowIfNullOrEmpty(metric);
        ArgumentNullException.ThrowIfNull(score);
        InputRules.Rows(truth.Length, baseline.Length, nameof(baseline));
        InputRules.SameLength(truth.Length, candidate.Length, nameof(candidate));
        var scores = (Baseline: score(truth, baseline), Candidate: score(truth, candidate));
        if (double.IsNaN(scores.Baseline) || double.IsNaN(scores.Candidate))
            throw new UndefinedMetricException($"The metric '{metric}' is NaN for one of the models, so they cannot be compared by it.");
        return scores;
    }

    private static int[] Differing<TPrediction>(TPrediction[] first, TPrediction[] second) =>
        [.. Enumerable.Range(0, first.Length).Where(row => !EqualityComparer<TPrediction>.Default.Equals(first[row], second[row]))];

    private static void SwapAtRandom<TPrediction>(TPrediction[] first, TPrediction[] second, int[] rows, ref SplitMix64 random)
    {
        var coins = 0UL;
        for (var i = 0; i < rows.Length; i++)
        {
            coins = i % 64 == 0 ? random.Next() : coins >> 1;
            if ((coins & 1) == 1)
                Swap(first, second, rows[i]);
        }
    }

    private static void Swap<TPrediction>(TPrediction[] first, TPrediction[] second, int row) =>
        (first[row], second[row]) = (second[row], first[row]);
}
