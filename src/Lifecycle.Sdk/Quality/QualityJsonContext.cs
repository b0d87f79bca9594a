using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Quality;

/// <summary>All JSON of this room. Infinities are legal minima and maxima, hence the named literals.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProfileDocument))]
[JsonSerializable(typeof(QualityResult))]
internal sealed partial class QualityJsonContext : JsonSerializerContext;
