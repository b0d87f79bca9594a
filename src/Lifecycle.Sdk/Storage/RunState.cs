namespace Lifecycle.Sdk.Storage;

/// <summary>
/// A run as its facts and points have made it so far. Applies facts as <see cref="RunFact"/> documents; knows nothing of files or tables.
/// Not for several threads.
/// </summary>
internal sealed class RunState
{
    private readonly ArtifactNames _artifactNames = new();

    public required RunId Id { get; init; }

    /// <summary>Whether a <see cref="RunStarted"/> has been applied; a run that has not started does not exist.</summary>
    public bool IsStarted => ExperimentId.Length > 0;

    public string ExperimentId { get; set; } = "";

    public string Name { get; set; } = "";

    public RunStatus Status { get; set; }

    public DateTimeOffset StartTime { get; set; }

    public DateTimeOffset? EndTime { get; set; }

    public DateTimeOffset LastSeen { get; set; }

    public RunId? ParentId { get; set; }

    public string? User { get; set; }

    public string? Error { get; set; }

    /// <summary>The stage that was set last, the number of stage changes that the experiment had seen by then, and when.</summary>
    public (LifecycleStage Stage, int Revision, DateTimeOffset? Time) OwnStage { get; set; }

    public Dictionary<string, ParamValue> Params { get; init; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Tags { get; init; } = new(StringComparer.Ordinal);

    public Dictionary<string, MetricSummaryBuilder> Metrics { get; init; } = new(StringComparer.Ordinal);

    public List<DatasetInput> Inputs { get; init; } = [];

    public List<RunAttempt> Attempts { get; init; } = [];

    /// <summary>By path, in ordinal order.</summary>
    public SortedDictionary<string, ArtifactInfo> Artifacts { get; } = new(StringComparer.Ordinal);

    /// <summary>Applies one fact.</summary>
    /// <param name="fact">The fact.</param>
    /// <param name="attempt">The attempt of its batch.</param>
    /// <param name="isDirect">Whether no writer stands behind the batch, so that it speaks for the run whatever its attempt.</param>
    /// <param name="time">When its batch was cut.</param>
    /// <param name="stageRevision">How often the experiment's stage had changed by then.</param>
    /// <returns>Null, or one sentence on what the fact contradicts; then nothing has changed.</returns>
    public string? Apply(RunFact fact, long attempt, bool isDirect, DateTimeOffset time, int stageRevision)
    {
        switch (fact)
        {
            case RunStarted started:
                Start(started, stageRevision);
                return null;
            case RunResumed resumed:
                Resume(attempt, resumed.FromStep);
                return null;
            case ParamLogged param:
                return AddParam(param);
            case TagSet tag:
                Tags[tag.Name] = tag.Value;
                return null;
            case TagDeleted tag:
                Tags.Remove(tag.Name);
                return null;
            case ArtifactLogged artifact:
                return AddArtifact(artifact.Artifact);
            case ArtifactDeleted deleted:
                RemoveArtifact(deleted.Path.ToString());
                return null;
            case InputLogged input:
                if (!Inputs.Exists(i => (i.Name, i.Digest, i.Context) == (input.Input.Name, input.Input.Digest, input.Input.Context))) Inputs.Add(input.Input);
                return null;
            case RunRenamed renamed:
                Name = renamed.Name;
                return null;
            case RunStatusChanged changed:
                if (isDirect || !IsOutdated(attempt)) (Status, EndTime, Error) = (changed.Status, changed.EndTime, changed.Error);
                return null;
            case RunStageChanged changed:
                OwnStage = (changed.Stage, stageRevision, time);
                return null;
            default:
                throw new ArgumentException($"The fact {fact.GetType().Name} is unknown to this store.", nameof(fact));
        }
    }

    /// <summary>What of some facts, applied one after the other, would contradict the run; nothing changes.</summary>
    public List<string> FindConflicts(IEnumerable<RunFact> facts)
    {
        var conflicts = new List<string>();
        var newParams = new Dictionary<string, ParamValue>(StringComparer.Ordinal);
        var newArtifacts = new ArtifactNames();
        foreach (var fact in facts)
        {
            if (fact is ParamLogged param)
            {
                if (!Params.TryGetValue(param.Name, out var known) && !newParams.TryGetValue(param.Name, out known)) newParams.Add(param.Name, param.Value);
                else if (known != param.Value) conflicts.Add(ParamConflict(param, known));
            }
            else if (fact is ArtifactLogged { Artifact: var artifact })
            {
                var path = artifact.Path.ToString();
                if ((_artifactNames.FindConflict(path) ?? newArtifacts.FindConflict(path)) is { } other) conflicts.Add(ArtifactConflict(path, other));
                else newArtifacts.Add(path);
            }
        }

        return conflicts;
    }

    /// <summary>The number of the last attempt; 0 if the run was never resumed.</summary>
    public long LatestAttempt => Attempts.Count == 0 ? 0 : Attempts[^1].Id;

    /// <summary>
    /// Points of an attempt from this step on are superseded; null if none are.
    /// </summary>
    public long? LimitOf(long attempt)
    {
        long? limit = null;
        foreach (var later in Attempts)
        {
            if (later.Id > attempt && later.FromStep is { } from && !(limit <= from)) limit = from;
        }

        return limit;
    }

    /// <summary>Adds what the summaries of points that are not superseded say.</summary>
    public void AddPoints(string key, MetricSummaryBuilder points)
    {
        if (points.Count == 0) return;
        if (!Metrics.TryGetValue(key, out var summary)) Metrics.Add(key, summary = new MetricSummaryBuilder());
        summary.Add(points);
    }

    /// <summary>Puts back an artifact that a store had accepted before.</summary>
    public void RestoreArtifact(ArtifactInfo artifact)
    {
        Artifacts[artifact.Path.ToString()] = artifact;
        _artifactNames.Add(artifact.Path.ToString());
    }

    /// <summary>A snapshot: it copies what it is given.</summary>
    public RunInfo ToInfo(LifecycleStage stage) => new()
    {
        Id = Id,
        ExperimentId = ExperimentId,
        Name = Name,
        Status = Status,
        Stage = stage,
        StartTime = StartTime,
        EndTime = EndTime,
        LastSeen = LastSeen,
        ParentId = ParentId,
        User = User,
        Error = Error,
        Params = Params,
        Tags = Tags,
        Metrics = Metrics.ToDictionary(m => m.Key, m => m.Value.Build(m.Key), StringComparer.Ordinal),
        Inputs = [.. Inputs],
        Attempts = [.. Attempts],
    };

    private void Start(RunStarted started, int stageRevision)
    {
        if (!IsStarted)
        {
            ExperimentId = started.ExperimentId ?? throw new ArgumentException("The experiment of a run that starts was not looked up.", nameof(started));
            Name = started.Name;
            StartTime = started.StartTime;
            OwnStage = (LifecycleStage.Active, stageRevision, null);
        }

        ParentId ??= started.Parent;
        User ??= started.User;
    }

    /// <summary>Whether a later attempt has taken over, so that this one no longer speaks for the run's status.</summary>
    private bool IsOutdated(long attempt) => Attempts.Exists(a => a.Id > attempt);

    private void Resume(long attempt, long? fromStep)
    {
        if (Attempts.Exists(a => a.Id == attempt)) return;
        Attempts.Add(new RunAttempt(attempt, fromStep));
        Attempts.Sort((a, b) => a.Id.CompareTo(b.Id));
        if (!IsOutdated(attempt)) (Status, EndTime, Error) = (RunStatus.Running, null, null);
    }

    private string? AddParam(ParamLogged param)
    {
        if (Params.TryAdd(param.Name, param.Value) || Params[param.Name] == param.Value) return null;
        return ParamConflict(param, Params[param.Name]);
    }

    private static string ParamConflict(ParamLogged param, ParamValue known) =>
        $"The param '{param.Name}' is already {Show(known)}, so {Show(param.Value)} was not stored.";

    private static string ArtifactConflict(string path, string other) =>
        $"The artifact '{path}' was not stored: the run has '{other}', and both can't exist in one folder on every system.";

    private string? AddArtifact(ArtifactInfo artifact)
    {
        var path = artifact.Path.ToString();
        if (_artifactNames.FindConflict(path) is { } other) return ArtifactConflict(path, other);
        RestoreArtifact(artifact);
        return null;
    }

    private void RemoveArtifact(string path)
    {
        if (Artifacts.Remove(path)) _artifactNames.Remove(path);
    }

    private static string Show(ParamValue value) => $"{NameRules.Shorten(value.ToString())} ({value.Kind})";
}

/// <summary>The artifact paths of a run, or other names of a path's form, to find those that a file system without case could not keep apart.</summary>
internal sealed class ArtifactNames
{
    private readonly Dictionary<string, string> _files = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _folders = new(StringComparer.OrdinalIgnoreCase);

    public void Add(string path)
    {
        if (!_files.TryAdd(path, path)) return;
        foreach (var folder in Folders(path)) _folders.TryAdd(folder, path);
    }

    public void Remove(string path)
    {
        if (!_files.Remove(path)) return;
        // Folders are shared with what stays.
        _folders.Clear();
        foreach (var file in _files.Values)
        {
            foreach (var folder in Folders(file)) _folders.TryAdd(folder, file);
        }
    }

    /// <summary>Whether this very path is there.</summary>
    public bool Contains(string path) => _files.TryGetValue(path, out var same) && same == path;

    /// <summary>The path that stands in the way of another; null if none does.</summary>
    public string? FindConflict(string path)
    {
        if (_files.TryGetValue(path, out var same)) return same == path ? null : same;
        if (_folders.TryGetValue(path, out var below)) return below;
        foreach (var folder in Folders(path))
        {
            if (_files.TryGetValue(folder, out var above)) return above;
        }

        return null;
    }

    private static IEnumerable<string> Folders(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1)) yield return path[..slash];
    }
}
