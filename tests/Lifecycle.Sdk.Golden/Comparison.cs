using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Sdk.Golden;

/// <summary>The comparison rules of <c>cases/README.md</c>.</summary>
internal static class Comparison
{
    /// <summary>
    /// Whether an argument error is a right answer: where the reference raises or gives NaN; in edge cases also where it gives an
    /// infinity,
    /// warns, or works on NaN or on no data as if nothing were wrong.
    /// </summary>
    public static bool MayRefuse(GoldenCase golden)
    {
        var expected = golden.Expected;
        if (expected.ValueKind == JsonValueKind.Object && expected.TryGetProperty("raises", out _))
            return true;
        if (Json.HoldsNaN(expected) && !Json.HoldsNumber(golden.Exact))
            return true;
        return golden.Edge
            && (Json.HoldsNonFinite(expected)
                || golden.HasWarnings
                || golden.Note.Contains("may refuse", StringComparison.Ordinal)
                || golden.InputNames.Any(name => golden.Input(name) is { Length: 0 } || golden.Input(name).Any(double.IsNaN)));
    }

    public static IEnumerable<string> Differences(GoldenCase golden, GoldenResult result)
    {
        foreach (var failed in result.FailedChecks)
            yield return failed;

        var expected = golden.Expected;
        if (expected.ValueKind == JsonValueKind.Undefined)
        {
            foreach (var difference in ExactOnly(golden, result))
                yield return difference;
            yield break;
        }

        if (expected.TryGetProperty("raises", out var raises))
        {
            if (result.Defined is null && result.Fields.Values.Any(IsPlausible))
                yield return $"got {Show(result.Fields)} want an argument error (reference raises {raises})";
            yield break;
        }

        var definedBeyond = golden.Edge && result.Defined is not null && Json.HoldsNonFinite(expected);
        foreach (var property in expected.EnumerateObject())
        {
            var want = property.Value;
            if (golden.Exact.ValueKind == JsonValueKind.Object && golden.Exact.TryGetProperty(property.Name, out var exact))
                want = exact;
            // The reference has no such value, as for the support of an average.
            if (want.ValueKind == JsonValueKind.Null)
                continue;
            if (!result.Fields.TryGetValue(property.Name, out var got))
                yield return $"{property.Name} got nothing want {want}";
            else if (!definedBeyond && !Same(golden, property.Name, got, want))
                yield return $"{property.Name} got {Show(got)} want {want}";
        }
    }

    // Cases without expected fields are judged by the exact ones that the kind reports and by its own checks; one of them must be there.
    private static IEnumerable<string> ExactOnly(GoldenCase golden, GoldenResult result)
    {
        if (result.Fields.Count + result.Checks == 0)
            yield return "got nothing to compare";
        foreach (var (field, got) in result.Fields)
        {
            if (golden.Exact.ValueKind != JsonValueKind.Object || !golden.Exact.TryGetProperty(field, out var want))
                yield return $"{field} got {Show(got)} want no such field";
            else if (!Same(golden, field, got, want))
                yield return $"{field} got {Show(got)} want {want}";
        }
    }

    private static bool Same(GoldenCase golden, string field, object got, JsonElement want) => got switch
    {
        bool flag => want.ValueKind is JsonValueKind.True or JsonValueKind.False && flag == want.GetBoolean(),
        int or long => Json.IsNumber(want) && Convert.ToDouble(got, CultureInfo.InvariantCulture) == Json.Number(want),
        double number => Json.IsNumber(want) && golden.Tolerances.Allows(field, number, Json.Number(want)),
        string text => want.ValueKind == JsonValueKind.String && text == want.GetString(),
        IDictionary nested => SameObject(golden, nested, want),
        IEnumerable list => SameList(golden, field, list, want),
        _ => throw new NotSupportedException($"The field '{field}' has the type {got.GetType()}, which is not compared."),
    };

    private static bool SameObject(GoldenCase golden, IDictionary got, JsonElement want) =>
        want.ValueKind == JsonValueKind.Object
        && want.EnumerateObject().All(property => got[property.Name] is { } value && Same(golden, property.Name, value, property.Value));

    private static bool SameList(GoldenCase golden, string field, IEnumerable got, JsonElement want)
    {
        if (want.ValueKind != JsonValueKind.Array)
            return false;
        var items = got.Cast<object>().ToList();
        return items.Count == want.GetArrayLength()
            && items.Zip(want.EnumerateArray()).All(pair => Same(golden, field, pair.First, pair.Second));
    }

    private static bool IsPlausible(object value) => value switch
    {
        double number => !double.IsNaN(number),
        IEnumerable list and not string => list.Cast<object>().Any(IsPlausible),
        _ => true,
    };

    private static string Show(object value) => value switch
    {
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        string text => text,
        IDictionary map => "{" + string.Join(", ", map.Keys.Cast<object>().Select(key => $"{key}: {Show(map[key]!)}")) + "}",
        IEnumerable list => "[" + string.Join(", ", list.Cast<object>().Select(Show)) + "]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
