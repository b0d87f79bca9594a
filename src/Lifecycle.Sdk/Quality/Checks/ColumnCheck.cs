namespace Lifecycle.Sdk.Quality;

/// <summary>One check of one column.</summary>
internal abstract class ColumnCheck(string name, string expected, CheckSeverity severity)
{
    protected const int MaximumExamples = 5;

    public abstract QualityFinding? Evaluate(Column column);

    public static string Describe(ColumnKind kind) => kind switch
    {
        ColumnKind.Number => "floating-point numbers",
        ColumnKind.Integer => "integers",
        ColumnKind.Boolean => "Booleans",
        _ => "text",
    };

    protected QualityFinding Finding(Column column, string observed, long rows = 0, List<RowExample>? examples = null) => new(
        column.Name, name, severity, expected, observed, rows, column.Length == 0 ? 0 : (double)rows / column.Length, examples ?? []);

    protected QualityFinding RowsFinding(Column column, long rows, string what, List<RowExample> examples) =>
        Finding(column, FormattableString.Invariant($"{rows} of {column.Length} rows {what}"), rows, examples);
}

/// <summary>The column holds values of one of some kinds.</summary>
internal sealed class KindCheck(ColumnKind[] kinds, CheckSeverity severity)
    : ColumnCheck("type", string.Join(" or ", kinds.Select(Describe)), severity)
{
    public override QualityFinding? Evaluate(Column column) =>
        kinds.Contains(column.Kind) ? null : Finding(column, $"{Describe(column.Kind)} ({column.TypeName})");
}

/// <summary>The share of missing rows is at most a limit.</summary>
internal sealed class MissingCheck(double maximumShare, CheckSeverity severity)
    : ColumnCheck(
        "missing", maximumShare == 0 ? "no missing values" : FormattableString.Invariant($"at most {maximumShare:P2} missing"), severity)
{
    public override QualityFinding? Evaluate(Column column)
    {
        int missing = column.MissingCount;
        if (missing <= maximumShare * column.Length) return null;
        var examples = new List<RowExample>();
        for (int row = 0; row < column.Length && examples.Count < MaximumExamples; row++)
        {
            if (column.IsMissing(row)) examples.Add(new RowExample(row, null));
        }
        return RowsFinding(column, missing, FormattableString.Invariant($"({(double)missing / column.Length:P2}) are missing"), examples);
    }
}

/// <summary>Each present value occurs once.</summary>
internal sealed class UniqueCheck(CheckSeverity severity) : ColumnCheck("unique", "each value once", severity)
{
    public override QualityFinding? Evaluate(Column column)
    {
        var rows = new List<int>();
        long repeated = column.CountRepeated(MaximumExamples, rows);
        return repeated == 0 ? null
            : RowsFinding(column, repeated, "repeat an earlier value", [.. rows.Select(row => new RowExample(row, column.Format(row)))]);
    }
}
