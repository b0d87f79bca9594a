using System.Text;
using System.Text.Json;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>One rule of a gate, and whether it was fulfilled.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Passed">Whether it was fulfilled.</param>
/// <param name="Value">The metric, or the improvement over the baseline; null when it is missing.</param>
/// <param name="Reason">What was found.</param>
public sealed record GateCheck(GateRule Rule, bool Passed, double? Value, string Reason);

/// <summary>What a gate found. <see cref="ToString"/> explains it, <see cref="ToJson"/> keeps it.</summary>
/// <param name="Gate">The name of the gate.</param>
/// <param name="Passed">Whether every rule was fulfilled.</param>
/// <param name="Checks">Every rule, in its order.</param>
public sealed record GateResult(string Gate, bool Passed, IReadOnlyList<GateCheck> Checks)
{
    /// <summary>Reads a result that <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">The text is not such a result.</exception>
    public static GateResult FromJson(string json) =>
        JsonSerializer.Deserialize(json, EvaluationJson.Default.GateResult) ?? throw new JsonException("The result is null.");

    /// <summary>The result as JSON, with NaN as the string <c>"NaN"</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Default.GateResult);

    /// <summary>Does nothing when the gate passed; otherwise throws, so that a test or a pipeline step fails with the reasons.</summary>
    /// <exception cref="GateFailedException">A rule was not fulfilled.</exception>
    public void ThrowIfFailed()
    {
        if (!Passed)
            throw new GateFailedException(this);
    }

    /// <summary>The verdict, then a line per rule with what was found.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"gate '{Gate}' {(Passed ? "passed" : "FAILED")}");
        foreach (var check in Checks)
            text.Append($"\n  {(check.Passed ? "pass" : "FAIL")}  {check.Rule}: {check.Reason}");
        return text.ToString();
    }
}
