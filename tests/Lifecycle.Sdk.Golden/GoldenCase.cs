using System.Text.Json;

namespace Lifecycle.Sdk.Golden;

/// <summary>One case: its inputs as doubles, its parameters, the keyword arguments of the reference call, and what is wanted.</summary>
internal sealed class GoldenCase
{
    private readonly JsonElement _element;
    private readonly Dictionary<string, double[]> _inputs = [];
    private readonly HashSet<string> _parametersRead = new(StringComparer.Ordinal);

    public GoldenCase(JsonElement element, Tolerances fileTolerances)
    {
        _element = element;
        Id = element.GetProperty("id").GetString()!;
        Kind = element.GetProperty("kind").GetString()!;
        Tolerances = fileTolerances.With(element);
        Call = new GoldenCall(Text("call"));
    }

    public string Id { get; }

    public string Kind { get; }

    public Tolerances Tolerances { get; }

    /// <summary>Odd input, to which the edge rules apply.</summary>
    public bool Edge => _element.TryGetProperty("edge", out var edge) && edge.GetBoolean();

    public string Note => Text("note");

    /// <summary>The Python expression that made the expected values.</summary>
    public GoldenCall Call { get; }

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
    public int[] IntegerInput(string name) => Array.ConvertAll(Input(name), value =>
        value == Math.Truncate(value) || double.IsNaN(value) ? checked((int)value) : throw new FormatException($"{name} holds {value}."));

    public JsonElement Parameter(string name)
    {
        _parametersRead.Add(name);
        return _element.GetProperty("params").GetProperty(name);
    }

    /// <summary>The parameters and keyword arguments that nobody read, so that the result cannot depend on them.</summary>
    public IEnumerable<string> Unread => _element.TryGetProperty("params", out var parameters)
        ? parameters.EnumerateObject().Select(parameter => parameter.Name).Where(name => !_parametersRead.Contains(name))
            .Concat(Call.UnreadKeywords)
        : Call.UnreadKeywords;

    public double Number(string parameter) => Json.Number(Parameter(parameter));

    public double[] Numbers(string parameter) => Json.Numbers(Parameter(parameter));

    /// <inheritdoc cref="GoldenCall.Argument(string)"/>
    public string? Argument(string keyword) => Call.Argument(keyword);

    /// <inheritdoc cref="GoldenCall.PositionalNumbers"/>
    public double[] PositionalNumbers() => Call.PositionalNumbers();

    private string Text(string name) => _element.TryGetProperty(name, out var text) ? text.GetString()! : "";
}
