namespace Lifecycle.Sdk.Quality;

internal sealed class SchemaCheck(DataProfile reference, CheckSeverity severity) : ITableCheck
{
    private const string Name = "schema";

    public int Count => 1;

    public void Run(Table table, List<QualityFinding> findings)
    {
        foreach (ColumnProfile expected in reference.Columns)
        {
            if (!table.TryGetColumn(expected.Name, out Column? column))
            {
                findings.Add(Finding(expected.Name, severity, $"a column of type {expected.TypeName}", "the column was removed"));
            }
            else if (column.Kind != expected.Kind)
            {
                string was = Describe(expected.Kind, expected.TypeName), now = Describe(column.Kind, column.TypeName);
                findings.Add(Finding(expected.Name, severity, was, $"{now}: retyped"));
            }
            else if (column.TypeName != expected.TypeName)
            {
                findings.Add(Finding(expected.Name, CheckSeverity.Warning, expected.TypeName, $"{column.TypeName}: same kind, other type"));
            }
        }
        foreach (Column column in table)
        {
            if (!reference.TryGetColumn(column.Name, out _))
            {
                findings.Add(Finding(column.Name, severity, "no such column", $"a column of type {column.TypeName} was added"));
            }
        }
    }

    private static QualityFinding Finding(string column, CheckSeverity severity, string expected, string observed) =>
        new(column, Name, severity, expected, observed, 0, 0, []);

    private static string Describe(ColumnKind kind, string typeName) => $"{ColumnCheck.Describe(kind)} ({typeName})";
}
