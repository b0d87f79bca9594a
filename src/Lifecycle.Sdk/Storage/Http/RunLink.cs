using System.Text.Json;

namespace Lifecycle.Sdk.Storage.Http;

/// <summary>A run here and the same run on the server. What it holds can be read from the server again at any time.</summary>
internal sealed class RunLink : IDisposable
{
    /// <summary>Each takes 65 characters at most, and some servers cut a tag at 5,000.</summary>
    private const int AttemptsPerTag = 75;

    private RunLink(RunId local, WireRun run)
    {
        Local = local;
        ServerId = run.Info.RunId;
        ArtifactUri = run.Info.ArtifactUri;
        Map = WireMap.Read(run.Data?.Tags);
        Attempts = AttemptsOf(run);
        foreach (var metric in run.Data?.Metrics ?? []) MetricKeys.Add(metric.Key);
        foreach (var tag in run.Data?.Tags ?? []) TagKeys.Add(tag.Key);
        foreach (var (path, _) in Map.Artifacts.Where(artifact => artifact.Value.Removed != true)) ArtifactNames.Add(path);
        foreach (var param in run.Data?.Params ?? []) AddParam(param.Key, param.Value);
        foreach (var input in run.Inputs?.DatasetInputs ?? []) Datasets[(input.Dataset.Digest, input.Dataset.Name)] = WireDatasets.ContextOf(input);
    }

    public RunId Local { get; }

    public string ServerId { get; }

    public string? ArtifactUri { get; }

    /// <summary>Held while a batch is delivered.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public WireMap Map { get; }

    /// <summary>Tags of the map that the server may not have yet: what fails on the way is sent with the next batch.</summary>
    public List<WireTag> Unsent { get; } = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RunAttempt> Attempts { get; set; }

    /// <summary>
    /// The server's keys in use, so that two names never share one. A file store can't have <c>loss</c> and <c>loss/test</c>, and some databases take
    /// <c>Loss</c> for <c>loss</c>: either is a failure without end there.
    /// </summary>
    public ArtifactNames MetricKeys { get; } = new();

    public ArtifactNames ParamKeys { get; } = new();

    public ArtifactNames TagKeys { get; } = new();

    /// <summary>The server's values by its keys.</summary>
    public Dictionary<string, string> Params { get; } = new(StringComparer.Ordinal);

    public ArtifactNames ArtifactNames { get; } = new();

    /// <summary>The contexts of the datasets that the server has for the run: it keeps one for each.</summary>
    public Dictionary<(string Digest, string Name), string?> Datasets { get; } = [];

    /// <summary>When the server was last told that somebody logs to the run.</summary>
    public DateTimeOffset Heard { get; set; }

    public static RunLink Of(WireRun run) => new(IdOf(run), run);

    /// <summary>A run that was created for an id of ours, whose tags the answer need not repeat.</summary>
    public static RunLink Of(RunId local, WireRun run) => new(local, run);

    /// <summary>The id that a run was given where it began: the server's if it began there.</summary>
    public static RunId IdOf(WireRun run)
    {
        var tag = run.Data?.Tags?.FirstOrDefault(tag => tag.Key == WireTags.RunId)?.Value;
        return RunId.TryParse(tag, null, out var local) || RunId.TryParse(run.Info.RunId, null, out local)
            ? local
            : throw new LifecycleException($"The server sent the run id '{NameRules.Shorten(run.Info.RunId)}', which is not one.");
    }

    public static IReadOnlyList<RunAttempt> AttemptsOf(WireRun run)
    {
        if (run.Info.Attempts is { } told) return Sorted(told);
        var attempts = new List<WireAttempt>();
        foreach (var tag in (run.Data?.Tags ?? []).Where(tag => IsOfAttempts(tag.Key)))
        {
            try
            {
                attempts.AddRange(JsonSerializer.Deserialize(tag.Value, WireJson.Default.IReadOnlyListWireAttempt) ?? []);
            }
            catch (JsonException)
            {
                // Changed by hand: then nothing is superseded, which hides no point.
            }
        }

        return Sorted(attempts);
    }

    /// <summary>Whether a tag holds attempts: a run that is resumed for the hundredth time has more than one.</summary>
    public static bool IsOfAttempts(string tag) => tag == WireTags.Attempts || tag.StartsWith(WireTags.Attempts + ".", StringComparison.Ordinal);

    /// <summary>The tags that hold some attempts, none longer than a server takes.</summary>
    public static IEnumerable<WireTag> TagsOf(IReadOnlyList<RunAttempt> attempts)
    {
        var number = 0;
        foreach (var some in attempts.Chunk(AttemptsPerTag))
        {
            var key = ++number == 1 ? WireTags.Attempts : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{WireTags.Attempts}.{number}");
            IReadOnlyList<WireAttempt> wire = [.. some.Select(attempt => new WireAttempt(attempt.Id, attempt.FromStep))];
            yield return new WireTag(key, JsonSerializer.Serialize(wire, WireJson.Default.IReadOnlyListWireAttempt));
        }
    }

    /// <summary>Remembers a param that the server has.</summary>
    public void AddParam(string key, string value)
    {
        ParamKeys.Add(key);
        Params.TryAdd(key, value);
    }

    public void Dispose() => Gate.Dispose();

    private static IReadOnlyList<RunAttempt> Sorted(IEnumerable<WireAttempt> attempts) =>
        [.. attempts.DistinctBy(attempt => attempt.Id).Select(attempt => new RunAttempt(attempt.Id, attempt.FromStep)).OrderBy(attempt => attempt.Id)];
}
