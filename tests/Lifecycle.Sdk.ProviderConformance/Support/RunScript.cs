using Lifecycle.Sdk.Storage;

namespace Lifecycle.Sdk.ProviderConformance;

/// <summary>One writer of one run: numbers its batches as a journal's pump does.</summary>
public sealed class RunScript(TrackingStore store, RunId? id = null)
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, long> _nextStep = [];

    public RunId Id { get; } = id ?? RunId.New();

    public WriterId Writer { get; init; } = WriterId.New();

    public long Attempt { get; set; }

    /// <summary>The number of the last batch.</summary>
    public long Sequence { get; set; }

    /// <summary>The time of the next batch.</summary>
    public DateTimeOffset Time { get; set; } = T0;

    public ValueTask<ApplyResult> StartAsync(string name = "run", string? experiment = "exp", DateTimeOffset? time = null) =>
        ApplyAsync(new RunStarted(null, experiment, name, time ?? T0, null, null));

    public ValueTask<ApplyResult> ApplyAsync(params RunFact[] facts) => SendAsync(Batch() with { Facts = facts });

    /// <summary>Logs values at the steps after those logged before.</summary>
    public ValueTask<ApplyResult> LogAsync(string key, params double[] values)
    {
        var first = _nextStep.GetValueOrDefault(key);
        _nextStep[key] = first + values.Length;
        return LogPointsAsync(key, [.. values.Select((value, i) => new MetricPoint(first + i, T0.ToUnixTimeMilliseconds() + first + i, value))]);
    }

    public ValueTask<ApplyResult> LogPointsAsync(string key, params MetricPoint[] points) => SendAsync(Batch() with { Points = [Series(key, points)] });

    public ValueTask<ApplyResult> EndAsync(RunStatus status, DateTimeOffset? time = null, string? error = null) =>
        SendAsync(Batch() with { End = new RunStatusChanged(status, time ?? T0.AddMinutes(1), error) });

    /// <summary>The next batch, empty.</summary>
    public RunBatch Batch() => new() { Run = Id, Writer = Writer, Attempt = Attempt, Sequence = ++Sequence, Mark = BitConverter.GetBytes(Sequence), Time = Time };

    public ValueTask<ApplyResult> SendAsync(RunBatch batch) => store.ApplyAsync(batch);

    /// <summary>Applies facts to another instance of the store, such as one that was opened since.</summary>
    public ValueTask<ApplyResult> ReplayAsync(TrackingStore other, params RunFact[] facts) => other.ApplyAsync(Batch() with { Facts = facts });

    public async Task<RunInfo> GetAsync() => await store.GetRunAsync(Id) ?? throw new InvalidOperationException($"The run {Id} is not in the store.");

    public static SeriesPoints Series(string key, params MetricPoint[] points) => new(
        key, points.Select(p => p.Step).ToArray(), points.Select(p => p.UnixTimeMilliseconds).ToArray(), points.Select(p => p.Value).ToArray());
}
