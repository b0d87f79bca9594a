using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>A fact as it is kept in a frame; which properties are there depends on <see cref="Fact"/>. See FORMAT.md.</summary>
internal sealed record FactRecord
{
    public required string Fact { get; init; }

    public string? Name { get; init; }

    public ParamValue? Value { get; init; }

    public string? Text { get; init; }

    public string? ExperimentId { get; init; }

    public DateTimeOffset? Time { get; init; }

    public string? Parent { get; init; }

    public string? User { get; init; }

    public long? FromStep { get; init; }

    public string? Path { get; init; }

    public string? Sha256 { get; init; }

    public long? Size { get; init; }

    public DatasetInput? Input { get; init; }

    public RunStatus? Status { get; init; }

    public string? Error { get; init; }

    public LifecycleStage? Stage { get; init; }

    /// <summary>With a stage: how often the experiment's stage had changed by then; see <see cref="ExperimentDocument.StageRevision"/>.</summary>
    public int? StageRevision { get; init; }

    public static FactRecord Of(RunFact fact, int stageRevision) => fact switch
    {
        RunStarted f => new() { Fact = "started", ExperimentId = f.ExperimentId, Name = f.Name, Time = f.StartTime, Parent = f.Parent?.ToString(), User = f.User, StageRevision = stageRevision },
        RunResumed f => new() { Fact = "resumed", FromStep = f.FromStep },
        ParamLogged f => new() { Fact = "param", Name = f.Name, Value = f.Value },
        TagSet f => new() { Fact = "tag", Name = f.Name, Text = f.Value },
        TagDeleted f => new() { Fact = "untag", Name = f.Name },
        ArtifactLogged f => new() { Fact = "artifact", Path = f.Artifact.Path.ToString(), Sha256 = f.Artifact.Digest.ToString(), Size = f.Artifact.Size, Time = f.Artifact.Time },
        ArtifactDeleted f => new() { Fact = "unlisted", Path = f.Path.ToString() },
        InputLogged f => new() { Fact = "input", Input = f.Input },
        RunRenamed f => new() { Fact = "renamed", Name = f.Name },
        RunStatusChanged f => new() { Fact = "status", Status = f.Status, Time = f.EndTime, Error = f.Error },
        RunStageChanged f => new() { Fact = "stage", Stage = f.Stage, StageRevision = stageRevision },
        _ => throw new ArgumentException($"The fact {fact.GetType().Name} is unknown to this store.", nameof(fact)),
    };

    /// <summary>The fact; null if it is of a kind that a later version added.</summary>
    /// <exception cref="FormatException">A property is missing or odd.</exception>
    public RunFact? ToFact() => Fact switch
    {
        "started" => new RunStarted(Need(ExperimentId), null, Need(Name), Need(Time), Parent is null ? null : RunId.Parse(Parent), User),
        "resumed" => new RunResumed(FromStep),
        "param" => new ParamLogged(Need(Name), Need(Value)),
        "tag" => new TagSet(Need(Name), Need(Text)),
        "untag" => new TagDeleted(Need(Name)),
        "artifact" => new ArtifactLogged(new ArtifactInfo(ReadPath(Need(Path)), ContentDigest.Parse(Need(Sha256)), Need(Size), Need(Time))),
        "unlisted" => new ArtifactDeleted(ReadPath(Need(Path))),
        "input" => new InputLogged(Need(Input)),
        "renamed" => new RunRenamed(Need(Name)),
        "status" => new RunStatusChanged(Need(Status), Time, Error),
        "stage" => new RunStageChanged(Need(Stage)),
        _ => null,
    };

    internal static ArtifactPath ReadPath(string path) =>
        ArtifactPath.TryParse(path, out var result) ? result : throw new FormatException($"'{path}' is not an artifact path.");

    private static T Need<T>(T? value) where T : class => value ?? throw new FormatException("A fact lacks a property.");

    private static T Need<T>(T? value) where T : struct => value ?? throw new FormatException("A fact lacks a property.");
}

/// <summary>Facts as UTF-8 JSON, one array a frame.</summary>
internal static class FactJson
{
    public static byte[] Write(IReadOnlyList<FactRecord> facts) => JsonSerializer.SerializeToUtf8Bytes(facts, FrameJsonContext.Default.IReadOnlyListFactRecord);

    public static IReadOnlyList<FactRecord> Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, FrameJsonContext.Default.IReadOnlyListFactRecord) ?? throw new JsonException("There are no facts.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(ParamValueConverter)])]
[JsonSerializable(typeof(IReadOnlyList<FactRecord>))]
internal sealed partial class FrameJsonContext : JsonSerializerContext;
