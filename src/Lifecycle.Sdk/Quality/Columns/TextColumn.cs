namespace Lifecycle.Sdk.Quality;

internal sealed class TextColumn(string name, ReadOnlyMemory<string?> values) : Column<string?>(name, values, ColumnKind.Text)
{
    public override string TypeName => "string";

    internal override bool IsMissingValue(string? value) => value is null;

    internal override string FormatValue(string? value) => value!;
}
