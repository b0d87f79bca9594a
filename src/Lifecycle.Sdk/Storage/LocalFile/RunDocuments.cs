namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>Runs to and from their documents.</summary>
internal static class RunDocuments
{
    public static RunDocument Of(RunState state, LifecycleStage stage, long order, IReadOnlyDictionary<string, WriterPosition> positions) => new()
    {
        Id = state.Id.ToString(),
        ExperimentId = state.ExperimentId,
        Name = state.Name,
        Status = state.Status,
        Stage = stage,
        OwnStage = state.OwnStage.Stage,
        StageRevision = state.OwnStage.Revision,
        StageTime = state.OwnStage.Time,
        StartTime = state.StartTime,
        EndTime = state.EndTime,
        LastSeen = state.LastSeen,
        ParentId = state.ParentId?.ToString(),
        User = state.User,
        Error = state.Error,
        Params = state.Params,
        Tags = state.Tags,
        Metrics = state.Metrics.ToDictionary(m => m.Key, m => SummaryDocument.Of(m.Value), StringComparer.Ordinal),
        Inputs = state.Inputs,
        Attempts = state.Attempts,
        Artifacts = [.. state.Artifacts.Values.Select(a => new ArtifactDocument(a.Path.ToString(), a.Digest.ToString(), a.Size, a.Time))],
        Order = order,
        Writers = new Dictionary<string, WriterPosition>(positions, StringComparer.Ordinal),
    };

    /// <exception cref="FormatException">An id, digest or path is none.</exception>
    public static RunState ToState(RunDocument document)
    {
        var state = new RunState
        {
            Id = RunId.Parse(document.Id),
            ExperimentId = document.ExperimentId,
            Name = document.Name,
            Status = document.Status,
            OwnStage = (document.OwnStage, document.StageRevision, document.StageTime),
            StartTime = document.StartTime,
            EndTime = document.EndTime,
            LastSeen = document.LastSeen,
            ParentId = document.ParentId is { } parent ? RunId.Parse(parent) : null,
            User = document.User,
            Error = document.Error,
            Params = document.Params,
            Tags = document.Tags,
            Inputs = document.Inputs,
            Attempts = document.Attempts,
        };
        foreach (var (key, summary) in document.Metrics) state.Metrics.Add(key, summary.ToBuilder());
        foreach (var a in document.Artifacts) state.RestoreArtifact(new(FactRecord.ReadPath(a.Path), ContentDigest.Parse(a.Sha256), a.Size, a.Time));
        return state;
    }
}
