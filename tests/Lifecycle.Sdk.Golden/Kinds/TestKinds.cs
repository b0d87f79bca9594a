using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Golden.Kinds;

/// <summary>Tests of rank, location, scale and of whole distributions.</summary>
internal static class TestKinds
{
    public static void Register(KindTable table)
    {
        table.Add("mannwhitneyu", MannWhitneyU);
        table.Add("t_test_student", Student);
        table.Add("t_test_welch", Welch);
        table.Add("levene", golden => Location(golden, Levene.Compare(Samples(golden), Center(golden))));
        table.Add("fligner", golden => Result(FlignerKilleen.Compare(Samples(golden), Center(golden))));
        table.Add("kruskal", Kruskal);
        table.Add("anova_oneway", golden => Location(golden, OneWayAnova.Compare(Samples(golden))));
        table.Add("anderson_ksamp", Anderson);
        table.Add("cramervonmises_2samp", golden => Ranked(golden, CramerVonMises.Compare(
            golden.Input("x"), golden.Input("y"), Arguments.Method(golden))));
        table.Add("epps_singleton", golden => Location(golden, EppsSingleton.Compare(golden.Input("x"), golden.Input("y"))));
        table.Add("nan_policy", NaNPolicies);
    }

    private static GoldenResult MannWhitneyU(GoldenCase golden) => Ranked(golden, MannWhitney.Compare(
        golden.Input("x"), golden.Input("y"), Arguments.Alternative(golden), Arguments.Method(golden),
        golden.Call.Flag("use_continuity", true), Arguments.NaNs(golden)));

    private static GoldenResult Student(GoldenCase golden)
    {
        golden.Call.Require("equal_var", "True");
        return Location(golden, StudentTTest.CompareWithEqualVariances(
            golden.Input("x"), golden.Input("y"), Arguments.Alternative(golden), Arguments.NaNs(golden)));
    }

    private static GoldenResult Welch(GoldenCase golden)
    {
        if (golden.Call.Flag("equal_var", true))
            throw GoldenCall.Unknown("equal_var", "True");
        return Location(golden, StudentTTest.Compare(
            golden.Input("x"), golden.Input("y"), Arguments.Alternative(golden), Arguments.NaNs(golden)));
    }

    private static GoldenResult Kruskal(GoldenCase golden) =>
        Ranked(golden, KruskalWallis.Compare(Samples(golden), Arguments.NaNs(golden)));

    private static GoldenResult Anderson(GoldenCase golden)
    {
        var samples = Samples(golden);
        var result = AndersonDarling.Compare(samples, golden.Call.Flag("midrank", true));
        return new GoldenResult()
            .With("statistic", result.Statistic)
            .With("significance_level", result.PValue)
            .With("critical_values", AndersonDarling.CriticalValues(samples.Length));
    }

    // One kind for several tests: the call says which.
    private static GoldenResult NaNPolicies(GoldenCase golden) => golden.Call.Text.Split('(')[0] switch
    {
        "stats.mannwhitneyu" => MannWhitneyU(golden),
        "stats.ttest_ind" when golden.Call.Flag("equal_var", true) => Student(golden),
        "stats.ttest_ind" => Welch(golden),
        "stats.kruskal" => Kruskal(golden),
        var other => throw new NotSupportedException($"The NaN policy of '{other}' is not known."),
    };

    private static Center Center(GoldenCase golden) => golden.Argument("center") switch
    {
        null or "median" => Drift.Center.Median,
        "mean" => Drift.Center.Mean,
        "trimmed" => Drift.Center.TrimmedMean,
        var other => throw GoldenCall.Unknown("center", other),
    };

    private static ReadOnlyMemory<double>[] Samples(GoldenCase golden) =>
        [.. golden.InputNames.Order(StringComparer.Ordinal).Select(name => (ReadOnlyMemory<double>)golden.Input(name))];

    private static GoldenResult Result(HypothesisTestResult result) => GoldenResult.Test(result.Statistic, result.PValue);

    private static GoldenResult Ranked(GoldenCase golden, HypothesisTestResult result) =>
        Result(result).DefinedBecause(All(golden).Any(double.IsInfinity), "ranks order infinities like other values");

    private static GoldenResult Location(GoldenCase golden, HypothesisTestResult result) => Result(result).DefinedBecause(
        All(golden).Any(value => Math.Abs(value) is > 1e150 or (> 0 and < 1e-150)),
        "the statistic does not depend on the scale, so squares that leave the range of doubles do not make it undefined");

    private static IEnumerable<double> All(GoldenCase golden) => golden.InputNames.SelectMany(golden.Input);
}
