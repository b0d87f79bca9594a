namespace Lifecycle.Sdk.Numerics;

/// <summary>
/// The expansion of the two-sided Kolmogorov law in powers of n^(-1/2) up to n^(-3/2) (Pelz and Good, J. R. Stat. Soc. B 38, 1976, in
/// the form of Simard and L'Ecuyer, J. Stat. Softw. 39(11), 2011). Its error is near 0.005·n^(-3/2).
/// </summary>
internal static class PelzGood
{
    private const double Pi2 = Math.PI * Math.PI;
    private const double Pi4 = Pi2 * Pi2;
    private const double Pi6 = Pi4 * Pi2;
    private const int Terms = 24;

    /// <summary>The leading term, which is the cdf of Kolmogorov's limit law.</summary>
    public static double LimitCdf(double z)
    {
        var sum = 0.0;
        for (var k = 0; k < Terms; k++)
        {
            var h = k + 0.5;
            var term = Math.Exp(-Pi2 * h * h / (2 * z * z));
            sum += term;
            if (term <= 1e-18 * sum)
                break;
        }

        return Math.Sqrt(2 * Math.PI) / z * sum;
    }

    public static double Cdf(double d, int n)
    {
        var root = Math.Sqrt(n);
        var z = root * d;
        double z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, z8 = z4 * z4;
        double first = 0, second = 0, third = 0, secondWhole = 0, thirdWhole = 0;
        for (var k = 0; k < Terms; k++)
        {
            // The sums run over all integers; both kinds of terms are even, so each half term counts twice.
            var h2 = (k + 0.5) * (k + 0.5);
            var half = 2 * Math.Exp(-Pi2 * h2 / (2 * z2));
            double h4 = h2 * h2, h6 = h4 * h2;
            first += ((Pi2 * h2) - z2) * half;
            second += ((6 * z6) + (2 * z4) + (Pi2 * ((2 * z4) - (5 * z2)) * h2) + (Pi4 * (1 - (2 * z2)) * h4)) * half;
            third += ((Pi6 * h6 * (5 - (30 * z2))) + (Pi4 * h4 * ((-60 * z2) + (212 * z4)))
                + (Pi2 * h2 * ((135 * z4) - (96 * z6))) - (30 * z6) - (90 * z8)) * half;

            double k2 = (k + 1.0) * (k + 1.0), k4 = k2 * k2;
            var whole = 2 * Math.Exp(-Pi2 * k2 / (2 * z2));
            secondWhole += Pi2 * k2 * whole;
            thirdWhole += ((-Pi4 * k4) + (3 * Pi2 * k2 * z2)) * whole;
            if (half == 0)
                break;
        }

        var c = Math.Sqrt(Math.PI / 2);
        var k1 = c / (6 * z4) * first;
        var k2Term = (c / (72 * z6 * z) * second) - (c / (36 * z2 * z) * secondWhole);
        var k3 = (c / (6480 * z6 * z4) * third) + (c / (108 * z6) * thirdWhole);
        return LimitCdf(z) + (k1 / root) + (k2Term / n) + (k3 / (n * root));
    }
}
