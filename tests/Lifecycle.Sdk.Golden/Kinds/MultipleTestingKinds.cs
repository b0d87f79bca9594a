using System.Globalization;
using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Corrections for many tests and combination of p-values.</summary>
internal static class MultipleTestingKinds
{
    public static void Register(KindTable table)
    {
        Add(table, "bonferroni", (p, level) => MultipleTesting.Bonferroni(p, level));
        Add(table, "sidak", (p, level) => MultipleTesting.Sidak(p, level));
        Add(table, "holm", (p, level) => MultipleTesting.Holm(p, level));
        Add(table, "hommel", (p, level) => MultipleTesting.Hommel(p, level));
        Add(table, "hochberg", (p, level) => MultipleTesting.Hochberg(p, level));
        Add(table, "fdr_bh", (p, level) => MultipleTesting.BenjaminiHochberg(p, level));
        Add(table, "fdr_by", (p, level) => MultipleTesting.BenjaminiYekutieli(p, level));
        table.Add("combine_fisher", golden => Combined(MultipleTesting.CombineFisher(golden.Input("p"))));
        table.Add("combine_stouffer", golden => Combined(MultipleTesting.CombineStouffer(golden.Input("p"))));
    }

    private static void Add(KindTable table, string kind, Func<double[], double, AdjustedPValues> correct) => table.Add(kind, golden =>
    {
        var level = double.Parse(golden.Argument("alpha") ?? "0.05", CultureInfo.InvariantCulture);
        var result = correct(golden.Input("p"), level);
        return new GoldenResult().With("reject", result.Rejected).With("adjusted", result.Adjusted);
    });

    private static GoldenResult Combined((double Statistic, double PValue) result) => GoldenResult.Test(result.Statistic, result.PValue);
}
