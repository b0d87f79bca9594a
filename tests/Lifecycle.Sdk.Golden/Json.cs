using System.Text.Json;

namespace Lifecycle.Sdk.Golden;

/// <summary>Doubles as the format writes them: non-finite ones are strings.</summary>
internal static class Json
{
    public static double Number(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String => element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var other => throw new FormatException($"'{other}' is not a number."),
        },
        _ => throw new FormatException($"{element} is not a number."),
    };

    public static double[] Numbers(JsonElement element) => [.. element.EnumerateArray().Select(Number)];

    public static bool IsNumber(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number
        || (element.ValueKind == JsonValueKind.String && element.GetString() is "NaN" or "Infinity" or "-Infinity");

    /// <summary>Whether a number that is not finite stands anywhere inside.</summary>
    public static bool HoldsNonFinite(JsonElement element) =>
        Holds(element, leaf => leaf.ValueKind == JsonValueKind.String && leaf.GetString() is "NaN" or "Infinity" or "-Infinity");

    public static bool HoldsNaN(JsonElement element) =>
        Holds(element, leaf => leaf.ValueKind == JsonValueKind.String && leaf.GetString() == "NaN");

    public static bool HoldsNumber(JsonElement element) => Holds(element, leaf => leaf.ValueKind == JsonValueKind.Number);

    private static bool Holds(JsonElement element, Func<JsonElement, bool> predicate) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(property => Holds(property.Value, predicate)),
        JsonValueKind.Array => element.EnumerateArray().Any(item => Holds(item, predicate)),
        _ => predicate(element),
    };
}
