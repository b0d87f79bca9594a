using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// Splits rows for training and testing. A seed shuffles, and the same seed gives the same split on every machine; without a seed the
/// rows stay in their order. Pure functions, safe to call from any thread.
/// </summary>
/// <remarks>Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2nd edition (2009), section 7.10.</remarks>
public static class Splits
{
    /// <summary>K-fold: every row is tested exactly once; fold sizes differ by at most one. O(rows · folds).</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="folds">How many folds: at least 2, at most as many as rows.</param>
    /// <param name="seed">Shuffles the rows; null keeps their order, so that folds are contiguous blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two folds, or more folds than rows.</exception>
    public static IReadOnlyList<Fold> KFold(int rows, int folds, ulong? seed = null)
    {
        CheckFolds(rows, folds);
        var order = FoldAssignment.Order(rows, seed);
        var foldOf = new int[rows];
        var size = rows / folds;
        var longer = rows % folds;
        var at = 0;
        for (var fold = 0; fold < folds; fold++)
        {
            for (var i = 0; i < size + (fold < longer ? 1 : 0); i++)
                foldOf[order[at++]] = fold;
        }

        return FoldAssignment.ToFolds(foldOf, folds);
    }

    /// <summary>
    /// Stratified k-fold: every fold holds each class in its share of all rows; the counts of a class differ by at most one between
    /// folds. A class with fewer rows than folds is missing from some. O(rows · folds).
    /// </summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="folds">How many folds: at least 2, at most as many as rows, and at most as many as the largest class has rows.</param>
    /// <param name="seed">Shuffles which rows of a class go where; null keeps their order.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of folds breaks these rules.</exception>
    public static IReadOnlyList<Fold> StratifiedKFold(ReadOnlySpan<int> labels, int folds, ulong? seed = null)
    {
        CheckFolds(labels.Length, folds);
        return FoldAssignment.ToFolds(FoldAssignment.Stratify(labels, folds, seed), folds);
    }

    /// <summary>
    /// Grouped k-fold: the rows of one group (a patient, a customer) are never on both sides. The largest groups are placed first,
    /// each into the fold with the fewest rows so far. O(rows · folds + groups log groups).
    /// </summary>
    /// <param name="groups">The group of each row.</param>
    /// <param name="folds">How many folds: at least 2, at most as many as groups.</param>
    /// <param name="seed">Shuffles groups of equal size; null takes them in falling order of their number.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two folds, or more folds than rows or groups.</exception>
    public static IReadOnlyList<Fold> GroupKFold(ReadOnlySpan<int> groups, int folds, ulong? seed = null)
    {
        CheckFolds(groups.Length, folds);
        return FoldAssignment.ToFolds(FoldAssignment.Group(groups, folds, seed), folds);
    }

    /// <summary>
    /// Time series: the rows are in order of time; fold i trains on what came before and tests on the next block, so that no model
    /// sees the future. The test blocks are the last folds · testRows rows. O(rows · folds).
    /// </summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="folds">How many folds, at least 2.</param>
    /// <param name="testRows">Rows per test block; null takes rows / (folds + 1).</param>
    /// <param name="gap">Rows left out between training and test, for targets that look ahead. Default: 0.</param>
    /// <param name="maxTrainRows">The most rows to train on (the latest ones); null trains on all.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is too small, or the rows do not suffice for one training row in the first fold.
    /// </exception>
    public static IReadOnlyList<Fold> TimeSeries(int rows, int folds, int? testRows = null, int gap = 0, int? maxTrainRows = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTrainRows ?? 1, 1, nameof(maxTrainRows));
        var test = testRows ?? (int)(rows / (folds + 1L));
        ArgumentOutOfRangeException.ThrowIfLessThan(testRows ?? 1, 1, nameof(testRows));
        if (test == 0 || rows - gap - ((long)test * folds) < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(rows), rows, $"{folds} folds of {Math.Max(test, 1)} test rows with a gap of {gap} leave no row to train on.");
        }

        var split = new Fold[folds];
        for (var fold = 0; fold < folds; fold++)
        {
            var testStart = rows - ((folds - fold) * test);
            var trainEnd = testStart - gap;
            var trainStart = Math.Max(0, trainEnd - (maxTrainRows ?? trainEnd));
            split[fold] = new Fold(
                [.. Enumerable.Range(trainStart, trainEnd - trainStart)], [.. Enumerable.Range(testStart, test)]);
        }

        return split;
    }

    /// <summary>One random split; both sides get at least one row. O(rows).</summary>
    /// <param name="rows">The number of rows, at least 2.</param>
    /// <param name="testShare">The share of rows to test on, in (0, 1), rounded up to whole rows.</param>
    /// <param name="seed">Decides which rows; the same seed gives the same split.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two rows, or a share outside (0, 1).</exception>
    public static Fold TrainTest(int rows, double testShare, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 2);
        CheckShare(testShare);
        var order = FoldAssignment.Order(rows, seed);
        var test = new bool[rows];
        foreach (var row in order.AsSpan(0, TestCount(rows, testShare)))
            test[row] = true;
        return FoldAssignment.ToFold(test);
    }

    /// <summary>
    /// One random split in which every class has the same share on both sides, up to whole rows; a class with a single row is trained
    /// on. O(rows + classes log classes).
    /// </summary>
    /// <param name="labels">The class of each row.</param>
    /// <param name="testShare">The share of rows to test on, in (0, 1).</param>
    /// <param name="seed">Decides which rows; the same seed gives the same split.</param>
    /// <exception cref="ArgumentException">No class has two rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two rows, or a share outside (0, 1).</exception>
    public static Fold StratifiedTrainTest(ReadOnlySpan<int> labels, double testShare, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labels.Length, 2, nameof(labels));
        CheckShare(testShare);
        var random = new SplitMix64(seed);
        var test = new bool[labels.Length];
        var any = false;
        foreach (var members in FoldAssignment.Members(labels))
        {
            if (members.Length < 2)
                continue;
            random.Shuffle(members.AsSpan());
            foreach (var row in members.AsSpan(0, TestCount(members.Length, testShare)))
                test[row] = any = true;
        }

        if (!any)
            throw new ArgumentException("Every class has one row only, so none can be on both sides.", nameof(labels));
        return FoldAssignment.ToFold(test);
    }

    private static int TestCount(int rows, double share) => Math.Clamp((int)Math.Ceiling(rows * share), 1, rows - 1);

    private static void CheckShare(double testShare)
    {
        if (!(testShare > 0 && testShare < 1))
            throw new ArgumentOutOfRangeException(
                nameof(testShare), testShare, "The share of test rows lies between 0 and 1, both excluded.");
    }

    private static void CheckFolds(int rows, int folds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (folds > rows)
            throw new ArgumentOutOfRangeException(nameof(folds), folds, $"There cannot be more folds than rows ({rows}).");
    }
}
