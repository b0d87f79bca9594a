namespace Lifecycle.Sdk.Storage.Sqlite;

/// <summary>
/// How a param's value lies in a row: its kind, its canonical text, a number that searches and people compare (also that of a text which
/// is one; NULL for NaN, which SQL does not have), and a double's exact bits.
/// </summary>
internal static class ParamRow
{
    private const string Text = "string", Integer = "integer", Floating = "floating", Boolean = "boolean";

    /// <summary>Binds kind, text, number and bits.</summary>
    public static void Bind(SqliteStatement statement, int index, ParamValue value)
    {
        var text = value.ToString();
        statement.Bind(index, value.Kind switch
        {
            ParamKind.String => Text,
            ParamKind.Integer => Integer,
            ParamKind.Floating => Floating,
            _ => Boolean,
        });
        statement.Bind(index + 1, text);
        BindNumber(statement, index + 2, value, text);
        statement.Bind(index + 3, value.Kind == ParamKind.Floating ? BitConverter.DoubleToInt64Bits(value.AsFloating) : null);
    }

    /// <summary>Reads kind, text and bits.</summary>
    /// <returns>False if the row is damaged.</returns>
    public static bool TryRead(SqliteStatement row, int column, out ParamValue value)
    {
        var text = row.Text(column + 1);
        var kind = row.Text(column);
        value = kind switch
        {
            Text => ParamValue.Of(text),
            Integer when SearchNumber.TryParse(text, out var number) && number.IsInteger => ParamValue.Of(number.Integer),
            Floating when !row.IsNull(column + 2) => ParamValue.Of(BitConverter.Int64BitsToDouble(row.Int64(column + 2))),
            Boolean => ParamValue.Of(text == "true"),
            _ => default,
        };
        return value.ToString() == text && (value.Kind != ParamKind.String || kind == Text);
    }

    private static void BindNumber(SqliteStatement statement, int index, ParamValue value, string text)
    {
        if (value.Kind == ParamKind.Floating) statement.Bind(index, value.AsFloating);
        else if (value.Kind == ParamKind.Boolean || !SearchNumber.TryParse(text, out var number)) statement.BindNull(index);
        else if (number.IsInteger) statement.Bind(index, number.Integer);
        else statement.Bind(index, number.Floating);
    }
}
