using CsCheck;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class ConfusionMatrixTests
{
    private static readonly Gen<(int[] Truth, int[] Predicted)> Labels =
        Gen.Int[1, 200].SelectMany(n => Gen.Select(Gen.Int[-3, 5].Array[n], Gen.Int[-3, 5].Array[n]));

    [Fact]
    public void Cells_are_the_counts_that_a_naive_loop_gives() => Labels.Sample((truth, predicted) =>
    {
        var confusion = ConfusionMatrix.Compute(truth, predicted);

        int[] labels = [.. truth.Concat(predicted).Distinct().Order()];
        Assert.Equal(labels.Select(label => label.ToString()), confusion.Labels);
        for (var i = 0; i < labels.Length; i++)
        {
            for (var j = 0; j < labels.Length; j++)
                Assert.Equal(truth.Zip(predicted).Count(pair => pair == (labels[i], labels[j])), confusion[i, j]);
        }
    });

    [Fact]
    public void Wide_label_ranges_strings_and_narrow_ranges_give_the_same_cells() => Labels.Sample((truth, predicted) =>
    {
        // From -3..5 to a range far beyond the direct table, in the same order; letters keep the order too.
        static int Far(int label) => label * 400_000_000;
        static string Name(int label) => ((char)('d' + label)).ToString();

        var narrow = ConfusionMatrix.Compute(truth, predicted);
        var wide = ConfusionMatrix.Compute(Array.ConvertAll(truth, Far), Array.ConvertAll(predicted, Far));
        var named = ConfusionMatrix.Compute(Array.ConvertAll(truth, Name), Array.ConvertAll(predicted, Name));

        Assert.Equal(narrow.Counts, wide.Counts);
        Assert.Equal(narrow.Counts, named.Counts);
    });

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    [InlineData(512)]
    public void Every_size_of_the_direct_table_counts_every_row(int classes)
    {
        int[] truth = [.. Enumerable.Range(0, 5_003).Select(i => i * 7 % classes)];
        int[] predicted = [.. Enumerable.Range(0, 5_003).Select(i => i * 11 % classes)];

        var confusion = ConfusionMatrix.Compute(truth, predicted);

        Assert.Equal(5_003, confusion.Total);
        Assert.Equal(truth.Zip(predicted).Count(pair => pair.First == pair.Second), confusion.Correct);
    }

    [Fact]
    public void The_extreme_integers_are_labels_like_others()
    {
        var confusion = ConfusionMatrix.Compute([int.MinValue, int.MaxValue], [int.MaxValue, int.MaxValue]);

        Assert.Equal(["-2147483648", "2147483647"], confusion.Labels);
        Assert.Equal([[0.0, 1.0], [0.0, 1.0]], confusion.Counts);
    }

    [Fact]
    public void Integer_weights_count_like_repeated_rows() => Labels.Sample((truth, predicted) =>
    {
        double[] weights = [.. truth.Select((_, i) => (double)(i % 4))];
        if (weights.Sum() == 0)
            return;
        int[] rows = [.. Enumerable.Range(0, truth.Length).SelectMany(row => Enumerable.Repeat(row, row % 4))];

        var weighted = ConfusionMatrix.Compute(truth, predicted, weights);
        var repeated = ConfusionMatrix.Compute([.. rows.Select(row => truth[row])], [.. rows.Select(row => predicted[row])]);

        foreach (var t in repeated.Labels)
        {
            foreach (var p in repeated.Labels)
            {
                Assert.Equal(
                    repeated[repeated.IndexOf(t), repeated.IndexOf(p)],
                    weighted[weighted.IndexOf(t), weighted.IndexOf(p)]);
            }
        }
    });

    [Fact]
    public void A_row_without_weight_still_names_its_labels() =>
        Assert.Equal(["0", "1", "7"], ConfusionMatrix.Compute([0, 1], [0, 7], [1.0, 0]).Labels);

    [Fact]
    public void Normalised_rows_columns_and_cells_sum_to_one_where_there_is_data()
    {
        var confusion = ConfusionMatrix.Compute([0, 0, 1, 1, 1], [0, 2, 1, 1, 0]);

        var rows = confusion.Normalize(ConfusionNormalization.True);
        var columns = confusion.Normalize(ConfusionNormalization.Predicted);

        Assert.Equal([1.0, 1.0, 0.0], rows.Select(row => Math.Round(row.Sum(), 12)));
        Assert.Equal([1.0, 1.0, 1.0], Enumerable.Range(0, 3).Select(j => Math.Round(columns.Sum(row => row[j]), 12)));
        Assert.Equal(1, confusion.Normalize(ConfusionNormalization.All).Sum(row => row.Sum()), 1e-12);
    }

    [Fact]
    public void Bad_rows_and_weights_are_refused_with_the_argument_named()
    {
        Assert.Throws<ArgumentException>(() => ConfusionMatrix.Compute([], (int[])[]));
        Assert.Equal("predicted", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Compute([1, 2], [1])).ParamName);
        Assert.Equal("weights", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Compute([1], [1], [1.0, 2])).ParamName);
        foreach (var weight in new[] { -1, double.NaN, double.PositiveInfinity, 0 })
            Assert.Equal("weights", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Compute([1], [1], [weight])).ParamName);
        Assert.Equal("truth", Assert.Throws<ArgumentException>(() => ConfusionMatrix.Compute([null!], ["a"])).ParamName);
    }

    [Fact]
    public void A_continuous_target_is_recognised_by_its_many_classes()
    {
        int[] target = [.. Enumerable.Range(0, ConfusionMatrix.MaxClasses + 1).Select(i => i * 1000)];

        var error = Assert.Throws<ArgumentException>(() => ConfusionMatrix.Compute(target, target));

        Assert.Contains("continuous", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matrix_from_outside_must_be_square_finite_and_named_once()
    {
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix([], []));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(["a", "a"], [[1, 0], [0, 1]]));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(["a", "b"], [[1, 0]]));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(["a"], [[-1]]));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(["a"], [[0]]));
        Assert.Equal(3, new ConfusionMatrix(["a", "b"], [[1, 0], [0, 2]]).Correct);
    }
}
