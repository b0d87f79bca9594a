using System.Globalization;
using System.Numerics;

namespace Lifecycle.Sdk.Quality;

internal sealed class NullableNumberColumn<T>(string name, ReadOnlyMemory<T?> values, ColumnKind kind, string typeName)
    : Column<T?>(name, values, kind)
    where T : struct, INumber<T>
{
    public override string TypeName => typeName;

    internal override bool IsMissingValue(T? value) => value is not { } number || T.IsNaN(number);

    internal override string FormatValue(T? value) => (value!.Value + T.Zero).ToString(null, CultureInfo.InvariantCulture);

    internal override double ToNumber(T? value) => double.CreateTruncating(value!.Value);

    internal override long ToInteger(T? value) => long.CreateTruncating(value!.Value);
}
