namespace Lifecycle.Sdk.Drift;

/// <summary>What one cell adds to a statistic of counts.</summary>
internal enum Divergence
{
    /// <summary>(O - E)²/E.</summary>
    Pearson,

    /// <summary>2 O ln(O/E).</summary>
    LogLikelihood,
}

internal static class DivergenceExtensions
{
    public static double Cell(this Divergence divergence, double observed, double expected)
    {
        if (divergence == Divergence.Pearson)
            return (observed - expected) * (observed - expected) / expected;
        return observed == 0 ? 0 : 2 * observed * Math.Log(observed / expected);
    }
}
