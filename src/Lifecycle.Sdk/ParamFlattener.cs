using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lifecycle.Sdk;

/// <summary>Turns an object into params by way of its JSON, so that the user's own names and converters decide and nothing is reflected on.</summary>
internal static class ParamFlattener
{
    public static List<(string Name, ParamValue Value)> Flatten<T>(T options, JsonTypeInfo<T> typeInfo, string? prefix)
    {
        var element = JsonSerializer.SerializeToElement(options, typeInfo);
        if (element.ValueKind != JsonValueKind.Object)
            throw new ArgumentException($"{typeof(T).Name} is written as JSON {element.ValueKind}, not as an object with named values.", nameof(options));
        var result = new List<(string, ParamValue)>();
        Walk(element, typeInfo, prefix is null ? "" : prefix + ".", result);
        return result;
    }

    private static void Walk(JsonElement element, JsonTypeInfo? typeInfo, string prefix, List<(string, ParamValue)> result)
    {
        foreach (var property in element.EnumerateObject())
        {
            var declared = typeInfo?.Properties.FirstOrDefault(p => p.Name == property.Name)?.PropertyType;
            if (property.Value.ValueKind == JsonValueKind.Object)
                Walk(property.Value, KnownType(typeInfo, declared), $"{prefix}{property.Name}.", result);
            else
                result.Add((prefix + property.Name, ToParam(property.Value, declared)));
        }
    }

    private static JsonTypeInfo? KnownType(JsonTypeInfo? parent, Type? declared) =>
        declared is not null && parent!.Options.TryGetTypeInfo(declared, out var typeInfo) ? typeInfo : null;

    // JSON writes the double 1.0 as 1: the declared type decides, so that a learning rate does not become an integer by its value.
    private static ParamValue ToParam(JsonElement value, Type? declared) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when !IsFloating(declared) && value.TryGetInt64(out var integer) => integer,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when IsFloating(declared) && NamedFloat(value.GetString()!) is { } named => named,
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    private static bool IsFloating(Type? type)
    {
        type = type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(double) || type == typeof(float) || type == typeof(decimal) || type == typeof(Half);
    }

    private static double? NamedFloat(string text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => null,
    };
}
