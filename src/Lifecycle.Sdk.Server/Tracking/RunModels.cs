using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>The logged models that a run has used and put out, each as JSON in a tag.</summary>
internal static class RunModels
{
    public static IReadOnlyList<WireModelInput> Inputs(RunInfo run) => Read(run.Tags.GetValueOrDefault(ServerTags.ModelInputs), ServerJson.Default.IReadOnlyListWireModelInput);

    public static IReadOnlyList<WireModelOutput> Outputs(RunInfo run) => Read(run.Tags.GetValueOrDefault(ServerTags.ModelOutputs), ServerJson.Default.IReadOnlyListWireModelOutput);

    public static string Add(string? tag, IEnumerable<WireModelInput> more) => Add(tag, more, ServerJson.Default.IReadOnlyListWireModelInput);

    public static string Add(string? tag, IEnumerable<WireModelOutput> more) => Add(tag, more, ServerJson.Default.IReadOnlyListWireModelOutput);

    private static string Add<T>(string? tag, IEnumerable<T> more, JsonTypeInfo<IReadOnlyList<T>> type) => JsonSerializer.Serialize([.. Read(tag, type).Concat(more).Distinct()], type);

    private static IReadOnlyList<T> Read<T>(string? tag, JsonTypeInfo<IReadOnlyList<T>> type)
    {
        try
        {
            return tag is null ? [] : JsonSerializer.Deserialize(tag, type) ?? [];
        }
        catch (JsonException)
        {
            return []; // Changed by hand.
        }
    }
}
