using System.Globalization;
using System.Numerics;

namespace Lifecycle.Sdk.Quality;

internal sealed class NumberColumn<T>(string name, ReadOnlyMemory<T> values, ColumnKind kind, string typeName)
    : Column<T>(name, values, kind)
    where T : struct, INumber<T>
{
    public override string TypeName => typeName;

    internal override bool IsMissingValue(T value) => T.IsNaN(value);

    // Negative zero equals zero everywhere else (dictionary, sketches), so it must not print as a second value.
    internal override string FormatValue(T value) => (value + T.Zero).ToString(null, CultureInfo.InvariantCulture);

    internal override double ToNumber(T value) => double.CreateTruncating(value);

    internal override long ToInteger(T value) => long.CreateTruncating(value);

    // The general version with the calls taken out: this is what a million doubles go through.
    internal override int ReadNumbers(int start, int length, Span<double> destination)
    {
        int written = 0;
        foreach (T value in Values.Span.Slice(start, length))
        {
            if (!T.IsNaN(value)) destination[written++] = double.CreateTruncating(value);
        }
        return written;
    }

    private protected override int CountMissing()
    {
        int missing = 0;
        foreach (T value in Values.Span)
        {
            if (T.IsNaN(value)) missing++;
        }
        return missing;
    }
}
