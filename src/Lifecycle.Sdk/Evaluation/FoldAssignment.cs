using System.Runtime.InteropServices;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>Decides the fold of each row, in the way of scikit-learn where no seed is given.</summary>
internal static class FoldAssignment
{
    internal static int[] Order(int rows, ulong? seed)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        if (seed is { } value)
        {
            var random = new SplitMix64(value);
            random.Shuffle(order.AsSpan());
        }

        return order;
    }

    /// <summary>
    /// Deals the rows, sorted by class, to the folds in turn: so the counts of a class differ by at most one, and so do the sizes of
    /// folds. Then each class fills its places in the order of its rows.
    /// </summary>
    internal static int[] Stratify(ReadOnlySpan<int> labels, int folds, ulong? seed)
    {
        var classes = Members(labels);
        var largest = classes.Max(rows => rows.Length);
        if (folds > largest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(folds), folds, $"Every class has fewer rows than there are folds; the largest has {largest}.");
        }

        var random = new SplitMix64(seed ?? 0);
        var foldOf = new int[labels.Length];
        var dealt = 0;
        foreach (var rows in classes)
        {
            var places = new int[folds];
            for (var i = 0; i < rows.Length; i++)
                places[dealt++ % folds]++;

            if (seed is not null)
                random.Shuffle(rows.AsSpan());
            var at = 0;
            for (var fold = 0; fold < folds; fold++)
            {
                for (var i = 0; i < places[fold]; i++)
                    foldOf[rows[at++]] = fold;
            }
        }

        return foldOf;
    }

    internal static int[] Group(ReadOnlySpan<int> groups, int folds, ulong? seed)
    {
        var members = Members(groups);
        if (folds > members.Count)
            throw new ArgumentOutOfRangeException(nameof(folds), folds, $"There cannot be more folds than groups ({members.Count}).");

        // Largest first; of equal sizes the highest number first, unless a seed decides.
        var byNumber = members.ToArray();
        var numbers = new int[byNumber.Length];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = groups[byNumber[i][0]];
        Array.Sort(numbers, byNumber);
        Array.Reverse(byNumber);
        if (seed is { } value)
        {
            var random = new SplitMix64(value);
            random.Shuffle(byNumber.AsSpan());
        }

        var load = new int[folds];
        var foldOf = new int[groups.Length];
        foreach (var rows in byNumber.OrderByDescending(rows => rows.Length))
        {
            var lightest = load.AsSpan().IndexOf(load.Min());
            load[lightest] += rows.Length;
            foreach (var row in rows)
                foldOf[row] = lightest;
        }

        return foldOf;
    }

    internal static IReadOnlyList<Fold> ToFolds(int[] foldOf, int folds)
    {
        var split = new Fold[folds];
        for (var fold = 0; fold < folds; fold++)
        {
            var test = new bool[foldOf.Length];
            for (var row = 0; row < foldOf.Length; row++)
                test[row] = foldOf[row] == fold;
            split[fold] = ToFold(test);
        }

        return split;
    }

    internal static Fold ToFold(bool[] isTest)
    {
        var test = new int[isTest.AsSpan().Count(true)];
        var train = new int[isTest.Length - test.Length];
        int t = 0, r = 0;
        for (var row = 0; row < isTest.Length; row++)
        {
            if (isTest[row])
                test[t++] = row;
            else
                train[r++] = row;
        }

        return new Fold(train, test);
    }

    /// <summary>The rows of each class, classes in the order of their first row.</summary>
    internal static List<int[]> Members(ReadOnlySpan<int> labels)
    {
        var positions = new Dictionary<int, int>();
        var members = new List<List<int>>();
        for (var row = 0; row < labels.Length; row++)
        {
            ref var position = ref CollectionsMarshal.GetValueRefOrAddDefault(positions, labels[row], out var known);
            if (!known)
            {
                position = members.Count;
                members.Add([]);
            }

            members[position].Add(row);
        }

        return members.ConvertAll(rows => rows.ToArray());
    }
}
