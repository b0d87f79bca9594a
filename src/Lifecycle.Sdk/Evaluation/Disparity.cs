namespace Lifecycle.Sdk.Evaluation;

/// <summary>
/// How far a rate differs between groups. Groups whose rate is NaN are left out; all four are NaN when no group is left.
/// </summary>
/// <param name="Difference">The largest rate minus the smallest, in [0, 1]; 0 is equal.</param>
/// <param name="Ratio">The smallest rate over the largest, in [0, 1]; 1 is equal, NaN when the largest is 0.</param>
/// <param name="DifferenceToOverall">The largest distance of a group's rate from the rate of all rows, in [0, 1].</param>
/// <param name="RatioToOverall">
/// The smallest of rate / overall and overall / rate over the groups, in [0, 1]; NaN when the overall rate is 0.
/// </param>
public sealed record Disparity(double Difference, double Ratio, double DifferenceToOverall, double RatioToOverall)
{
    internal static Disparity Of(IReadOnlyList<GroupRates> groups, GroupRates overall, Func<GroupRates, double> rate)
    {
        var all = rate(overall);
        double[] rates = [.. groups.Select(rate).Where(value => !double.IsNaN(value))];
        if (rates.Length == 0 || double.IsNaN(all))
            return new Disparity(double.NaN, double.NaN, double.NaN, double.NaN);
        double low = rates.Min(), high = rates.Max();
        return new Disparity(
            high - low,
            high == 0 ? double.NaN : low / high,
            rates.Max(value => Math.Abs(value - all)),
            all == 0 ? double.NaN : rates.Min(value => value == 0 ? 0 : Math.Min(value / all, all / value)));
    }

    /// <summary>The worse of two disparities in each respect; NaN only where both are.</summary>
    internal static Disparity Worse(Disparity a, Disparity b) => new(
        Larger(a.Difference, b.Difference),
        Smaller(a.Ratio, b.Ratio),
        Larger(a.DifferenceToOverall, b.DifferenceToOverall),
        Smaller(a.RatioToOverall, b.RatioToOverall));

    // MaxNumber and MinNumber prefer the number to the NaN.
    private static double Larger(double a, double b) => double.MaxNumber(a, b);

    private static double Smaller(double a, double b) => double.MinNumber(a, b);
}
