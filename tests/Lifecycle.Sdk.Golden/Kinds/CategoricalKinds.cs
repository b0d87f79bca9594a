using System.Text.Json;
using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Contingency tables, goodness of fit, Fisher's test and proportions.</summary>
internal static class CategoricalKinds
{
    public static void Register(KindTable table)
    {
        table.Add("chi2_contingency", Contingency);
        table.Add("cramers_v", golden =>
        {
            golden.Call.Require("method", "cramer");
            return GoldenResult.Value(ChiSquare.CramersV(Table(golden)));
        });
        table.Add("chisquare", golden => Result(ChiSquare.GoodnessOfFit(golden.Numbers("f_obs"), Expected(golden))));
        table.Add("g_test", golden =>
        {
            golden.Call.Require("lambda_", "log-likelihood");
            return Result(GTest.GoodnessOfFit(golden.Numbers("f_obs"), Expected(golden)));
        });
        table.Add("fisher_exact", Fisher);
        table.Add("two_proportion_z", golden => Result(TwoProportions.Compare(
            Count(golden, "c1"), Count(golden, "n1"), Count(golden, "c2"), Count(golden, "n2"), Arguments.Alternative(golden))));
    }

    private static GoldenResult Contingency(GoldenCase golden)
    {
        var yates = golden.Call.Flag("correction", true);
        var result = golden.Argument("lambda_") switch
        {
            null or "None" or "pearson" => ChiSquare.Independence(Table(golden), yates),
            "log-likelihood" => GTest.Independence(Table(golden), yates),
            var other => throw GoldenCall.Unknown("lambda_", other),
        };
        return Result(result).With("dof", (int)result.DegreesOfFreedom!.Value);
    }

    private static GoldenResult Fisher(GoldenCase golden)
    {
        var table = Table(golden);
        return Result(FisherExact.Compare(table[0, 0], table[0, 1], table[1, 0], table[1, 1], Arguments.Alternative(golden)));
    }

    private static GoldenResult Result(HypothesisTestResult result) => GoldenResult.Test(result.Statistic, result.PValue);

    private static double[] Expected(GoldenCase golden) =>
        golden.Argument("f_exp") == "f_exp" || golden.Call.Text.Contains("f_exp", StringComparison.Ordinal) ? golden.Numbers("f_exp") : [];

    private static long Count(GoldenCase golden, string name) => golden.Parameter(name).GetInt64();

    private static long[,] Table(GoldenCase golden)
    {
        List<JsonElement> rows = [.. golden.Parameter("table").EnumerateArray()];
        var table = new long[rows.Count, rows[0].GetArrayLength()];
        for (var r = 0; r < rows.Count; r++)
        {
            for (var c = 0; c < table.GetLength(1); c++)
                table[r, c] = checked((long)Json.Number(rows[r][c]));
        }

        return table;
    }
}
