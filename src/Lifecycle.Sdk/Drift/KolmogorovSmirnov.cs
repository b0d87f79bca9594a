using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The Kolmogorov-Smirnov test: the largest vertical distance of two distribution functions. Sensitive to any difference of two
/// continuous distributions, most in their middle. Thread-safe.
/// </summary>
/// <remarks>
/// With F the empirical distribution function of the reference and G that of the current sample, the statistic is max |F - G|
/// (two-sided), max (G - F) (<see cref="Alternative.Less"/>) or max (F - G) (<see cref="Alternative.Greater"/>), in [0, 1]; it is also
/// the effect size. Ties make the p-value conservative: the law is that of continuous distributions. Source: Hodges, "The significance
/// probability of the Smirnov two-sample test", Arkiv för Matematik 3 (1958).
/// </remarks>
public static class KolmogorovSmirnov
{
    /// <summary>The largest sample size for which <see cref="PValueMethod.Auto"/> takes the exact law of two samples.</summary>
    internal const int LargestAutoExact = 10_000;

    internal const int LargestExact = 100_000;

    private const string Name = "Kolmogorov-Smirnov";
    private const string EffectName = "largest distance of the distribution functions";

    /// <summary>Tests whether two samples come from the same continuous distribution.</summary>
    /// <param name="reference">The reference sample, in any order; infinities are ordinary values.</param>
    /// <param name="current">The sample to compare with it.</param>
    /// <param name="alternative">The direction of the difference.</param>
    /// <param name="method">
    /// <see cref="PValueMethod.Auto"/> (the default) is exact up to 10,000 values in the larger sample. Exact: lattice paths, O(m + n)
    /// for equal sizes, O(D·m·n) otherwise, at most 100,000 values. Asymptotic: two-sided the exact law of one sample of mn/(m+n) values,
    /// rounded; one-sided Hodges' expansion exp(-2z² - 2z(m+2n)/(3√(mn(m+n)))), m the larger size. Limit: Kolmogorov's law of
    /// √(mn/(m+n))·D, or exp(-2z²).
    /// </param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result. O(n) time by radix sort, on two threads for large samples, and at most two copies of each sample.</returns>
    /// <exception cref="ArgumentException">
    /// A sample is empty or holds NaN under <see cref="NaNPolicy.Refuse"/>, or is too large for the exact law.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Auto, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ColumnInput.SortedPair(reference, nameof(reference), current, nameof(current), nanPolicy, out var first, out var second);
        using (first)
        using (second)
            return CompareOrdered(first.Values, second.Values, alternative, method, [first.Dropped, second.Dropped]);
    }

    /// <summary>The same for samples that are already in ascending order: no copy is made.</summary>
    /// <param name="reference">The reference sample, ascending, without NaN.</param>
    /// <param name="current">The sample to compare with it, ascending, without NaN.</param>
    /// <param name="alternative">The direction of the difference.</param>
    /// <param name="method">The null law; see <see cref="Compare"/>.</param>
    /// <returns>The result. O(m + n).</returns>
    /// <exception cref="ArgumentException">A sample is empty, not ascending or holds NaN, or is too large for the exact law.</exception>
    public static HypothesisTestResult CompareSorted(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Auto)
    {
        ColumnInput.RequireSorted(reference, nameof(reference));
        ColumnInput.RequireSorted(current, nameof(current));
        return CompareOrdered(reference, current, alternative, method, [0, 0]);
    }

    /// <summary>Tests whether a sample comes from a given continuous distribution.</summary>
    /// <param name="values">The sample, in any order.</param>
    /// <param name="cumulative">
    /// The cumulative distribution function F₀ of the null hypothesis, non-decreasing, with values in [0, 1]; not fitted to the same
    /// data.
    /// </param>
    /// <param name="alternative">The direction: Less is F &lt; F₀ somewhere, Greater F &gt; F₀ somewhere.</param>
    /// <param name="method">
    /// <see cref="PValueMethod.Auto"/> (the default) and Exact are the law of finite n: two-sided exact up to n = 10,000 and by the
    /// expansion of Pelz and Good (error near 1e-9) above, one-sided always exact. Asymptotic and Limit are Kolmogorov's limit law, for
    /// the one-sided statistics still the exact law under Asymptotic and exp(-2nD²) under Limit.
    /// </param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result; the statistic is the largest distance to F₀. O(n) calls of <paramref name="cumulative"/>.</returns>
    /// <exception cref="ArgumentException">The sample is empty or holds NaN, or <paramref name="cumulative"/> leaves [0, 1].</exception>
    public static HypothesisTestResult CompareWith(
        ReadOnlySpan<double> values, Func<double, double> cumulative, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Auto, NaNPolicy nanPolicy = NaNPolicy.Refuse)
    {
        ArgumentNullException.ThrowIfNull(cumulative);
        Options.Validate(alternative);
        Options.Validate(method);
        using var input = ColumnInput.Sorted(values, nanPolicy, nameof(values));
        var (above, below) = DistancesTo(input.Values, cumulative);
        var n = input.Values.Length;
        var statistic = alternative switch
        {
            Alternative.Less => below,
            Alternative.Greater => above,
            _ => Math.Max(above, below),
        };
        var (p, law) = (alternative, method) switch
        {
            (Alternative.TwoSided, PValueMethod.Auto or PValueMethod.Exact) => (KolmogorovLaw.TwoSidedSf(statistic, n), "law of finite n"),
            (Alternative.TwoSided, _) => (KolmogorovLaw.LimitSf(Math.Sqrt(n) * statistic), "Kolmogorov's limit law"),
            (_, PValueMethod.Limit) => (Math.Exp(-2.0 * n * statistic * statistic), "Smirnov's limit law"),
            _ => (KolmogorovLaw.OneSidedSf(statistic, n), "exact law of finite n"),
        };
        return Result(Name + " (one sample)", statistic, p, law, alternative, [n], [input.Dropped]);
    }

    internal static HypothesisTestResult CompareOrdered(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative, PValueMethod method, long[] dropped)
    {
        Options.Validate(alternative);
        Options.Validate(method);
        var (above, below) = Reaches(reference, current);
        var reach = alternative switch
        {
            Alternative.Less => below,
            Alternative.Greater => above,
            _ => Math.Max(above, below),
        };
        int m = reference.Length, n = current.Length;
        var statistic = reach / ((double)m * n);
        var (p, law) = PValue(m, n, reach, statistic, alternative, method);
        return Result(Name, statistic, p, law, alternative, [m, n], dropped);
    }

    /// <summary>The p-value of a two-sample distance without the samples, for streaming detectors and reports.</summary>
    internal static (double PValue, string Law) PValue(
        int m, int n, long reach, double statistic, Alternative alternative, PValueMethod method)
    {
        if (method == PValueMethod.Auto)
            method = Math.Max(m, n) <= LargestAutoExact ? PValueMethod.Exact : PValueMethod.Asymptotic;
        var twoSided = alternative == Alternative.TwoSided;
        var effective = (double)m / ((double)m + n) * n;
        var z = Math.Sqrt(effective) * statistic;
        switch (method)
        {
            case PValueMethod.Exact:
                if (m != n && Math.Max(m, n) > LargestExact)
                {
                    throw new ArgumentException(
                        $"The exact law needs equal sizes or at most {LargestExact} values; " +
                        $"there are {m} and {n}; use the asymptotic law.", nameof(method));
                }

                return (twoSided ? LatticePaths.TwoSided(m, n, reach) : LatticePaths.OneSided(m, n, reach), "exact (lattice paths)");
            case PValueMethod.Limit:
                return twoSided
                    ? (KolmogorovLaw.LimitSf(z), "Kolmogorov's limit law")
                    : (Math.Exp(-2 * z * z), "Smirnov's limit law");
            default:
                if (twoSided)
                {
                    var p = KolmogorovLaw.TwoSidedSf(statistic, (int)Math.Round(effective));
                    return (p, "asymptotic (one-sample law of mn/(m+n) values)");
                }

                double larger = Math.Max(m, n), smaller = Math.Min(m, n);
                var correction = 2 * z * (larger + (2 * smaller)) / Math.Sqrt(larger * smaller * (larger + smaller)) / 3;
                return (Math.Min(1, Math.Exp((-2 * z * z) - correction)), "asymptotic (Hodges' expansion)");
        }
    }

    /// <summary>
    /// The largest i·n - j·m and j·m - i·n over the pooled values, with i and j the counts at most that value: exact integers.
    /// </summary>
    internal static (long Above, long Below) Reaches(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        // Without branches on the data: the order of the two samples is as good as random, and each wrong guess costs 15 cycles. A value
        // counts only when its group of ties is complete, which is when the next value differs.
        long m = x.Length, n = y.Length, height = 0, above = 0, below = 0;
        ref var xs = ref MemoryMarshal.GetReference(x);
        ref var ys = ref MemoryMarshal.GetReference(y);
        int i = 0, j = 0;
        var previous = double.NaN;
        while (i < x.Length && j < y.Length)
        {
            double a = Unsafe.Add(ref xs, i), b = Unsafe.Add(ref ys, j);
            var value = double.MinNative(a, b);
            var complete = height & -(value != previous ? 1L : 0L);
            above = Math.Max(above, complete);
            below = Math.Min(below, complete);
            long right = a <= b ? 1 : 0, up = b <= a ? 1 : 0;
            height += (n & -right) - (m & -up);
            i += (int)right;
            j += (int)up;
            previous = value;
        }

        // What is left of one sample: ties with the last value first, then the height only moves towards zero.
        while (i < x.Length && x[i] == previous)
        {
            height += n;
            i++;
        }

        while (j < y.Length && y[j] == previous)
        {
            height -= m;
            j++;
        }

        return (Math.Max(above, height), -Math.Min(below, height));
    }

    private static (double Above, double Below) DistancesTo(ReadOnlySpan<double> sorted, Func<double, double> cumulative)
    {
        double above = 0, below = 0;
        var n = (double)sorted.Length;
        for (var i = 0; i < sorted.Length; i++)
        {
            var f = cumulative(sorted[i]);
            if (!(f is >= 0 and <= 1))
                throw new ArgumentException(
                    $"A cumulative distribution function lies in [0, 1], but gives {f} at {sorted[i]}.", nameof(cumulative));
            above = Math.Max(above, ((i + 1) / n) - f);
            below = Math.Max(below, f - (i / n));
        }

        return (above, below);
    }

    private static HypothesisTestResult Result(
        string test, double statistic, double p, string law, Alternative alternative, long[] sizes, long[] dropped) => new()
        {
            Test = test,
            Statistic = statistic,
            PValue = p,
            EffectSize = statistic,
            EffectSizeName = EffectName,
            Method = law,
            Alternative = alternative,
            SampleSizes = sizes,
            Dropped = dropped,
        };
}
