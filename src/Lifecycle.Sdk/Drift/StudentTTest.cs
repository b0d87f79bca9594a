using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The t tests of two independent samples: whether their means differ. <see cref="Compare"/> is Welch's, which does not assume equal
/// variances. Thread-safe.
/// </summary>
/// <remarks>
/// Welch: t = (x̄ - ȳ)/√(s²_x/m + s²_y/n) with Satterthwaite's degrees of freedom; effect size (x̄ - ȳ)/√((s²_x + s²_y)/2). Student: the
/// pooled variance with m + n - 2 degrees of freedom; effect size Cohen's d, (x̄ - ȳ)/s_pooled. Values whose squares leave the range of
/// doubles are scaled by a power of two first, which changes neither. Sources: Student, Biometrika 6 (1908); Welch, Biometrika 34 (1947).
/// </remarks>
public static class StudentTTest
{
    /// <summary>Welch's t test, for samples whose variances may differ.</summary>
    /// <param name="reference">The reference sample, at least two finite values.</param>
    /// <param name="current">The sample to compare with it, at least two finite values.</param>
    /// <param name="alternative">The direction: Less says that the reference has the smaller mean.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result; the statistic is infinite where both samples are constant but differ. O(n), without a copy.</returns>
    /// <exception cref="ArgumentException">
    /// A sample has fewer than two values, an infinity, or NaN under <see cref="NaNPolicy.Refuse"/>; or all values are equal.
    /// </exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative = Alternative.TwoSided,
        NaNPolicy nanPolicy = NaNPolicy.Refuse) =>
        Test(reference, current, alternative, nanPolicy, pooled: false);

    /// <summary>Student's t test, for samples with one variance.</summary>
    /// <param name="reference">The reference sample, at least two finite values.</param>
    /// <param name="current">The sample to compare with it, at least two finite values.</param>
    /// <param name="alternative">The direction: Less says that the reference has the smaller mean.</param>
    /// <param name="nanPolicy">What to do with NaN.</param>
    /// <returns>The result; the statistic is infinite where both samples are constant but differ. O(n), without a copy.</returns>
    /// <exception cref="ArgumentException">
    /// A sample has fewer than two values, an infinity, or NaN under <see cref="NaNPolicy.Refuse"/>; or all values are equal.
    /// </exception>
    public static HypothesisTestResult CompareWithEqualVariances(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative = Alternative.TwoSided,
        NaNPolicy nanPolicy = NaNPolicy.Refuse) =>
        Test(reference, current, alternative, nanPolicy, pooled: true);

    private static HypothesisTestResult Test(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Alternative alternative, NaNPolicy nanPolicy, bool pooled)
    {
        Options.Validate(alternative);
        using var first = ColumnInput.Read(reference, nanPolicy, nameof(reference));
        using var second = ColumnInput.Read(current, nanPolicy, nameof(current));
        RequireTwoFinite(first.Values, nameof(reference));
        RequireTwoFinite(second.Values, nameof(current));
        var shift = Moments.ShiftFor(Math.Max(Moments.LargestMagnitude(first.Values), Moments.LargestMagnitude(second.Values)));
        // SciPy's number, also where the values lie so far from zero that rounding has taken digits from their means.
        Moments x = Moments.Of(first.Values, shift).AboutRoundedMean(), y = Moments.Of(second.Values, shift).AboutRoundedMean();
        var difference = x.Mean - y.Mean;
        if (x.SumOfSquares == 0 && y.SumOfSquares == 0 && difference == 0)
            throw new ArgumentException("All values of both samples are equal, so t is undefined.");

        var (error, spread, degrees) = pooled ? Pooled(x, y) : Separate(x, y);
        var t = difference / error;
        return new HypothesisTestResult
        {
            Test = pooled ? "Student's t" : "Welch's t",
            Statistic = t,
            PValue = alternative switch
            {
                Alternative.Less => StudentT.Cdf(t, degrees),
                Alternative.Greater => StudentT.Sf(t, degrees),
                _ => Math.Min(1, 2 * StudentT.Sf(Math.Abs(t), degrees)),
            },
            EffectSize = difference / spread,
            EffectSizeName = pooled ? "Cohen's d" : "standardised mean difference",
            Method = pooled ? "t, pooled variance" : "t, Satterthwaite's degrees of freedom",
            Alternative = alternative,
            DegreesOfFreedom = degrees,
            SampleSizes = [x.Count, y.Count],
            Dropped = [first.Dropped, second.Dropped],
        };
    }

    private static (double Error, double Spread, double Degrees) Pooled(Moments x, Moments y)
    {
        double degrees = (double)x.Count + y.Count - 2;
        var variance = (x.SumOfSquares + y.SumOfSquares) / degrees;
        return (Math.Sqrt(variance * ((1.0 / x.Count) + (1.0 / y.Count))), Math.Sqrt(variance), degrees);
    }

    private static (double Error, double Spread, double Degrees) Separate(Moments x, Moments y)
    {
        double a = x.Variance / x.Count, b = y.Variance / y.Count;
        // The shares of the two, so that squares of small variances do not underflow.
        var share = a + b == 0 ? 0.5 : a / (a + b);
        var degrees = 1 / ((share * share / (x.Count - 1)) + ((1 - share) * (1 - share) / (y.Count - 1)));
        return (Math.Sqrt(a + b), Math.Sqrt((x.Variance + y.Variance) / 2), degrees);
    }

    private static void RequireTwoFinite(ReadOnlySpan<double> values, string name)
    {
        if (values.Length < 2)
            throw new ArgumentException($"'{name}' has {values.Length} value; a variance needs at least two.", name);
        ColumnInput.RequireFinite(values, name);
    }
}
