using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Drift;

/// <summary>All JSON of this room. An effect that cannot be detected is infinite, hence the named literals.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DriftReferenceDocument))]
[JsonSerializable(typeof(DriftReport))]
internal sealed partial class DriftJsonContext : JsonSerializerContext
{
    /// <summary>
    /// For people: indented, and letters such as χ² as themselves. The relaxed encoder is for files; whoever puts the text into a page
    /// has to escape it there.
    /// </summary>
    public static DriftJsonContext Indented => ForPeople.Context;

    // In a class of its own: the order of static fields over the parts of a partial class is not defined.
    private static class ForPeople
    {
        public static readonly DriftJsonContext Context = new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Converters =
            {
                new JsonStringEnumConverter<DriftTest>(),
                new JsonStringEnumConverter<DriftCorrection>(),
                new JsonStringEnumConverter<SchemaChangeKind>(),
            },
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}
