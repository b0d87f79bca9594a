using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lifecycle.Sdk.Golden;

/// <summary>One case: its inputs as doubles, its parameters, the keyword arguments of the reference call, and what is wanted.</summary>
internal sealed partial class GoldenCase
{
    private readonly JsonElement _element;
    private readonly Dictionary<string, double[]> _inputs = [];

    public GoldenCase(JsonElement element, Tolerances fileTolerances)
    {
        _element = element;
        Id = element.GetProperty("id").GetString()!;
        Kind = element.GetProperty("kind").GetString()!;
        Tolerances = fileTolerances.With(element);
    }

    public string Id { get; }

    public string Kind { get; }

    public Tolerances Tolerances { get; }

    /// <summary>Odd input, to which the edge rules apply.</summary>
    public bool Edge => _element.TryGetProperty("edge", out var edge) && edge.GetBoolean();

    public string Note => Text("note");

    /// <summary>The Python expression that made the expected values.</summary>
    public string Call => Text("call");

    public bool HasWarnings => _element.TryGetProperty("warnings", out var warnings) && warnings.GetArrayLength() > 0;

    /// <summary>The wanted fields; undefined where the case has only exact values.</summary>
    public JsonElement Expected => _element.TryGetProperty("expected", out var expected) ? expected : default;

    public JsonElement Exact => _element.TryGetProperty("exact", out var exact) ? exact : default;

    /// <summary>Any further property of the case, such as <c>bounds</c>.</summary>
    public JsonElement Property(string name) => _element.TryGetProperty(name, out var value) ? value : default;

    public bool HasInput(string name) => _element.TryGetProperty("input", out var inputs) && inputs.TryGetProperty(name, out _);

    public IEnumerable<string> InputNames =>
        _element.TryGetProperty("input", out var inputs) ? inputs.EnumerateObject().Select(property => property.Name) : [];

    /// <summary>An input, built from its data or its recipe and checked against the recipe's digest.</summary>
    public double[] Input(string name)
    {
        if (!_inputs.TryGetValue(name, out var values))
        {
            values = Recipes.Build(_element.GetProperty("input").GetProperty(name));
            _inputs[name] = values;
        }

        return values;
    }

    /// <summary>An input that holds whole numbers, such as labels or positions.</summary>
    public int[] IntegerInput(string name) => Array.ConvertAll(Input(name), value => checked((int)value));

    public bool HasParameter(string name) =>
        _element.TryGetProperty("params", out var parameters) && parameters.TryGetProperty(name, out _);

    public JsonElement Parameter(string name) => _element.GetProperty("params").GetProperty(name);

    public double Number(string parameter) => Json.Number(Parameter(parameter));

    public double[] Numbers(string parameter) => Json.Numbers(Parameter(parameter));

    /// <summary>The text of a keyword argument of the call without quotes, or null: <c>method='exact'</c> gives <c>exact</c>.</summary>
    public string? Argument(string keyword)
    {
        var match = Regex.Match(Call, $@"(?<![\w.]){Regex.Escape(keyword)}\s*=\s*(?:'([^']*)'|""([^""]*)""|([^,()\s]+))");
        return match.Success ? match.Groups.Values.Skip(1).First(group => group.Success).Value : null;
    }

    /// <summary>The plain numbers among the arguments of the call, in order: <c>kstwo.sf(0.3, 5)</c> gives 0.3 and 5.</summary>
    public double[] PositionalNumbers() =>
        [.. NumberArgument().Matches(Call).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    private string Text(string name) => _element.TryGetProperty(name, out var text) ? text.GetString()! : "";

    [GeneratedRegex(@"(?<=[(,]\s*)([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?=\s*[,)])")]
    private static partial Regex NumberArgument();
}
