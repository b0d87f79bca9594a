using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>One run of the reference store: plain lists, everything derived anew on every read.</summary>
internal sealed class ReferenceRun(RunId id, string experimentId, RunStarted start, DateTimeOffset time)
{
    private readonly List<RunAttempt> _attempts = [];
    private readonly List<(string Key, long Attempt, MetricPoint Point)> _points = [];
    private readonly Dictionary<string, ParamValue> _params = [];
    private readonly Dictionary<string, string> _tags = [];
    private readonly List<DatasetInput> _inputs = [];
    private string _name = start.Name;
    private RunId? _parent = start.Parent;
    private string? _user = start.User;
    private RunStatus _status = RunStatus.Running;
    private DateTimeOffset? _endTime;
    private string? _error;
    private DateTimeOffset _lastSeen = time;

    public string ExperimentId { get; } = experimentId;

    public LifecycleStage Stage { get; private set; }

    public DateTimeOffset? DeletionTime { get; private set; }

    public Dictionary<string, (long Sequence, byte[] Mark)> Marks { get; } = [];

    public SortedDictionary<string, ArtifactInfo> Artifacts { get; } = new(StringComparer.Ordinal);

    /// <summary>What of the batch would contradict the run: it is tried on a copy of what can be contradicted.</summary>
    public static List<string> FindConflicts(ReferenceRun? run, RunBatch batch)
    {
        var copy = new ReferenceRun(batch.Run, "0", new RunStarted("0", null, "copy", default, null, null), default);
        foreach (var (name, value) in run?._params ?? []) copy._params.Add(name, value);
        foreach (var (path, artifact) in run?.Artifacts ?? []) copy.Artifacts.Add(path, artifact);
        return copy.Apply(batch with { Points = [] });
    }

    public List<string> Apply(RunBatch batch)
    {
        if (batch.Attempt == RunBatch.LatestAttempt) batch = batch with { Attempt = _attempts.Select(attempt => attempt.Id).Append(0).Max() };
        var conflicts = new List<string>();
        foreach (var fact in batch.Facts) Apply(batch, fact, conflicts);
        foreach (var series in batch.Points)
        {
            for (var i = 0; i < series.Steps.Length; i++)
            {
                var point = new MetricPoint(series.Steps.Span[i], series.Timestamps.Span[i], series.Values.Span[i]);
                if (!batch.Conditions.HasFlag(BatchConditions.NewPointsOnly) || !Holds(series.Key, batch.Attempt, point)) _points.Add((series.Key, batch.Attempt, point));
            }
        }

        if (batch.End is { } end) Apply(batch, end, conflicts);
        if (batch.Time > _lastSeen) _lastSeen = batch.Time;
        return conflicts;
    }

    public void SetStage(LifecycleStage stage, DateTimeOffset time)
    {
        if (stage != Stage) DeletionTime = stage == LifecycleStage.Deleted ? time : null;
        Stage = stage;
    }

    public RunInfo Snapshot() => new()
    {
        Id = id,
        ExperimentId = ExperimentId,
        Name = _name,
        Status = _status,
        Stage = Stage,
        StartTime = start.StartTime,
        EndTime = _endTime,
        LastSeen = _lastSeen,
        ParentId = _parent,
        User = _user,
        Error = _error,
        Params = new Dictionary<string, ParamValue>(_params),
        Tags = new Dictionary<string, string>(_tags),
        Inputs = [.. _inputs],
        Attempts = [.. _attempts.OrderBy(attempt => attempt.Id)],
        Metrics = _points.Where(IsCurrent).GroupBy(point => point.Key).ToDictionary(
            group => group.Key, group => Summarise(group.Key, [.. group.Select(point => point.Point)])),
    };

    public IEnumerable<(long Attempt, MetricPoint Point)> Points(string key, PointRange range) =>
        from point in _points
        where point.Key == key && point.Point.Step >= range.MinStep && point.Point.Step <= range.MaxStep
        where range.IncludeSuperseded || IsCurrent(point)
        select (point.Attempt, point.Point);

    private bool Holds(string key, long attempt, MetricPoint point) => _points.Any(known =>
        known.Key == key && (known.Attempt == attempt || IsCurrent(known)) && Compare(known.Point, point) == 0);

