using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class PermutationImportanceTests
{
    [Fact]
    public void The_column_that_the_model_uses_matters_and_the_other_does_not()
    {
        var random = new Random(5);
        double[] features = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble())];
        double[] truth = [.. Enumerable.Range(0, 200).Select(row => 3 * features[2 * row])];

        var result = PermutationImportance.Compute<double, double>(
            features, 2, truth, UseFirstColumn, (y, f) => RegressionMetrics.R2(y, f));
        var loss = PermutationImportance.Compute<double, double>(
            features, 2, truth, UseFirstColumn, (y, f) => RegressionMetrics.MeanSquaredError(y, f), MetricDirection.LowerIsBetter,
            repeats: 3, seed: 9);

        Assert.Equal(1, result.BaseScore, 1e-12);
        Assert.InRange(result.Features[0].Mean, 1.5, 2.5);
        Assert.Equal(0, result.Features[1].Mean);
        Assert.Equal(5, result.Features[0].Repeats.Count);
        Assert.True(loss.Features[0].Mean > 0.5);
        Assert.Equal(0, loss.Features[1].Mean);
    }

    [Fact]
    public void The_same_seed_gives_the_same_importance()
    {
        double[] features = [.. Enumerable.Range(0, 60).Select(i => Math.Sin(i))];
        double[] truth = [.. Enumerable.Range(0, 30).Select(row => features[2 * row])];
        FeatureImportance First(ulong seed) => PermutationImportance.Compute<double, double>(
            features, 2, truth, UseFirstColumn, (y, f) => RegressionMetrics.R2(y, f), seed: seed).Features[0];

        Assert.Equal(First(1).Repeats, First(1).Repeats);
        Assert.NotEqual(First(1).Repeats, First(2).Repeats);
    }

    [Fact]
    public void A_matrix_of_the_wrong_size_is_refused()
    {
        Assert.Throws<ArgumentException>(
            () => PermutationImportance.Compute<double, double>([1, 2, 3], 2, [1, 2], UseFirstColumn, (_, _) => 0));
        Assert.Throws<ArgumentException>(() => PermutationImportance.Compute<double, double>([], 2, [], UseFirstColumn, (_, _) => 0));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PermutationImportance.Compute<double, double>([], 0, [1], UseFirstColumn, (_, _) => 0));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PermutationImportance.Compute<double, double>([1, 2], 2, [1], UseFirstColumn, (_, _) => 0, repeats: 0));
    }

    private static void UseFirstColumn(ReadOnlySpan<double> features, Span<double> predicted)
    {
        for (var row = 0; row < predicted.Length; row++)
            predicted[row] = 3 * features[2 * row];
    }
}
