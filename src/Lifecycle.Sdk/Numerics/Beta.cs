namespace Lifecycle.Sdk.Numerics;

/// <summary>The regularised incomplete beta function and the binomial weight it shares with the discrete laws.</summary>
internal static class Beta
{
    private const int MaxIterations = 1_000_000;

    /// <summary>
    /// I_x(a, b) with <paramref name="y"/> = 1 - <paramref name="x"/> handed in, so that neither end loses digits; a, b > 0.
    /// Continued fraction of DiDonato and Morris (ACM Trans. Math. Softw. 18, 1992, eq. 9), O(√max(a, b)).
    /// </summary>
    public static double Regularized(double a, double b, double x, double y)
    {
        if (x <= 0)
            return 0;
        if (y <= 0)
            return 1;
        return (a + b) * y >= b ? Lower(a, b, x, y) : 1 - Lower(b, a, y, x);
    }

    /// <summary>Γ(n + 1)/(Γ(k + 1) Γ(n - k + 1)) p^k q^(n - k) for real k in [0, n]: Loader's binomial weight.</summary>
    public static double BinomialWeight(double k, double n, double p, double q)
    {
        if (k == 0)
            return Math.Exp(p < 0.1 ? n * LogOnePlus(-p) : n * Math.Log(q));
        var rest = n - k;
        if (rest == 0)
            return Math.Exp(q < 0.1 ? n * LogOnePlus(-q) : n * Math.Log(p));
        var exponent = Gamma.StirlingError(n) - Gamma.StirlingError(k) - Gamma.StirlingError(rest)
            - Gamma.Deviance(k, n * p) - Gamma.Deviance(rest, n * q);
        return Math.Exp(exponent) * Math.Sqrt(n / (2 * Math.PI * k * rest));
    }

    /// <summary>ln(1 + x) without loss for small x (Kahan's correction of the rounded sum); x > -1.</summary>
    public static double LogOnePlus(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>e^x - 1 without loss for small x (Kahan).</summary>
    public static double ExpMinusOne(double x)
    {
        var u = Math.Exp(x);
        if (u == 1)
            return x;
        var v = u - 1;
        return v == -1 || double.IsInfinity(u) ? v : v * (x / Math.Log(u));
    }

    private static double Lower(double a, double b, double x, double y)
    {
        // x^a y^b / B(a, b) by way of the binomial weight, which stays accurate where the three gammas are huge.
        var front = BinomialWeight(a, a + b, x, y) * a * (b / (a + b));
        return Math.Min(1, front / ContinuedFraction(a, b, x, y));
    }

    // β₀ + α₁/(β₁ + α₂/(β₂ + …)) by the modified Lentz method. Written with λ = (a + b)y - b and not with 1 - x, so that it holds its
    // digits where x is close to one.
    private static double ContinuedFraction(double a, double b, double x, double y)
    {
        const double tiny = 1e-300;
        var lambda = ((a + b) * y) - b;
        var f = a / (a + 1) * (lambda + 1);
        f = Math.Abs(f) < tiny ? tiny : f;
        double c = f, d = 0;
        for (var n = 1.0; n < MaxIterations; n++)
        {
            var s = a + (2 * n) - 1;
            var w = n * (b - n) * x;
            var alpha = (a + n - 1) / s * ((a + b + n - 1) / s) * w * x;
            var beta = n + (w / s) + ((a + n) / (s + 2) * (lambda + 1 + (n * (1 + y))));
            d = beta + (alpha * d);
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = beta + (alpha / c);
            c = Math.Abs(c) < tiny ? tiny : c;
            var delta = c * d;
            f *= delta;
            if (Math.Abs(delta - 1) < 2e-16)
                break;
        }

        return f;
    }
}
