namespace Lifecycle.Sdk.Numerics;

/// <summary>The standard normal law, with full relative accuracy in both tails.</summary>
internal static class Normal
{
    private const double InverseSqrtTwo = 0.70710678118654752440;
    private const double InverseSqrtPi = 0.56418958354775628695;

    public static double Cdf(double z) => 0.5 * Erfc(-z * InverseSqrtTwo);

    public static double Sf(double z) => 0.5 * Erfc(z * InverseSqrtTwo);

    /// <summary>The complementary error function, relative error near 1e-16 (Cody, Math. Comp. 23, 1969).</summary>
    public static double Erfc(double x)
    {
        var y = Math.Abs(x);
        if (double.IsNaN(x))
            return double.NaN;
        if (y <= 0.46875)
            return 1 - Erf(x);
        var tail = y switch
        {
            >= 27 => 0,
            <= 4 => Middle(y) * ExpMinusSquare(y),
            _ => Outer(y) * ExpMinusSquare(y),
        };
        return x < 0 ? 2 - tail : tail;
    }

    /// <summary>The z with Cdf(z) = p, for p in [0, 1] (Wichura, algorithm AS 241, Applied Statistics 37, 1988).</summary>
    public static double Quantile(double p)
    {
        var q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            var r = 0.180625 - (q * q);
            return q * Ratio(r, CentralP, CentralQ);
        }

        return q < 0 ? -UpperQuantile(p) : UpperQuantile(1 - p);
    }

    /// <summary>The z with Sf(z) = p, without the loss of forming 1 - p.</summary>
    public static double InverseSf(double p) => -Quantile(p);

    private static double UpperQuantile(double tail)
    {
        if (tail <= 0)
            return double.PositiveInfinity;
        var r = Math.Sqrt(-Math.Log(tail));
        return r <= 5 ? Ratio(r - 1.6, MiddleP, MiddleQ) : Ratio(r - 5, FarP, FarQ);
    }

    private static double Erf(double x)
    {
        var z = x * x;
        return x * Ratio(z, ErfP, ErfQ);
    }

    private static double Middle(double y) => Ratio(y, ErfcP, ErfcQ);

    private static double Outer(double y)
    {
        var z = 1 / (y * y);
        return (InverseSqrtPi - (z * Ratio(z, TailP, TailQ))) / y;
    }

    // e^(-y²) with y split at 1/16, so that the rounding of y² does not reach the exponent.
    private static double ExpMinusSquare(double y)
    {
        var head = Math.Floor(y * 16) / 16;
        var rest = (y - head) * (y + head);
        return Math.Exp(-head * head) * Math.Exp(-rest);
    }

    // Both polynomials with ascending powers.
    private static double Ratio(double x, ReadOnlySpan<double> numerator, ReadOnlySpan<double> denominator) =>
        Polynomial(x, numerator) / Polynomial(x, denominator);

    private static double Polynomial(double x, ReadOnlySpan<double> ascending)
    {
        var sum = 0.0;
        for (var i = ascending.Length - 1; i >= 0; i--)
            sum = (sum * x) + ascending[i];
        return sum;
    }

    private static ReadOnlySpan<double> ErfP =>
        [3.20937758913846947e03, 3.77485237685302021e02, 1.13864154151050156e02, 3.16112374387056560e00, 1.85777706184603153e-1];

    private static ReadOnlySpan<double> ErfQ =>
        [2.84423683343917062e03, 1.28261652607737228e03, 2.44024637934444173e02, 2.36012909523441209e01, 1];

    private static ReadOnlySpan<double> ErfcP =>
    [
        1.23033935479799725e03, 2.05107837782607147e03, 1.71204761263407058e03, 8.81952221241769090e02, 2.98635138197400131e02,
        6.61191906371416295e01, 8.88314979438837594e00, 5.64188496988670089e-1, 2.15311535474403846e-8,
    ];

    private static ReadOnlySpan<double> ErfcQ =>
    [
        1.23033935480374942e03, 3.43936767414372164e03, 4.36261909014324716e03, 3.29079923573345963e03, 1.62138957456669019e03,
        5.37181101862009858e02, 1.17693950891312499e02, 1.57449261107098347e01, 1,
    ];

    private static ReadOnlySpan<double> TailP =>
    [
        6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1, 3.60344899949804439e-1, 3.05326634961232344e-1,
        1.63153871373020978e-2,
    ];

    private static ReadOnlySpan<double> TailQ =>
        [2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1, 1.87295284992346725e00, 2.56852019228982242e00, 1];

    private static ReadOnlySpan<double> CentralP =>
    [
        3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ];

    private static ReadOnlySpan<double> CentralQ =>
    [
        1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ];

    private static ReadOnlySpan<double> MiddleP =>
    [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ];

    private static ReadOnlySpan<double> MiddleQ =>
    [
        1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];

    private static ReadOnlySpan<double> FarP =>
    [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];

    private static ReadOnlySpan<double> FarQ =>
    [
        1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];
}
