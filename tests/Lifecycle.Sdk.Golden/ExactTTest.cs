using System.Numerics;
using Lifecycle.Sdk.Drift;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Golden;

/// <summary>
/// The t tests in exact rational arithmetic on the doubles of the input, for cases in which the reference itself warns that its moments
/// lost their digits.
/// </summary>
internal static class ExactTTest
{
    public static GoldenResult Compute(double[] x, double[] y, Alternative alternative, bool pooled)
    {
        var exponent = x.Concat(y).Min(Exponent);
        BigInteger n = x.Length, m = y.Length;
        var (sumX, squaresX) = Sums(x, exponent);
        var (sumY, squaresY) = Sums(y, exponent);

        // With a = n Σx² - (Σx)²: the variances are a/(n(n - 1)) and b/(m(m - 1)), and the difference of means is d/(nm).
        BigInteger a = (n * squaresX) - (sumX * sumX), b = (m * squaresY) - (sumY * sumY), d = (sumX * m) - (sumY * n);
        BigInteger errorNumerator, errorDenominator;
        double degrees;
        if (pooled)
        {
            (errorNumerator, errorDenominator) = (((a * m) + (b * n)) * (n + m), n * m * (n + m - 2) * n * m);
            degrees = (double)(n + m - 2);
        }
        else
        {
            // Both squared errors over the denominator n²(n - 1)m²(m - 1).
            BigInteger p = a * m * m * (m - 1), q = b * n * n * (n - 1);
            (errorNumerator, errorDenominator) = (p + q, n * n * (n - 1) * m * m * (m - 1));
            degrees = Ratio((p + q) * (p + q) * (n - 1) * (m - 1), (p * p * (m - 1)) + (q * q * (n - 1)));
        }

        var t = d.Sign * Math.Sqrt(Ratio(d * d * errorDenominator, errorNumerator * n * n * m * m));
        return GoldenResult.Test(t, alternative switch
        {
            Alternative.Less => StudentT.Cdf(t, degrees),
            Alternative.Greater => StudentT.Sf(t, degrees),
            _ => 2 * StudentT.Sf(Math.Abs(t), degrees),
        });
    }

    private static (BigInteger Sum, BigInteger SumOfSquares) Sums(double[] values, int exponent)
    {
        BigInteger sum = 0, squares = 0;
        foreach (var value in values)
        {
            var whole = Mantissa(value) << (Exponent(value) - exponent);
            sum += whole;
            squares += whole * whole;
        }

        return (sum, squares);
    }

    private static int Exponent(double value) => Math.Max(1, (int)((BitConverter.DoubleToInt64Bits(value) >> 52) & 0x7FF)) - 1075;

    private static BigInteger Mantissa(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var fraction = bits & ((1L << 52) - 1);
        var isNormal = ((bits >> 52) & 0x7FF) != 0;
        return Math.Sign(value) * (fraction | (isNormal ? 1L << 52 : 0));
    }

    // The quotient to 64 bits before it becomes a double.
    private static double Ratio(BigInteger numerator, BigInteger denominator)
    {
        var shift = 64 + (int)denominator.GetBitLength() - (int)numerator.GetBitLength();
        var quotient = shift >= 0 ? (numerator << shift) / denominator : numerator / (denominator << -shift);
        return Math.ScaleB((double)quotient, -shift);
    }
}
