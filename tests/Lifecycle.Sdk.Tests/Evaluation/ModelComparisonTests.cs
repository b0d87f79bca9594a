using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class ModelComparisonTests
{
    private static readonly ScoreFunction<int, int> Accuracy = (y, f) => ClassificationMetrics.Accuracy(y, f);

    [Fact]
    public void The_exact_mcnemar_test_is_the_sign_test_of_the_rows_that_differ()
    {
        // 10 rows won, 2 lost, 5 both right: P(X >= 10 | 12 fair tosses) = (66 + 12 + 1) / 4096.
        int[] truth = new int[17];
        int[] baseline = [.. Enumerable.Range(0, 17).Select(i => i < 10 ? 1 : 0)];
        int[] candidate = [.. Enumerable.Range(0, 17).Select(i => i is 10 or 11 ? 1 : 0)];

        var result = ModelComparison.McNemar(truth, baseline, candidate);
        var asymptotic = ModelComparison.McNemar(truth, baseline, candidate, exact: false);

        Assert.Equal(79 / 4096.0, result.PValueBetter, 1e-13);
        Assert.Equal(158 / 4096.0, result.PValue, 1e-13);
        Assert.Equal(8 / 17.0, result.Improvement, 1e-13);
        Assert.Equal((7 / 17.0, 15 / 17.0), (result.Baseline, result.Candidate));
        // (|10 - 2| - 1)² / 12 = 4.083: p = 0.0433 from a table of χ² with one degree of freedom.
        Assert.Equal(0.0433, asymptotic.PValue, 5e-5);
        Assert.True(result.IsBetter() && !result.IsWorse());
    }

    [Fact]
    public void Swapping_the_models_swaps_better_and_worse()
    {
        var (truth, weak, strong) = Classifiers(120, seed: 4);
        foreach (var compare in new Func<int[], int[], ComparisonResult>[]
        {
            (a, b) => ModelComparison.McNemar(truth, a, b),
            (a, b) => ModelComparison.McNemar(truth, a, b, exact: false),
            (a, b) => ModelComparison.PairedPermutation("accuracy", truth, a, b, Accuracy, permutations: 2_000),
        })
        {
            var forth = compare(weak, strong);
            var back = compare(strong, weak);

            Assert.Equal(-forth.Improvement, back.Improvement, 1e-13);
            Assert.Equal(forth.PValue, back.PValue, 0.03);
            Assert.Equal(forth.PValueBetter, back.PValueWorse, 0.03);
            Assert.True(forth.PValueBetter < 0.05 && back.PValueWorse < 0.05, forth.ToString());
        }
    }

    [Fact]
    public void With_few_differing_rows_the_permutation_test_is_exact_and_equals_mcnemar()
    {
        int[] truth = new int[40];
        int[] baseline = [.. Enumerable.Range(0, 40).Select(i => i < 9 ? 1 : 0)];
        int[] candidate = [.. Enumerable.Range(0, 40).Select(i => i == 20 ? 1 : 0)];

        var permutation = ModelComparison.PairedPermutation("accuracy", truth, baseline, candidate, Accuracy);
        var mcnemar = ModelComparison.McNemar(truth, baseline, candidate);

        Assert.Contains("exact", permutation.Method, StringComparison.Ordinal);
        Assert.Equal(mcnemar.PValueBetter, permutation.PValueBetter, 1e-13);
        Assert.Equal(mcnemar.PValueWorse, permutation.PValueWorse, 1e-13);
        Assert.Equal(mcnemar.PValue, permutation.PValue, 1e-13);
    }

    [Fact]
    public void A_random_permutation_test_never_says_impossible()
    {
        int[] truth = new int[60];
        int[] wrong = [.. Enumerable.Repeat(1, 60)];

        var result = ModelComparison.PairedPermutation("accuracy", truth, wrong, truth, Accuracy, permutations: 99);

        Assert.Equal((0.01, 0.01, 1.0), (result.PValue, result.PValueBetter, result.PValueWorse));
    }

    [Fact]
    public void Equal_models_are_never_told_apart()
    {
        var (truth, model, _) = Classifiers(50, seed: 5);
        bool[] binary = ClassificationMetrics.ToBinary(truth);
        double[] scores = [.. Enumerable.Range(0, 50).Select(i => (double)(i * 7 % 11))];

        Assert.Equal(1, ModelComparison.McNemar(truth, model, model).PValue);
        Assert.Equal(1, ModelComparison.McNemar(truth, model, model, exact: false).PValueBetter);
        Assert.Equal(1, ModelComparison.PairedPermutation("accuracy", truth, model, model, Accuracy).PValue);
        Assert.Equal(1, ModelComparison.PairedBootstrap("accuracy", truth, model, model, Accuracy).PValue);
        Assert.Equal(1, ModelComparison.DeLong(binary, scores, scores).PValue);
        Assert.Equal(1, ModelComparison.CorrectedResampledTTest("accuracy", [0.5, 0.6], [0.5, 0.6], 0.25).PValue);
    }

    [Theory]
    [InlineData("permutation")]
    [InlineData("bootstrap")]
    [InlineData("delong")]
    [InlineData("mcnemar")]
    public void Without_a_difference_the_alarm_rate_is_at_most_about_the_level(string test)
    {
        var random = new Random(23);
        var alarms = 0;
        const int Rounds = 300;
        for (var round = 0; round < Rounds; round++)
        {
            bool[] truth = [.. Enumerable.Range(0, 80).Select(i => i % 2 == 0)];
            double[] a = [.. truth.Select(t => random.NextDouble() + (t ? 0.4 : 0))],
                b = [.. truth.Select(t => random.NextDouble() + (t ? 0.4 : 0))];
            int[] labels = [.. truth.Select(t => t ? 1 : 0)], p = Hard(a), q = Hard(b);
            var result = test switch
            {
                "permutation" => ModelComparison.PairedPermutation(
                    "accuracy", labels, p, q, Accuracy, permutations: 200, seed: (ulong)round),
                "bootstrap" => ModelComparison.PairedBootstrap("accuracy", labels, p, q, Accuracy,
                    options: new BootstrapOptions { Resamples = 200, Method = BootstrapMethod.Percentile, Seed = (ulong)round }),
                "delong" => ModelComparison.DeLong(truth, a, b),
                _ => ModelComparison.McNemar(labels, p, q),
            };
            alarms += result.PValue <= 0.1 ? 1 : 0;
        }

        Assert.InRange(alarms / (double)Rounds, test == "mcnemar" ? 0.01 : 0.04, 0.16);
    }

    [Fact]
    public void DeLong_agrees_with_the_area_and_with_the_bootstrap()
    {
        var random = new Random(8);
        bool[] truth = [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0)];
        double[] a = [.. truth.Select(t => Math.Round(random.NextDouble() + (t ? 0.2 : 0), 2))];
        double[] b = [.. truth.Zip(a, (t, s) => Math.Round((s / 2) + random.NextDouble() + (t ? 0.3 : 0), 2))];

        var delong = ModelComparison.DeLong(truth, a, b);
        var bootstrap = ModelComparison.PairedBootstrap<bool, double>("ROC AUC", truth, a, b, (y, s) => ClassificationMetrics.RocAuc(y, s));

        Assert.Equal(ClassificationMetrics.RocAuc(truth, a), delong.Baseline, 1e-12);
        Assert.Equal(ClassificationMetrics.RocAuc(truth, b), delong.Candidate, 1e-12);
        var ratio = (delong.Interval!.Upper - delong.Interval.Lower) / (bootstrap.Interval!.Upper - bootstrap.Interval.Lower);
        Assert.InRange(ratio, 0.9, 1.1);
    }

    [Fact]
    public void The_corrected_t_test_is_stricter_than_the_plain_one_by_the_known_factor()
    {
        double[] baseline = [0.70, 0.72, 0.69, 0.74, 0.71], candidate = [0.73, 0.74, 0.70, 0.77, 0.75];
        double[] d = [.. baseline.Zip(candidate, (a, b) => b - a)];
        var error = Math.Sqrt(d.Sum(v => Math.Pow(v - d.Average(), 2)) / 4 * (0.2 + 0.25));

        var result = ModelComparison.CorrectedResampledTTest("accuracy", baseline, candidate, testToTrainRatio: 0.25);

        // t(0.975, 4) = 2.776445 from a table.
        Assert.Equal(2.776445 * error, result.Interval!.Upper - result.Improvement, 1e-6);
        Assert.Equal(d.Average(), result.Improvement, 1e-13);
        Assert.Equal(result.PValue, 2 * result.PValueBetter, 1e-13);
        var lower = ModelComparison.CorrectedResampledTTest("loss", baseline, candidate, 0.25, MetricDirection.LowerIsBetter);
        Assert.Equal(-result.Improvement, lower.Improvement, 1e-13);
        Assert.Equal(result.PValueBetter, lower.PValueWorse, 1e-13);
    }

    [Fact]
    public void A_difference_without_spread_has_no_p_value_and_is_neither_better_nor_worse()
    {
        var folds = ModelComparison.CorrectedResampledTTest("accuracy", [0.5, 0.5], [0.75, 0.75], 0.5);
        var areas = ModelComparison.DeLong([true, true, false, false], [1, 1, 2, 2], [2, 2, 1, 1]);

        foreach (var result in new[] { folds, areas })
        {
            Assert.Equal(double.NaN, result.PValue);
            Assert.False(result.IsBetter() || result.IsWorse());
            Assert.Null(result.Interval);
        }
    }

    [Fact]
    public void Comparisons_survive_JSON_and_read_as_one_line()
    {
        var result = ModelComparison.CorrectedResampledTTest("accuracy", [0.5, 0.5], [0.75, 0.75], 0.5);

        Assert.Equal(result, ComparisonResult.FromJson(result.ToJson()));
        Assert.Contains("\"NaN\"", result.ToJson(), StringComparison.Ordinal);
        Assert.StartsWith("accuracy: baseline 0.5, candidate 0.75, improvement +0.25", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ModelComparison.McNemar([1], [1], [1, 2]));
        Assert.Throws<ArgumentException>(() => ModelComparison.CorrectedResampledTTest("a", [1.0], [1.0], 0.5));
        Assert.Throws<ArgumentException>(() => ModelComparison.CorrectedResampledTTest("a", [1.0, double.NaN], [1.0, 2], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModelComparison.CorrectedResampledTTest("a", [1.0, 2], [1.0, 2], 0));
        Assert.Throws<UndefinedMetricException>(() => ModelComparison.DeLong([true, false, false], [1, 2, 3], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => ModelComparison.DeLong([true, false], [1, double.NaN], [1, 2]));
        Assert.Throws<ArgumentException>(() => ModelComparison.PairedPermutation("", [1, 0], [1, 0], [1, 0], Accuracy));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ModelComparison.PairedPermutation("a", [1, 0], [1, 0], [1, 0], Accuracy, permutations: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ModelComparison.McNemar([1], [1], [1]).IsBetter(0));
    }

    private static int[] Hard(double[] scores) => [.. scores.Select(score => score > 0.7 ? 1 : 0)];

    private static (int[] Truth, int[] Weak, int[] Strong) Classifiers(int rows, int seed)
    {
        var random = new Random(seed);
        int[] truth = [.. Enumerable.Range(0, rows).Select(_ => random.Next(2))];
        int[] Flip(double share) => [.. truth.Select(y => random.NextDouble() < share ? 1 - y : y)];
        return (truth, Flip(0.4), Flip(0.1));
    }
}
