namespace Lifecycle.Sdk.Storage.Http;

/// <summary>A key and a value: tags of everything.</summary>
internal sealed record WireTag(string Key, string Value);

/// <summary>A param. <paramref name="Type"/> is of the dialect: <c>string</c>, <c>integer</c>, <c>floating</c> or <c>boolean</c>.</summary>
internal sealed record WireParam(string Key, string Value, string? Type = null);

/// <summary>A point, and in a run's data the latest one of a series. <paramref name="RunId"/> only in bulk histories; <paramref name="Summary"/> is of the dialect.</summary>
internal sealed record WireMetric(string Key, double Value, long Timestamp, long Step, string? RunId = null, WireSummary? Summary = null);

/// <summary>What the dialect tells of a series besides its latest point.</summary>
internal sealed record WireSummary(long Count, long NanCount, WirePoint First, WirePoint? Min, WirePoint? Max, double Sum);

/// <summary>A point without its key.</summary>
internal sealed record WirePoint(long Step, long Timestamp, double Value);

/// <summary>A run's attributes. From <see cref="LastSeen"/> on of the dialect.</summary>
internal sealed record WireRunInfo
{
    public string RunId { get; init; } = "";

    public string? RunUuid { get; init; }

    public string ExperimentId { get; init; } = "";

    public string? RunName { get; init; }

    public string? UserId { get; init; }

    public string? Status { get; init; }

    public long StartTime { get; init; }

    public long? EndTime { get; init; }

    public string? ArtifactUri { get; init; }

    public string? LifecycleStage { get; init; }

    public long? LastSeen { get; init; }

    public string? ParentRunId { get; init; }

    public string? Error { get; init; }

    public IReadOnlyList<WireAttempt>? Attempts { get; init; }
}

/// <summary>An attempt to resume a run; of the dialect.</summary>
internal sealed record WireAttempt(long Id, long? FromStep);

internal sealed record WireRunData
{
    public IReadOnlyList<WireMetric>? Metrics { get; init; }

    public IReadOnlyList<WireParam>? Params { get; init; }

    public IReadOnlyList<WireTag>? Tags { get; init; }
}

internal sealed record WireDataset
{
    public string Name { get; init; } = "";

    public string Digest { get; init; } = "";

    public string? SourceType { get; init; }

    public string? Source { get; init; }

    public string? Schema { get; init; }

    /// <summary>JSON; MLflow's clients write <c>{"num_rows": N}</c>.</summary>
    public string? Profile { get; init; }
}

internal sealed record WireDatasetInput(IReadOnlyList<WireTag>? Tags, WireDataset Dataset);

internal sealed record WireRunInputs(IReadOnlyList<WireDatasetInput>? DatasetInputs)
{
    /// <summary>Since MLflow 3; left out if there are none.</summary>
    public IReadOnlyList<WireModelInput>? ModelInputs { get; init; }
}

internal sealed record WireModelInput(string ModelId);

internal sealed record WireRun(WireRunInfo Info, WireRunData? Data, WireRunInputs? Inputs)
{
    /// <summary>Since MLflow 3; left out if there are none.</summary>
    public WireRunOutputs? Outputs { get; init; }
}

internal sealed record WireRunOutputs(IReadOnlyList<WireModelOutput>? ModelOutputs);

internal sealed record WireModelOutput(string ModelId, long Step);

internal sealed record WireExperiment
{
    public string ExperimentId { get; init; } = "";

    public string Name { get; init; } = "";

    public string? ArtifactLocation { get; init; }

    public string? LifecycleStage { get; init; }

    public long? CreationTime { get; init; }

    public long? LastUpdateTime { get; init; }

    public IReadOnlyList<WireTag>? Tags { get; init; }
}

/// <summary>A file or folder of a listing. The last two are of the dialect.</summary>
internal sealed record WireFile(string Path, bool IsDir, long? FileSize = null, string? Sha256 = null, long? Timestamp = null);