    private bool IsCurrent((string Key, long Attempt, MetricPoint Point) point) =>
        !_attempts.Any(attempt => attempt.Id > point.Attempt && attempt.FromStep <= point.Point.Step);

    private void Apply(RunBatch batch, RunFact fact, List<string> conflicts)
    {
        // A writer of an attempt that a later one has taken over from no longer speaks for the run's status.
        var isOutdated = _attempts.Any(attempt => attempt.Id > batch.Attempt);
        switch (fact)
        {
            case RunStarted again:
                _parent ??= again.Parent;
                _user ??= again.User;
                break;
            case RunResumed resumed when _attempts.All(attempt => attempt.Id != batch.Attempt):
                _attempts.Add(new RunAttempt(batch.Attempt, resumed.FromStep));
                if (!isOutdated) (_status, _endTime, _error) = (RunStatus.Running, null, null);
                break;
            case RunResumed:
                break;
            case ParamLogged param:
                if (!_params.TryAdd(param.Name, param.Value) && _params[param.Name] != param.Value)
                    conflicts.Add($"The param '{param.Name}' is '{_params[param.Name]}' and was not changed to '{param.Value}'.");
                break;
            case TagSet tag:
                _tags[tag.Name] = tag.Value;
                break;
            case TagDeleted tag:
                _tags.Remove(tag.Name);
                break;
            case ArtifactLogged { Artifact: var artifact }:
                var path = artifact.Path.ToString();
                if (Artifacts.Keys.FirstOrDefault(other => other != path && Clash(other, path)) is { } clash)
                    conflicts.Add($"The artifact '{path}' can't stand beside '{clash}'.");
                else Artifacts[path] = artifact;
                break;
            case ArtifactDeleted deleted:
                Artifacts.Remove(deleted.Path.ToString());
                break;
            case InputLogged { Input: var input }:
                if (!_inputs.Any(known => (known.Name, known.Digest, known.Context) == (input.Name, input.Digest, input.Context))) _inputs.Add(input);
                break;
            case RunRenamed renamed:
                _name = renamed.Name;
                break;
            case RunStatusChanged changed:
                if (batch.Writer.IsNone || !isOutdated) (_status, _endTime, _error) = (changed.Status, changed.EndTime, changed.Error);
                break;
            case RunStageChanged changed:
                SetStage(changed.Stage, batch.Time);
                break;
            default:
                throw new InvalidOperationException($"The fact {fact.GetType().Name} is not known.");
        }
    }

    private static bool Clash(string one, string other) =>
        one.Equals(other, StringComparison.OrdinalIgnoreCase)
        || one.StartsWith(other + "/", StringComparison.OrdinalIgnoreCase)
        || other.StartsWith(one + "/", StringComparison.OrdinalIgnoreCase);

    private static MetricSummary Summarise(string key, MetricPoint[] points)
    {
        var sorted = points.Order(Comparer<MetricPoint>.Create(Compare)).ToArray();
        var numbers = sorted.Where(point => !double.IsNaN(point.Value)).ToArray();
        return new MetricSummary
        {
            Key = key,
            Count = points.Length,
            NaNCount = points.Length - numbers.Length,
            First = sorted[0],
            Last = sorted[^1],
            // Sorted by step, and MinBy and MaxBy take the first of equals, so that is the earliest. -0.0 and 0.0 are equal.
            Min = numbers.Length == 0 ? null : numbers.MinBy(point => point.Value + 0.0),
            Max = numbers.Length == 0 ? null : numbers.MaxBy(point => point.Value + 0.0),
            Sum = numbers.Sum(point => point.Value),
        };
    }

    private static int Compare(MetricPoint x, MetricPoint y)
    {
        var order = (x.Step, x.UnixTimeMilliseconds).CompareTo((y.Step, y.UnixTimeMilliseconds));
        if (order == 0) order = x.Value.CompareTo(y.Value);
        return order != 0 ? order : BitConverter.DoubleToInt64Bits(x.Value).CompareTo(BitConverter.DoubleToInt64Bits(y.Value));
    }
}
