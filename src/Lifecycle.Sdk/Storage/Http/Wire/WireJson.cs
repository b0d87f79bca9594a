using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>
/// MLflow's JSON: snake case, unset fields left out, int64 as numbers and read from text too, doubles that JSON can't write as text. Points in batches do
/// not go through it: they are read and written by hand.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(WireErrorBody))]
[JsonSerializable(typeof(WireExperimentAnswer))]
[JsonSerializable(typeof(WireExperimentCreated))]
[JsonSerializable(typeof(WireExperimentsAnswer))]
[JsonSerializable(typeof(WireRunAnswer))]
[JsonSerializable(typeof(WireRunUpdated))]
[JsonSerializable(typeof(WireRunsAnswer))]
[JsonSerializable(typeof(WireHistoryAnswer))]
[JsonSerializable(typeof(WireFilesAnswer))]
[JsonSerializable(typeof(WireModelAnswer))]
[JsonSerializable(typeof(WireModelsAnswer))]
[JsonSerializable(typeof(WireModelVersionAnswer))]
[JsonSerializable(typeof(WireModelVersionsAnswer))]
[JsonSerializable(typeof(WireDownloadUri))]
[JsonSerializable(typeof(IReadOnlyList<WireAttempt>))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>Text that some servers and clients send as a number.</summary>
internal sealed class WireTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetInt64().ToString(CultureInfo.InvariantCulture) : reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
