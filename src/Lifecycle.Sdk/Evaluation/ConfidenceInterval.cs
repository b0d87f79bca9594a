using System.Globalization;
using Lifecycle.Sdk.Numerics;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>An estimate and the range that covers the true value in the stated share of repeated samples.</summary>
/// <param name="Estimate">The value computed from the data.</param>
/// <param name="Lower">The lower end of the range.</param>
/// <param name="Upper">The upper end of the range.</param>
/// <param name="Level">The share, such as 0.95.</param>
public sealed record ConfidenceInterval(double Estimate, double Lower, double Upper, double Level)
{
    /// <summary>
    /// Wilson's interval of a share: unlike the textbook one it stays within [0, 1] and keeps its promise for few rows and for shares
    /// of 0 and 1. O(1).
    /// </summary>
    /// <remarks>
    /// Sources: Wilson, JASA 22 (1927); Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16
    /// (2001).
    /// </remarks>
    /// <param name="hits">The rows that count, 0 to <paramref name="rows"/>.</param>
    /// <param name="rows">All rows; with none, estimate and ends are NaN.</param>
    /// <param name="level">The level, in (0, 1). Default: 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A count is negative, there are more hits than rows, or the level is outside (0, 1).
    /// </exception>
    public static ConfidenceInterval Wilson(long hits, long rows, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, rows);
        CheckLevel(level);
        if (rows == 0)
            return new ConfidenceInterval(double.NaN, double.NaN, double.NaN, level);

        var z = -Normal.Quantile((1 - level) / 2);
        var share = (double)hits / rows;
        var shrink = z * z / rows;
        var center = (share + (shrink / 2)) / (1 + shrink);
        var half = z / (1 + shrink) * Math.Sqrt((share * (1 - share) / rows) + (shrink / (4 * rows)));
        // At the ends the formula gives exactly 0 and 1, up to rounding.
        return new ConfidenceInterval(
            share, hits == 0 ? 0 : Math.Max(0, center - half), hits == rows ? 1 : Math.Min(1, center + half), level);
    }

    /// <summary>The estimate with its range, such as <c>0.81 [0.76, 0.85] at 95 %</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Estimate:0.####} [{Lower:0.####}, {Upper:0.####}] at {Level * 100:0.##} %");

    internal static void CheckLevel(double level)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level lies between 0 and 1, both excluded.");
    }
}
