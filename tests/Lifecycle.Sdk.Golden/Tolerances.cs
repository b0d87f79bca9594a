using System.Text.Json;

namespace Lifecycle.Sdk.Golden;

/// <summary>Relative tolerance by field and the absolute allowance, as the file and the case set them.</summary>
internal sealed class Tolerances
{
    private const double Relative = 1e-12;

    // The value 0 and denormals.
    private const double Tiny = 1e-300;

    private readonly Dictionary<string, double> _byField;

    private Tolerances(Dictionary<string, double> byField) => _byField = byField;

    public static Tolerances OfFile(JsonElement root)
    {
        var byField = new Dictionary<string, double>(StringComparer.Ordinal) { ["statistic"] = 1e-12, ["pvalue"] = 1e-9 };
        return Overlay(byField, root, "default_tol");
    }

    public Tolerances With(JsonElement golden) => Overlay(new Dictionary<string, double>(_byField, StringComparer.Ordinal), golden, "tol");

    public bool Allows(string field, double got, double want)
    {
        if (got == want || (double.IsNaN(got) && double.IsNaN(want)))
            return true;
        var absolute = Get("abs", 0) + (field == "pvalue" ? Get("abs_pvalue", 0) : 0);
        return Math.Abs(got - want) <= Math.Max(absolute, Tiny) + (Get(field, Relative) * Math.Abs(want));
    }

    private double Get(string name, double fallback) => _byField.TryGetValue(name, out var value) ? value : fallback;

    private static Tolerances Overlay(Dictionary<string, double> byField, JsonElement element, string name)
    {
        if (element.TryGetProperty(name, out var tolerances))
        {
            foreach (var property in tolerances.EnumerateObject())
                byField[property.Name] = Json.Number(property.Value);
        }

        return new Tolerances(byField);
    }
}
