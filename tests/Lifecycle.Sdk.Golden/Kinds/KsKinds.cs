using System.Globalization;
using System.Text.RegularExpressions;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Kolmogorov-Smirnov of two samples and of one, and their laws.</summary>
internal static partial class KsKinds
{
    public static void Register(KindTable table)
    {
        table.Add("ks_2samp", golden => Result(KolmogorovSmirnov.Compare(
            golden.Input("x"), golden.Input("y"), Arguments.Alternative(golden), Arguments.Method(golden))));
        table.Add("ks_1samp_norm", OneSample);
        table.Add("kolmogorov_limit", golden => GoldenResult.Value(KolmogorovLaw.LimitSf(golden.PositionalNumbers()[0])));
        table.Add("kstwo_sf", golden => GoldenResult.Value(
            KolmogorovLaw.TwoSidedSf(golden.PositionalNumbers()[0], (int)golden.PositionalNumbers()[1])));
    }

    private static GoldenResult OneSample(GoldenCase golden)
    {
        double mean = 0, deviation = 1;
        if (NormalParameters().Match(golden.Call.Text) is { Success: true } match)
        {
            mean = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            deviation = double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        }

        return Result(KolmogorovSmirnov.CompareWith(
            golden.Input("x"), x => Normal.Cdf((x - mean) / deviation), Arguments.Alternative(golden), Arguments.Method(golden)));
    }

    private static GoldenResult Result(HypothesisTestResult result) => GoldenResult.Test(result.Statistic, result.PValue);

    [GeneratedRegex(@"norm\(([^,()]+),([^,()]+)\)")]
    private static partial Regex NormalParameters();
}
