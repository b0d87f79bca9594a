using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary><c>lifecycle.json</c>.</summary>
internal sealed record StoreDocument
{
    /// <summary>The format that this library writes.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public DateTimeOffset CreationTime { get; init; }
}

/// <summary><c>experiment.json</c>.</summary>
internal sealed record ExperimentDocument
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public LifecycleStage Stage { get; init; }

    /// <summary>How often the stage has changed. A run's own stage counts only if it was set under the present number.</summary>
    public int StageRevision { get; init; }

    public DateTimeOffset? StageTime { get; init; }

    public required DateTimeOffset CreationTime { get; init; }

    public required DateTimeOffset LastUpdateTime { get; init; }

    public Dictionary<string, string> Tags { get; init; } = [];

    public ExperimentInfo ToInfo() => new()
    {
        Id = Id,
        Name = Name,
        Stage = Stage,
        CreationTime = CreationTime,
        LastUpdateTime = LastUpdateTime,
        Tags = Tags,
    };
}

/// <summary><c>run.json</c>: what the frames of a run amount to, for people and for quick reading. It can always be made again from the frames.</summary>
internal sealed record RunDocument
{
    public required string Id { get; init; }

    public required string ExperimentId { get; init; }

    public required string Name { get; init; }

    public required RunStatus Status { get; init; }

    /// <summary>The stage when the file was written; the experiment may have changed it since.</summary>
    public LifecycleStage Stage { get; init; }

    /// <summary>The stage that the run itself was given last.</summary>
    public LifecycleStage OwnStage { get; init; }

    /// <summary>How often the experiment's stage had changed by then; see <see cref="ExperimentDocument.StageRevision"/>.</summary>
    public int StageRevision { get; init; }

    public DateTimeOffset? StageTime { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    public string? ParentId { get; init; }

    public string? User { get; init; }

    public string? Error { get; init; }

    public Dictionary<string, ParamValue> Params { get; init; } = [];

    public Dictionary<string, string> Tags { get; init; } = [];

    public Dictionary<string, SummaryDocument> Metrics { get; init; } = [];

    public List<DatasetInput> Inputs { get; init; } = [];

    public List<RunAttempt> Attempts { get; init; } = [];

    public List<ArtifactDocument> Artifacts { get; init; } = [];

    /// <summary>The number of the last fact-bearing frame included.</summary>
    public long Order { get; init; }

    /// <summary>How far the frames of each writer are included.</summary>
    public Dictionary<string, WriterPosition> Writers { get; init; } = [];
}

/// <summary>How far a writer's frames are included.</summary>
/// <param name="Sequence">The last batch included.</param>
/// <param name="File">The file that it stood in.</param>
/// <param name="Offset">Where that file went on behind it.</param>
internal sealed record WriterPosition(long Sequence, string File, long Offset);

/// <summary>An artifact in <c>run.json</c>.</summary>
internal sealed record ArtifactDocument(string Path, string Sha256, long Size, DateTimeOffset Time);

/// <summary>A series in <c>run.json</c>; <see cref="SumLow"/> is what rounding took from the sum.</summary>
internal sealed record SummaryDocument(
    long Count, long NaNCount, MetricPoint First, MetricPoint Last, MetricPoint? Min, MetricPoint? Max, double Sum, double SumLow)
{
    public static SummaryDocument Of(MetricSummaryBuilder s) => new(s.Count, s.NaNCount, s.First, s.Last, s.Min, s.Max, s.Sum, s.SumLow);

    public MetricSummaryBuilder ToBuilder() => MetricSummaryBuilder.Restore(Count, NaNCount, First, Last, Min, Max, Sum, SumLow);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(ParamValueConverter), typeof(ExactDoubleConverter), typeof(MetricPointConverter)])]
[JsonSerializable(typeof(StoreDocument))]
[JsonSerializable(typeof(ExperimentDocument))]
[JsonSerializable(typeof(RunDocument))]
internal sealed partial class DocumentJsonContext : JsonSerializerContext;

/// <summary>The documents with letters of all scripts as they are, so that people can read them; the files are never embedded in HTML.</summary>
internal static class Documents
{
    public static DocumentJsonContext Json { get; } =
        new(new JsonSerializerOptions(DocumentJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
