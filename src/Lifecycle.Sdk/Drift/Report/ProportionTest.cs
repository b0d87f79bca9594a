namespace Lifecycle.Sdk.Drift;

/// <summary>Two proportions: Booleans and missing shares. z where the normal law holds, Fisher's exact test in small tables.</summary>
internal static class ProportionTest
{
    private const double NormalFrom = 5;

    public static DriftTestResult Compare(long reference, long referenceOf, long current, long currentOf, DetectionLimits limits)
    {
        double n = referenceOf, m = currentOf, pooled = ((double)reference + current) / (n + m);
        double smallest = Math.Min(n, m) * Math.Min(pooled, 1 - pooled);
        double detectable = limits.DetectableZ * Math.Sqrt((1 / n) + (1 / m));
        if (smallest == 0) return Constant(detectable);
        // Current minus reference: a rise is positive.
        HypothesisTestResult z = TwoProportions.Compare(current, currentOf, reference, referenceOf);
        bool exact = smallest < NormalFrom;
        return new DriftTestResult
        {
            Test = DriftTest.TwoProportions,
            Statistic = z.Statistic,
            Threshold = exact ? null : limits.CriticalZ,
            PValue = exact
                ? FisherExact.Compare(reference, referenceOf - reference, current, currentOf - current).PValue
                : z.PValue,
            EffectSize = z.EffectSize,
            EffectSizeName = z.EffectSizeName,
            SmallestDetectableEffect = detectable < Math.PI ? detectable : double.PositiveInfinity,
            Method = exact ? "Fisher's exact" : "normal, pooled variance",
        };
    }

    private static DriftTestResult Constant(double detectable) => new()
    {
        Test = DriftTest.TwoProportions,
        Statistic = 0,
        PValue = 1,
        EffectSize = 0,
        EffectSizeName = "Cohen's h",
        SmallestDetectableEffect = detectable < Math.PI ? detectable : double.PositiveInfinity,
        Method = "both proportions are 0, or both are 1",
    };
}
