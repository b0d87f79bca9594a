namespace Lifecycle.Sdk.Numerics;

/// <summary>Student's t law.</summary>
internal static class StudentT
{
    public static double Cdf(double t, double degreesOfFreedom) => Sf(-t, degreesOfFreedom);

    public static double Sf(double t, double degreesOfFreedom)
    {
        if (double.IsInfinity(t))
            return t > 0 ? 0 : 1;
        var square = t * t;
        var total = degreesOfFreedom + square;
        var tail = double.IsInfinity(square)
            ? 0
            : 0.5 * Beta.Regularized(degreesOfFreedom / 2, 0.5, degreesOfFreedom / total, square / total);
        return t >= 0 ? tail : 1 - tail;
    }

    /// <summary>The t with Cdf(t) = p, by bisection on the monotone tail to the last bit; p in (0, 1).</summary>
    public static double Quantile(double p, double degreesOfFreedom)
    {
        if (p > 0.5)
            return -Quantile(1 - p, degreesOfFreedom);
        if (p == 0.5)
            return 0;
        double high = 1;
        while (Sf(high, degreesOfFreedom) > p)
            high *= 2;
        double low = high == 1 ? 0 : high / 2;
        while (true)
        {
            var middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high)
                return -middle;
            if (Sf(middle, degreesOfFreedom) > p)
                low = middle;
            else
                high = middle;
        }
    }
}
