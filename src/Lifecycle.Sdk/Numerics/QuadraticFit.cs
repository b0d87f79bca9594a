namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// Least squares of a parabola, by orthogonal polynomials on the given places (Forsythe, J. SIAM 5, 1957), which stays well conditioned.
/// </summary>
internal static class QuadraticFit
{
    /// <summary>The value at <paramref name="x"/> of the parabola that fits best; at least three distinct places.</summary>
    public static double At(double x, ReadOnlySpan<double> places, ReadOnlySpan<double> values)
    {
        double n = places.Length, mean = 0;
        foreach (var place in places)
            mean += place / n;
        double square = 0, cube = 0, level = 0, slope = 0;
        for (var i = 0; i < places.Length; i++)
        {
            var p1 = places[i] - mean;
            square += p1 * p1;
            cube += p1 * p1 * p1;
            level += values[i];
            slope += values[i] * p1;
        }

        // p2(x) = (x - mean)² - cube/square·(x - mean) - square/n is orthogonal to 1 and x - mean.
        double norm = 0, curve = 0;
        for (var i = 0; i < places.Length; i++)
        {
            var p2 = Second(places[i] - mean);
            norm += p2 * p2;
            curve += values[i] * p2;
        }

        return (level / n) + (slope / square * (x - mean)) + (curve / norm * Second(x - mean));

        double Second(double p1) => (p1 * p1) - (cube / square * p1) - (square / n);
    }
}
