namespace Lifecycle.Sdk.Numerics;

/// <summary>The chi-squared law.</summary>
internal static class ChiSquared
{
    public static double Cdf(double x, double degreesOfFreedom) => Gamma.LowerRegularized(degreesOfFreedom / 2, x / 2);

    public static double Sf(double x, double degreesOfFreedom) => Gamma.UpperRegularized(degreesOfFreedom / 2, x / 2);
}
