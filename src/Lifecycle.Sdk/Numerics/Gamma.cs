namespace Lifecycle.Sdk.Numerics;

/// <summary>The gamma function's logarithm and the regularised incomplete gamma functions.</summary>
internal static class Gamma
{
    private const double HalfLogTwoPi = 0.918938533204672741780329736406;
    private const int MaxIterations = 1_000_000;

    /// <summary>
    /// ln Γ(x) for x > 0 by Stirling's series, after a shift above 15. Absolute error near 1e-15 times the larger of 1 and the value.
    /// </summary>
    public static double Log(double x)
    {
        if (x >= 15)
            return ((x - 0.5) * Math.Log(x)) - x + HalfLogTwoPi + StirlingSeries(x);
        // Γ(x) = Γ(x + k) / (x (x + 1) … (x + k - 1)): the product of at most 15 factors cannot overflow.
        var product = 1.0;
        while (x < 15)
            product *= x++;
        return ((x - 0.5) * Math.Log(x)) - x + HalfLogTwoPi + StirlingSeries(x) - Math.Log(product);
    }

    /// <summary>
    /// ln Γ(x + 1) minus Stirling's approximation (x + ½) ln x - x + ½ ln 2π, for x > 0: what keeps ratios of huge factorials
    /// accurate (Loader, "Fast and accurate computation of binomial probabilities", 2000).
    /// </summary>
    public static double StirlingError(double x) =>
        x >= 15 ? StirlingSeries(x) : Log(x + 1) - (((x + 0.5) * Math.Log(x)) - x + HalfLogTwoPi);

    /// <summary>Loader's deviance x ln(x/mean) + mean - x, without cancellation where the two are close; x ≥ 0, mean > 0.</summary>
    public static double Deviance(double x, double mean)
    {
        if (x == 0)
            return mean;
        var difference = x - mean;
        if (Math.Abs(difference) >= 0.1 * (x + mean))
            return (x * Math.Log(x / mean)) - difference;
        var v = difference / (x + mean);
        var sum = difference * v;
        var term = 2 * x * v;
        v *= v;
        for (var j = 1; ; j++)
        {
            term *= v;
            var next = sum + (term / ((2 * j) + 1));
            if (next == sum)
                return next;
            sum = next;
        }
    }

    /// <summary>Q(a, x) = Γ(a, x)/Γ(a), the upper tail; a > 0, x ≥ 0.</summary>
    public static double UpperRegularized(double a, double x)
    {
        if (x <= 0)
            return 1;
        if (double.IsPositiveInfinity(x))
            return 0;
        return x < a + 1 ? 1 - Series(a, x) : ContinuedFraction(a, x);
    }

    /// <summary>P(a, x) = 1 - Q(a, x), the lower tail; a > 0, x ≥ 0.</summary>
    public static double LowerRegularized(double a, double x)
    {
        if (x <= 0)
            return 0;
        if (double.IsPositiveInfinity(x))
            return 1;
        return x < a + 1 ? Series(a, x) : 1 - ContinuedFraction(a, x);
    }

    // P = x^a e^-x / Γ(a + 1) · Σ x^k / ((a + 1) … (a + k)): all terms positive.
    private static double Series(double a, double x)
    {
        double term = 1, sum = 1;
        for (var k = 1; k < MaxIterations; k++)
        {
            term *= x / (a + k);
            sum += term;
            if (term < sum * 1e-17)
                break;
        }

        return Math.Min(1, Front(a, x) * sum);
    }

    // Legendre's continued fraction by the modified Lentz method (Press et al., Numerical Recipes, 6.2).
    private static double ContinuedFraction(double a, double x)
    {
        const double tiny = 1e-300;
        var b = x + 1 - a;
        var c = 1 / tiny;
        var d = 1 / b;
        var h = d;
        for (var i = 1; i < MaxIterations; i++)
        {
            var an = -i * (i - a);
            b += 2;
            d = (an * d) + b;
            d = Math.Abs(d) < tiny ? tiny : d;
            c = b + (an / c);
            c = Math.Abs(c) < tiny ? tiny : c;
            d = 1 / d;
            var delta = d * c;
            h *= delta;
            if (Math.Abs(delta - 1) < 1e-16)
                break;
        }

        return Math.Min(1, Front(a, x) * a * h);
    }

    // x^a e^-x / Γ(a + 1).
    private static double Front(double a, double x) =>
        Math.Exp(-StirlingError(a) - Deviance(a, x)) / Math.Sqrt(2 * Math.PI * a);

    private static double StirlingSeries(double x)
    {
        var r = 1 / (x * x);
        return ((((((((((((-3617.0 / 122400) * r) + (1.0 / 156)) * r) - (691.0 / 360360)) * r) + (1.0 / 1188)) * r
            - (1.0 / 1680)) * r) + (1.0 / 1260)) * r - (1.0 / 360)) * r + (1.0 / 12)) / x;
    }
}
