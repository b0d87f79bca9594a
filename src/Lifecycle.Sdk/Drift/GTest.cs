namespace Lifecycle.Sdk.Drift;

/// <summary>
/// The G test: the likelihood-ratio counterpart of <see cref="ChiSquare"/>, with the same degrees of freedom and effect sizes.
/// Thread-safe.
/// </summary>
/// <remarks>
/// G = 2 Σ O ln(O/E), where cells without observations add nothing. The effect sizes are those of <see cref="ChiSquare"/>, with G in
/// place of χ² for fits. Sources: Wilks, Ann. Math. Stat. 6 (1935); Sokal and Rohlf, "Biometry".
/// </remarks>
public static class GTest
{
    /// <summary>Tests whether two categorical columns have the same distribution, over all categories that occur in either.</summary>
    /// <param name="reference">The reference column; <see langword="null"/> is a missing value.</param>
    /// <param name="current">The column to compare with it.</param>
    /// <param name="yates">Whether to apply Yates' correction when there are two categories; on by default.</param>
    /// <param name="missing">What to do with missing values: refuse, or drop and count.</param>
    /// <returns>The result; with one category in all, statistic 0 and p-value 1. O(n), memory in the number of categories.</returns>
    /// <exception cref="ArgumentException">A column is empty, or holds a missing value under <see cref="NaNPolicy.Refuse"/>.</exception>
    public static HypothesisTestResult Compare(
        ReadOnlySpan<string?> reference, ReadOnlySpan<string?> current, bool yates = true, NaNPolicy missing = NaNPolicy.Refuse) =>
        Contingency.OfColumns(reference, current, missing).Test(Divergence.LogLikelihood, yates);

    /// <summary>Tests whether the row and the column of a contingency table are independent.</summary>
    /// <param name="table">The counts, not negative.</param>
    /// <param name="yates">Whether to apply Yates' correction when there is one degree of freedom; on by default.</param>
    /// <returns>The result; with no degree of freedom, statistic 0 and p-value 1. O(cells).</returns>
    /// <exception cref="ArgumentException">The table is empty, holds a negative count, or has a row or column of zeros.</exception>
    public static HypothesisTestResult Independence(long[,] table, bool yates = true) =>
        Contingency.Of(table).Test(Divergence.LogLikelihood, yates);

    /// <summary>Tests whether counts fit the expected ones.</summary>
    /// <param name="observed">The counts of at least two cells, not negative.</param>
    /// <param name="expected">The expected counts, with the same sum to a relative 1e-8; empty (the default) for equal ones.</param>
    /// <returns>The result; the statistic is infinite where something was observed that cannot occur. O(cells).</returns>
    /// <exception cref="ArgumentException">
    /// Fewer than two cells, differing lengths or sums, a negative or non-finite count, or a cell with neither observed nor expected
    /// counts.
    /// </exception>
    public static HypothesisTestResult GoodnessOfFit(ReadOnlySpan<double> observed, ReadOnlySpan<double> expected = default) =>
        FitTest.Test(observed, expected, Divergence.LogLikelihood);
}
