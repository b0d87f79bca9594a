namespace Lifecycle.Sdk.Numerics;

/// <summary>The F law of Fisher and Snedecor.</summary>
internal static class FisherF
{
    public static double Sf(double f, double numeratorDegrees, double denominatorDegrees)
    {
        if (f <= 0)
            return 1;
        if (double.IsPositiveInfinity(f))
            return 0;
        var scaled = numeratorDegrees * f;
        var total = denominatorDegrees + scaled;
        return double.IsInfinity(total)
            ? 0
            : Beta.Regularized(denominatorDegrees / 2, numeratorDegrees / 2, denominatorDegrees / total, scaled / total);
    }
}
