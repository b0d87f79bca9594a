namespace Lifecycle.Sdk.Quality;

internal sealed class BooleanColumn(string name, ReadOnlyMemory<bool> values) : Column<bool>(name, values, ColumnKind.Boolean)
{
    public override string TypeName => "bool";

    internal override bool IsMissingValue(bool value) => false;

    internal override string FormatValue(bool value) => value ? "true" : "false";

    internal override double ToNumber(bool value) => value ? 1 : 0;

    internal override long ToInteger(bool value) => value ? 1 : 0;
}

internal sealed class NullableBooleanColumn(string name, ReadOnlyMemory<bool?> values) : Column<bool?>(name, values, ColumnKind.Boolean)
{
    public override string TypeName => "bool?";

    internal override bool IsMissingValue(bool? value) => value is null;

    internal override string FormatValue(bool? value) => value!.Value ? "true" : "false";

    internal override double ToNumber(bool? value) => value!.Value ? 1 : 0;

    internal override long ToInteger(bool? value) => value!.Value ? 1 : 0;
}
