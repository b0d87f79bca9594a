using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Storage;

/// <summary>Points as <c>[step, milliseconds, value]</c>.</summary>
internal sealed class MetricPointConverter : JsonConverter<MetricPoint>
{
    private static readonly ExactDoubleConverter Doubles = new();

    public override MetricPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read()) throw new JsonException("A point is an array.");
        var step = reader.GetInt64();
        reader.Read();
        var time = reader.GetInt64();
        reader.Read();
        var value = Doubles.Read(ref reader, typeof(double), options);
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray ? new MetricPoint(step, time, value) : throw new JsonException("A point has three numbers.");
    }

    public override void Write(Utf8JsonWriter writer, MetricPoint value, JsonSerializerOptions options)
    {
        var number = ExactDoubleConverter.WriteText(value.Value);
        if (!double.IsFinite(value.Value)) number = $"\"{number}\"";
        writer.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"[{value.Step}, {value.UnixTimeMilliseconds}, {number}]"));
    }
}
