namespace Lifecycle.Sdk.Quality;

/// <summary>One thing that a check found wrong.</summary>
/// <param name="Column">The column, or an empty string where the table as a whole is meant.</param>
/// <param name="Check">The name of the check, such as <c>range</c> or <c>missing</c>.</param>
/// <param name="Severity">Whether the data fails because of it.</param>
/// <param name="Expected">What was asked for, in words.</param>
/// <param name="Observed">What was found, in words.</param>
/// <param name="Rows">How many rows are wrong; 0 where the finding is not about rows.</param>
/// <param name="Share">The share of all rows that are wrong, 0 to 1.</param>
/// <param name="Examples">The first few of these rows.</param>
public sealed record QualityFinding(
    string Column, string Check, CheckSeverity Severity, string Expected, string Observed, long Rows, double Share,
    IReadOnlyList<RowExample> Examples)
{
    /// <summary>The finding in one line.</summary>
    public override string ToString() =>
        $"{(Severity == CheckSeverity.Error ? "error" : "warning")}: {(Column.Length == 0 ? "table" : $"column '{Column}'")}, {Check}: "
        + $"expected {Expected}, observed {Observed}";
}
