namespace Lifecycle.Sdk.Drift;

/// <summary>
/// Pearson's chi-square test: of independence in a contingency table, of fit to expected counts, and of two categorical columns.
/// Thread-safe.
/// </summary>
/// <remarks>
/// χ² = Σ (O - E)²/E. A table of r rows and c columns has (r - 1)(c - 1) degrees of freedom, a fit of k cells k - 1. The effect size is
/// Cramér's V = √(χ²/(N·min(r - 1, c - 1))), without Yates' correction, for tables, and Cohen's w = √(χ²/N) for fits. Sources: Pearson,
/// Phil. Mag. 50 (1900); Yates, J. R. Stat. Soc. Suppl. 1 (1934); Cramér, "Mathematical Methods of Statistics" (1946).
/// </remarks>
public static class ChiSquare
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
        Contingency.OfColumns(reference, current, missing).Test(Divergence.Pearson, yates);

    /// <summary>Tests whether two columns of whole numbers, taken as categories, have the same distribution.</summary>
    /// <param name="reference">The reference column.</param>
    /// <param name="current">The column to compare with it.</param>
    /// <param name="yates">Whether to apply Yates' correction when there are two categories; on by default.</param>
    /// <returns>The result; with one category in all, statistic 0 and p-value 1. O(n), memory in the number of categories.</returns>
    /// <exception cref="ArgumentException">A column is empty.</exception>
    public static HypothesisTestResult Compare(ReadOnlySpan<int> reference, ReadOnlySpan<int> current, bool yates = true) =>
        Contingency.OfColumns(reference, current).Test(Divergence.Pearson, yates);

    /// <summary>Tests whether the row and the column of a contingency table are independent.</summary>
    /// <param name="table">The counts, not negative.</param>
    /// <param name="yates">Whether to apply Yates' correction when there is one degree of freedom; on by default.</param>
    /// <returns>The result; with no degree of freedom, statistic 0 and p-value 1. O(cells).</returns>
    /// <exception cref="ArgumentException">The table is empty, holds a negative count, or has a row or column of zeros.</exception>
    public static HypothesisTestResult Independence(long[,] table, bool yates = true) =>
        Contingency.Of(table).Test(Divergence.Pearson, yates);

    /// <summary>Cramér's V of a contingency table: the strength of the association, in [0, 1].</summary>
    /// <param name="table">The counts, not negative, at least two rows and two columns.</param>
    /// <returns>√(χ²/(N·min(r - 1, c - 1))), without Yates' correction. O(cells).</returns>
    /// <exception cref="ArgumentException">
    /// The table has fewer than two rows or columns, a negative count, or a row or column of zeros.
    /// </exception>
    public static double CramersV(long[,] table)
    {
        var contingency = Contingency.Of(table);
        if (Math.Min(contingency.Rows, contingency.Columns) < 2)
            throw new ArgumentException("Cramér's V needs at least two rows and two columns.", nameof(table));
        return contingency.CramersV(contingency.Statistic(Divergence.Pearson, yates: false));
    }

    /// <summary>Tests whether counts fit the expected ones.</summary>
    /// <param name="observed">The counts of at least two cells, not negative.</param>
    /// <param name="expected">The expected counts, with the same sum to a relative 1e-8; empty (the default) for equal ones.</param>
    /// <returns>The result; the statistic is infinite where something was observed that cannot occur. O(cells).</returns>
    /// <exception cref="ArgumentException">
    /// Fewer than two cells, differing lengths or sums, a negative or non-finite count, or a cell with neither observed nor expected
    /// counts.
    /// </exception>
    public static HypothesisTestResult GoodnessOfFit(ReadOnlySpan<double> observed, ReadOnlySpan<double> expected = default) =>
        FitTest.Test(observed, expected, Divergence.Pearson);
}
