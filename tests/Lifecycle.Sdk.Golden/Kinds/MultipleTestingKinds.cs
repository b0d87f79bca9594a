using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Corrections for many tests and combination of p-values.</summary>
internal static class MultipleTestingKinds
{
    public static void Register(KindTable table)
    {
        Add(table, "bonferroni", "bonferroni", (p, level) => MultipleTesting.Bonferroni(p, level));
        Add(table, "sidak", "sidak", (p, level) => MultipleTesting.Sidak(p, level));
        Add(table, "holm", "holm", (p, level) => MultipleTesting.Holm(p, level));
        Add(table, "hommel", "hommel", (p, level) => MultipleTesting.Hommel(p, level));
        Add(table, "hochberg", "simes-hochberg", (p, level) => MultipleTesting.Hochberg(p, level));
        Add(table, "fdr_bh", "fdr_bh", (p, level) => MultipleTesting.BenjaminiHochberg(p, level));
        Add(table, "fdr_by", "fdr_by", (p, level) => MultipleTesting.BenjaminiYekutieli(p, level));
        table.Add("combine_fisher", golden => Combined(golden, "fisher", MultipleTesting.CombineFisher(golden.Input("p"))));
        table.Add("combine_stouffer", golden => Combined(golden, "stouffer", MultipleTesting.CombineStouffer(golden.Input("p"))));
    }

    private static void Add(
        KindTable table, string kind, string method, Func<double[], double, AdjustedPValues> correct) => table.Add(kind, golden =>
    {
        golden.Call.Require("method", method);
        var result = correct(golden.Input("p"), golden.Call.Number("alpha", 0.05));
        return new GoldenResult().With("reject", result.Rejected).With("adjusted", result.Adjusted);
    });

    private static GoldenResult Combined(GoldenCase golden, string method, (double Statistic, double PValue) result)
    {
        golden.Call.Require("method", method);
        return GoldenResult.Test(result.Statistic, result.PValue);
    }
}
