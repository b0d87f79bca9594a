namespace Lifecycle.Sdk.Quality;

internal sealed class RowCountCheck(long minimum, long maximum, CheckSeverity severity) : ITableCheck
{
    public int Count => 1;

    public void Run(Table table, List<QualityFinding> findings)
    {
        if (table.RowCount >= minimum && table.RowCount <= maximum) return;
        string expected = maximum == long.MaxValue
            ? FormattableString.Invariant($"at least {minimum} rows") : FormattableString.Invariant($"{minimum} to {maximum} rows");
        findings.Add(
            new QualityFinding("", "row count", severity, expected, FormattableString.Invariant($"{table.RowCount} rows"), 0, 0, []));
    }
}
