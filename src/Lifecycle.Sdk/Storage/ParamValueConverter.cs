using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Storage;

/// <summary>
/// Params in the type that JSON has for them: text, <c>true</c>, <c>5</c> (an integer), <c>5.0</c> (a double: always with a point or exponent);
/// doubles that JSON has no number for are <c>{"floating":"NaN"}</c>.
/// </summary>
internal sealed class ParamValueConverter : JsonConverter<ParamValue>
{
    private const string Floating = "floating";

    public override ParamValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return ParamValue.Of(reader.GetString()!);
            case JsonTokenType.True:
                return ParamValue.Of(true);
            case JsonTokenType.False:
                return ParamValue.Of(false);
            case JsonTokenType.Number:
                return reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0 ? ParamValue.Of(reader.GetDouble()) : ParamValue.Of(reader.GetInt64());
            case JsonTokenType.StartObject:
                if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(Floating) || !reader.Read()) break;
                var value = ExactDoubleConverter.ReadText(reader.GetString());
                if (reader.Read() && reader.TokenType == JsonTokenType.EndObject) return ParamValue.Of(value);
                break;
        }

        throw new JsonException("This is not a param's value.");
    }

    public override void Write(Utf8JsonWriter writer, ParamValue value, JsonSerializerOptions options)
    {
        switch (value.Kind)
        {
            case ParamKind.String:
                writer.WriteStringValue(value.ToString());
                break;
            case ParamKind.Integer:
                writer.WriteNumberValue(value.AsInteger);
                break;
            case ParamKind.Boolean:
                writer.WriteBooleanValue(value.AsBoolean);
                break;
            case ParamKind.Floating when double.IsFinite(value.AsFloating):
                var digits = value.AsFloating.ToString("R", CultureInfo.InvariantCulture);
                writer.WriteRawValue(digits.AsSpan().IndexOfAny('.', 'E') >= 0 ? digits : digits + ".0", skipInputValidation: true);
                break;
            default:
                writer.WriteStartObject();
                writer.WriteString(Floating, ExactDoubleConverter.WriteText(value.AsFloating));
                writer.WriteEndObject();
                break;
        }
    }
}

/// <summary>Doubles bit for bit: finite ones as numbers, others as text; a NaN with unusual bits names them.</summary>
internal sealed class ExactDoubleConverter : JsonConverter<double>
{
    private const string NaNBits = "NaN:";

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : ReadText(reader.GetString());

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteStringValue(WriteText(value));
    }

    internal static string WriteText(double value) => BitConverter.DoubleToInt64Bits(value) switch
    {
        var bits when double.IsNaN(value) && bits != BitConverter.DoubleToInt64Bits(double.NaN) => NaNBits + bits.ToString("x16", CultureInfo.InvariantCulture),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    internal static double ReadText(string? text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        { } other when other.StartsWith(NaNBits, StringComparison.Ordinal)
            && long.TryParse(other.AsSpan(NaNBits.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
            => BitConverter.Int64BitsToDouble(bits),
        _ => throw new JsonException("This is not a double."),
    };
}
