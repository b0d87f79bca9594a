using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The null law of D and of W₁ given the pooled values: every way of calling n of them the reference is equally likely. Right for any
/// sizes, ties and tails (Pitman, "Significance tests which may be applied to samples from any populations", 1937).
/// </summary>
internal static class PermutationLaw
{
    /// <summary>The largest pooled size for which this is affordable; the asymptotic laws have long taken hold there.</summary>
    public const int LargestTotal = 16_000;

    private const int Steps = 8_000_000, FewestDraws = 499, MostDraws = 1999;

    /// <summary>The law of N'·D² or N'·W₁², N' = nm/(n+m).</summary>
    public static SimulatedLaw Of(DriftTest test, ReadOnlySpan<double> reference, ReadOnlySpan<double> current, ulong seed)
    {
        double[] pooled = [.. reference, .. current];
        RadixSort.Sort(pooled);
        double[] widths = Widths(test, pooled);
        double effective = (double)reference.Length / pooled.Length * current.Length;
        double[] draws = new double[Math.Clamp(Steps / pooled.Length, FewestDraws, MostDraws)];
        var random = new SplitMix64(seed);
        for (int i = 0; i < draws.Length; i++)
        {
            double distance = test == DriftTest.Wasserstein
                ? Integral(widths, reference.Length, current.Length, ref random)
                : Maximum(widths, reference.Length, current.Length, ref random);
            draws[i] = distance * distance * effective;
        }

        return new SimulatedLaw(draws);
    }

    // What the gap after each value counts: its width, or for D one where the value differs from the next and 0 inside a run.
    private static double[] Widths(DriftTest test, double[] pooled)
    {
        double[] widths = new double[pooled.Length - 1];
        for (int i = 0; i < widths.Length; i++)
        {
            widths[i] = pooled[i] == pooled[i + 1] ? 0 : test == DriftTest.Wasserstein ? pooled[i + 1] - pooled[i] : 1;
        }

        return widths;
    }

    private static double Integral(double[] widths, int n, int m, ref SplitMix64 random)
    {
        double height = 0, up = 1.0 / n, down = 1.0 / m, sum = 0;
        int left = n + m, wanted = n;
        foreach (double width in widths)
        {
            if (random.NextDouble() * left-- < wanted)
            {
                wanted--;
                height += up;
            }
            else
            {
                height -= down;
            }

            sum += Math.Abs(height) * width;
        }

        return sum;
    }

    private static double Maximum(double[] widths, int n, int m, ref SplitMix64 random)
    {
        double height = 0, up = 1.0 / n, down = 1.0 / m, maximum = 0;
        int left = n + m, wanted = n;
        foreach (double width in widths)
        {
            if (random.NextDouble() * left-- < wanted)
            {
                wanted--;
                height += up;
            }
            else
            {
                height -= down;
            }

            maximum = Math.Max(maximum, Math.Abs(height) * width);
        }

        return maximum;
    }
}
