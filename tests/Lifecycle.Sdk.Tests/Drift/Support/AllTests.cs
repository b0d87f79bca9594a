using Lifecycle.Sdk.Drift;

namespace Lifecycle.Sdk.Tests.Drift.Support;

/// <summary>Every test of two numeric samples behind one signature, so that a property is stated once for all.</summary>
internal static class AllTests
{
    public delegate HypothesisTestResult TwoSampleTest(double[] reference, double[] current, NaNPolicy nanPolicy);

    public static IReadOnlyDictionary<string, TwoSampleTest> ByName { get; } = new Dictionary<string, TwoSampleTest>
    {
        ["KolmogorovSmirnov"] = (x, y, policy) => KolmogorovSmirnov.Compare(x, y, nanPolicy: policy),
        ["KolmogorovSmirnovAsymptotic"] = (
            x, y, policy) => KolmogorovSmirnov.Compare(x, y, method: PValueMethod.Asymptotic, nanPolicy: policy),
        ["CramerVonMises"] = (x, y, policy) => CramerVonMises.Compare(x, y, nanPolicy: policy),
        ["AndersonDarling"] = (x, y, policy) => AndersonDarling.Compare(x, y, nanPolicy: policy),
        ["MannWhitney"] = (x, y, policy) => MannWhitney.Compare(x, y, nanPolicy: policy),
        ["KruskalWallis"] = (x, y, policy) => KruskalWallis.Compare(x, y, policy),
        ["Welch"] = (x, y, policy) => StudentTTest.Compare(x, y, nanPolicy: policy),
        ["Student"] = (x, y, policy) => StudentTTest.CompareWithEqualVariances(x, y, nanPolicy: policy),
        ["Levene"] = (x, y, policy) => Levene.Compare(x, y, nanPolicy: policy),
        ["LeveneTrimmed"] = (x, y, policy) => Levene.Compare(x, y, Center.TrimmedMean, policy),
        ["FlignerKilleen"] = (x, y, policy) => FlignerKilleen.Compare(x, y, nanPolicy: policy),
        ["OneWayAnova"] = (x, y, policy) => OneWayAnova.Compare([x, y], policy),
        ["EppsSingleton"] = (x, y, policy) => EppsSingleton.Compare(x, y, policy),
    };

    /// <summary>Those that see nothing but the order of the values.</summary>
    public static IReadOnlyList<string> OfRanks { get; } =
        ["KolmogorovSmirnov", "KolmogorovSmirnovAsymptotic", "CramerVonMises", "AndersonDarling", "MannWhitney", "KruskalWallis"];
}
