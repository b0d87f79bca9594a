using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Evaluation;

/// <summary>The one JSON form of all reports of this room: indented, camel case, enums by name, NaN and infinities as strings.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ClassificationReport))]
[JsonSerializable(typeof(RegressionReport))]
[JsonSerializable(typeof(FairnessReport))]
[JsonSerializable(typeof(ComparisonResult))]
[JsonSerializable(typeof(GateResult))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
