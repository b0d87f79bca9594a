using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lifecycle.Sdk.Storage;
using Lifecycle.Sdk.Storage.Http;

namespace Lifecycle.Sdk.Server;

/// <summary>The logged models that a run has used and put out, each list as JSON in tags.</summary>
internal static class RunModels
{
    public static IReadOnlyList<WireModelInput> Inputs(RunInfo run) => Read(run, ServerTags.ModelInputs, ServerJson.Default.IReadOnlyListWireModelInput).Models;

    public static IReadOnlyList<WireModelOutput> Outputs(RunInfo run) => Read(run, ServerTags.ModelOutputs, ServerJson.Default.IReadOnlyListWireModelOutput).Models;

    public static IEnumerable<RunFact> Add(RunInfo run, IEnumerable<WireModelInput> more) => Add(run, ServerTags.ModelInputs, more, ServerJson.Default.IReadOnlyListWireModelInput);

    public static IEnumerable<RunFact> Add(RunInfo run, IEnumerable<WireModelOutput> more) => Add(run, ServerTags.ModelOutputs, more, ServerJson.Default.IReadOnlyListWireModelOutput);

    private static IEnumerable<RunFact> Add<T>(RunInfo run, string tag, IEnumerable<T> more, JsonTypeInfo<IReadOnlyList<T>> type)
    {
        var (models, parts) = Read(run, tag, type);
        return TagParts.Write(tag, JsonSerializer.Serialize([.. models.Concat(more).Distinct()], type), parts);
    }

    private static (IReadOnlyList<T> Models, int Parts) Read<T>(RunInfo run, string tag, JsonTypeInfo<IReadOnlyList<T>> type)
    {
        var (json, parts) = TagParts.Read(run, tag);
        try
        {
            return (json is null ? [] : JsonSerializer.Deserialize(json, type) ?? [], parts);
        }
        catch (JsonException)
        {
            return ([], parts); // Changed by hand.
        }
    }
}
