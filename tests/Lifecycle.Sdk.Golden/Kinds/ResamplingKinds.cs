using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.Evaluation;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Folds without shuffling, and permutation importance with given permutations.</summary>
internal static partial class ResamplingKinds
{
    public static void Register(KindTable table)
    {
        table.Add("kfold", g => FoldOfEachRow(g, Splits.KFold(g.Input("y").Length, Folds(g))));
        table.Add("stratified_kfold", g => FoldOfEachRow(g, Splits.StratifiedKFold(g.IntegerInput("y"), Folds(g))));
        table.Add("group_kfold", g => FoldOfEachRow(g, Splits.GroupKFold(g.IntegerInput("g"), Folds(g))));
        table.Add("time_series_split", g => new GoldenResult().With(
            "value",
            Splits.TimeSeries(g.Input("y").Length, Folds(g), Optional(g, "test_size"), g.Call.Whole("gap", 0), Optional(g, "max_train_size")).Select(
                fold => new[] { fold.Train.Count, fold.Test[0], fold.Test[^1] }).ToArray()));
        table.Add("permutation_importance", Importance);
    }

    private static int Folds(GoldenCase golden) =>
        golden.PositionalNumbers() is [var folds, ..] ? (int)folds : golden.Call.Whole("n_splits", 5);

    private static int? Optional(GoldenCase golden, string keyword) =>
        golden.Argument(keyword) is null or "None" ? null : golden.Call.Whole(keyword, 0);

    private static GoldenResult FoldOfEachRow(GoldenCase golden, IReadOnlyList<Fold> folds)
    {
        var foldOf = new int[golden.Input("y").Length];
        for (var fold = 0; fold < folds.Count; fold++)
        {
            foreach (var row in folds[fold].Test)
                foldOf[row] = fold;
        }

        return new GoldenResult().With("value", foldOf);
    }

    private static GoldenResult Importance(GoldenCase golden)
    {
        var w = golden.Numbers("w");
        var b = golden.Number("b");
        var seeds = golden.Parameter("seeds").EnumerateArray().Select(row => row.EnumerateArray().Select(Seed).ToArray()).ToArray();
        var truth = golden.Input("y");
        void Linear(ReadOnlySpan<double> features, Span<double> predicted)
        {
            for (var row = 0; row < predicted.Length; row++)
            {
                predicted[row] = 0;
                for (var column = 0; column < w.Length; column++)
                    predicted[row] += features[(row * w.Length) + column] * w[column];
                predicted[row] += b;
            }
        }

        ScoreFunction<double, double> score = Score().Match(golden.Call.Text).Groups[1].Value switch
        {
            "accuracy" => (y, f) => SignAccuracy(y, f),
            "r2" => (y, f) => RegressionMetrics.R2(y, f),
            var other => throw GoldenCall.Unknown("the score", other),
        };
        var result = PermutationImportance.Compute<double, double>(
            golden.Input("X"),
            w.Length,
            truth,
            Linear,
            score,
            MetricDirection.HigherIsBetter,
            seeds[0].Length,
            (column, repeat) => Permutation(seeds[column][repeat], truth.Length));
        return new GoldenResult()
            .With("base", result.BaseScore)
            .With("importances", result.Features.Select(feature => feature.Repeats).ToArray())
            .With("mean", result.Features.Select(feature => feature.Mean).ToArray())
            .With("std", result.Features.Select(feature => feature.StandardDeviation).ToArray());
    }

    private static double SignAccuracy(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted)
    {
        var right = 0;
        for (var i = 0; i < truth.Length; i++)
            right += Math.Sign(predicted[i]) == truth[i] ? 1 : 0;
        return (double)right / truth.Length;
    }

    private static ulong Seed(JsonElement seed) =>
        seed.ValueKind == JsonValueKind.String ? ulong.Parse(seed.GetString()!, CultureInfo.InvariantCulture) : seed.GetUInt64();

    /// <summary>The <c>perm</c> recipe, which takes the remainder and so is not the library's own shuffle.</summary>
    private static int[] Permutation(ulong seed, int rows)
    {
        var random = new SplitMix64(seed);
        int[] order = [.. Enumerable.Range(0, rows)];
        for (var i = rows - 1; i > 0; i--)
        {
            var j = (int)(random.Next() % (ulong)(i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    [GeneratedRegex(@"\bb, '(\w+)'")]
    private static partial Regex Score();
}
