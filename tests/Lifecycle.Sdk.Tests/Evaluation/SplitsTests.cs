using CsCheck;
using Lifecycle.Sdk.Evaluation;
using Xunit;

namespace Lifecycle.Sdk.Tests.Evaluation;

public sealed class SplitsTests
{
    private static readonly Gen<(int[] Labels, int Folds, ulong? Seed)> Cases =
        Gen.Int[4, 60].SelectMany(n => Gen.Select(Gen.Int[0, 3].Array[n], Gen.Int[2, 4], Gen.Bool)).Select((labels, folds, seeded) =>
            (labels, folds, seeded ? (ulong?)42 : null));

    [Fact]
    public void K_fold_tests_every_row_once_in_even_folds() => Cases.Sample((labels, folds, seed) =>
    {
        var split = Splits.KFold(labels.Length, folds, seed);

        AssertPartition(split, labels.Length);
        Assert.InRange(split.Max(fold => fold.Test.Count) - split.Min(fold => fold.Test.Count), 0, 1);
    });

    [Fact]
    public void Stratified_folds_hold_each_class_evenly() => Cases.Sample((labels, folds, seed) =>
    {
        if (labels.GroupBy(label => label).Max(group => group.Count()) < folds)
            return;
        var split = Splits.StratifiedKFold(labels, folds, seed);

        AssertPartition(split, labels.Length);
        foreach (var label in labels.Distinct())
        {
            int[] counts = [.. split.Select(fold => fold.Test.Count(row => labels[row] == label))];
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        }
    });

    [Fact]
    public void Grouped_folds_never_cut_a_group() => Cases.Sample((groups, folds, seed) =>
    {
        if (groups.Distinct().Count() < folds)
            return;
        var split = Splits.GroupKFold(groups, folds, seed);

        AssertPartition(split, groups.Length);
        Assert.All(split, fold => Assert.Empty(fold.Test.Select(row => groups[row]).Intersect(fold.Train.Select(row => groups[row]))));
        Assert.All(split, fold => Assert.NotEmpty(fold.Test));
    });

    [Fact]
    public void Time_series_folds_train_on_the_past_with_gap_and_window()
    {
        var split = Splits.TimeSeries(20, 3, testRows: 4, gap: 2, maxTrainRows: 5);

        Assert.Equal([8, 12, 16], split.Select(fold => fold.Test[0]));
        Assert.All(split, fold => Assert.Equal(fold.Test[0] - 2, fold.Train[^1] + 1));
        Assert.Equal([5, 5, 5], split.Select(fold => fold.Train.Count));
        Assert.Equal([6, 10, 14], Splits.TimeSeries(20, 3, testRows: 4, gap: 2).Select(fold => fold.Train.Count));
    }

    [Fact]
    public void A_seed_gives_the_same_split_again_and_another_seed_another()
    {
        Assert.Equal(Splits.KFold(50, 5, 1)[0].Test, Splits.KFold(50, 5, 1)[0].Test);
        Assert.NotEqual(Splits.KFold(50, 5, 1)[0].Test, Splits.KFold(50, 5, 2)[0].Test);
        Assert.NotEqual(Splits.TrainTest(50, 0.2, 1).Test, Splits.TrainTest(50, 0.2, 2).Test);
        // Pinned: a change of the generator would silently change everybody's splits.
        Assert.Equal([5, 8, 9], Splits.TrainTest(10, 0.3, 7).Test);
    }

    [Fact]
    public void A_stratified_holdout_keeps_the_shares()
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i < 80 ? 0 : 1)];
        var split = Splits.StratifiedTrainTest(labels, 0.25, seed: 3);

        Assert.Equal((20, 5), (split.Test.Count(row => labels[row] == 0), split.Test.Count(row => labels[row] == 1)));
        Assert.Equal(Enumerable.Range(0, 100), split.Train.Concat(split.Test).Order());
        Assert.Equal([0], split.TrainRows<int>(labels).Distinct().Where(label => label == 0));
        Assert.Throws<ArgumentException>(() => split.TestRows<int>([1, 2]));
    }

    [Fact]
    public void Impossible_splits_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.KFold(3, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.KFold(3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.StratifiedKFold([0, 1, 2], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.GroupKFold([1, 1, 1], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.TimeSeries(3, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.TimeSeries(10, 2, gap: 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.TimeSeries(10, 2, testRows: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.TrainTest(10, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Splits.TrainTest(1, 0.5, 0));
        Assert.Throws<ArgumentException>(() => Splits.StratifiedTrainTest([1, 2, 3], 0.5, 0));
    }

    private static void AssertPartition(IReadOnlyList<Fold> split, int rows)
    {
        Assert.Equal(Enumerable.Range(0, rows), split.SelectMany(fold => fold.Test).Order());
        Assert.All(split, fold => Assert.Equal(Enumerable.Range(0, rows), fold.Train.Concat(fold.Test).Order()));
    }
}
