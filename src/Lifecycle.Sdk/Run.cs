using System.Collections.Concurrent;
using Lifecycle.Sdk.Capture;
using Lifecycle.Sdk.Journal;

namespace Lifecycle.Sdk;

/// <summary>
/// A run that is being logged. Everything goes to the run's journal on the local disk first and has survived the death of the process
/// when the call returns; the store gets it in the background. Call <see cref="Complete"/> when the work succeeded: a run that is
/// disposed without it has failed. Logging calls may come from many threads at once, never wait for a store and never throw because of one.
/// </summary>
public sealed partial class Run : IAsyncDisposable, IDisposable
{
    private static readonly AsyncLocal<Run?> Ambient = new();

    private readonly Tracker _tracker;
    private readonly RunJournal _journal;
    private readonly ConcurrentDictionary<string, Metric> _metrics = new(StringComparer.Ordinal);
    private readonly Func<string, Metric> _createMetric;
    private readonly IReadOnlyDictionary<string, MetricSummary>? _resumedMetrics;
    private readonly long? _resumedFromStep;
    private readonly RunCapture? _capture;

    internal Run(Tracker tracker, RunJournal journal, RunOrigin origin)
    {
        _tracker = tracker;
        _journal = journal;
        _createMetric = CreateMetric;
        _resumedMetrics = origin.ResumedMetrics;
        _resumedFromStep = origin.FromStep;
        _joined = origin.IsJoined;
        Experiment = origin.Experiment;
        Name = origin.Name;
        _params = origin.Params is { } known ? new(known, StringComparer.Ordinal) : null;
        if (origin.Capture is { } capture) _capture = RunCapture.Start(this, capture, tracker.TimeProvider, tracker.Logger);
    }

    /// <summary>The run made current by <see cref="MakeCurrent"/> in this asynchronous flow; null if none was.</summary>
    public static Run? Current => Ambient.Value;

    /// <summary>The run's id.</summary>
    public RunId Id => _journal.Run;

    /// <summary>The experiment's name; null for a run that was joined or resumed by its id.</summary>
    public string? Experiment { get; }

    /// <summary>The run's name; null for a run that was joined by its id.</summary>
    public string? Name { get; }

    /// <summary>How the tracking is doing.</summary>
    public RunHealth Health => RunHealth.From(_journal.Health);

    /// <summary>A handle to a metric, the same one for the same key; keep it for the fastest logging.</summary>
    /// <param name="key">A name such as <c>loss</c>, or canonical text with a context such as <c>loss{subset=train}</c>; see <see cref="MetricKey"/>.</param>
    /// <returns>The handle.</returns>
    /// <exception cref="ArgumentException">The key breaks a rule; the message names it.</exception>
    public Metric Metric(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _metrics.GetOrAdd(key, _createMetric);
    }

    /// <summary>A handle to a metric with a context.</summary>
    /// <param name="name">The metric's name.</param>
    /// <param name="context">What tells this series from others of the name, for example <c>("subset", "train")</c>.</param>
    /// <returns>The handle.</returns>
    /// <exception cref="ArgumentException">The name or context breaks a rule; the message names it.</exception>
    public Metric Metric(string name, params ReadOnlySpan<(string Key, string Value)> context)
    {
        var pairs = new List<KeyValuePair<string, string>>(context.Length);
        foreach (var (key, value) in context) pairs.Add(new(key, value));
        return Metric(new MetricKey(name, pairs).ToString());
    }

    /// <summary>Logs a value at the metric's next automatic step; see <see cref="Metric.Log(double)"/>.</summary>
    /// <param name="key">The metric, as for <see cref="Metric(string)"/>.</param>
    /// <param name="value">Any double.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">The key breaks a rule.</exception>
    public Run Log(string key, double value)
    {
        Metric(key).Log(value);
        return this;
    }

    /// <summary>Logs a value at a step.</summary>
    /// <param name="key">The metric, as for <see cref="Metric(string)"/>.</param>
    /// <param name="value">Any double.</param>
    /// <param name="step">Any step.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">The key breaks a rule.</exception>
    public Run Log(string key, double value, long step)
    {
        Metric(key).Log(value, step);
        return this;
    }

    /// <summary>Logs many metrics at one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="metrics">Keys and values.</param>
    /// <returns>This run.</returns>
    /// <exception cref="ArgumentException">A key breaks a rule; then none of them is logged.</exception>
    public Run LogMetrics(long step, params ReadOnlySpan<(string Key, double Value)> metrics)
    {
        foreach (var (key, _) in metrics) Metric(key);
        foreach (var (key, value) in metrics) Metric(key).Log(value, step);
        return this;
    }

    /// <summary>Starts a run nested in this one, in the same experiment.</summary>
    /// <param name="options">How it starts; its parent is this run.</param>
    /// <returns>The nested run.</returns>
    /// <exception cref="InvalidOperationException">This run was joined by its id, so its experiment is not known here.</exception>
    public Run StartNested(RunOptions? options = null) =>
        Experiment is { } experiment
            ? _tracker.StartRun(experiment, (options ?? new RunOptions()) with { Parent = Id })
            : throw new InvalidOperationException(
                $"Run {Id} was joined by its id, so its experiment is not known here: start the nested run with tracker.StartRun and RunOptions.Parent.");

    /// <summary>Makes this the <see cref="Current"/> run of the present asynchronous flow until the result is disposed.</summary>
    /// <returns>What restores the run that was current before.</returns>
    public IDisposable MakeCurrent()
    {
        var before = Ambient.Value;
        Ambient.Value = this;
        return new Restorer(before);
    }

    /// <summary>
    /// The barrier: when it has completed, everything logged to this run before is in the store and survives power loss.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting; nothing is lost by it.</param>
    /// <returns>When the store has everything.</returns>
    /// <exception cref="LifecycleException">The store can't take it now. Everything is still in the journal and will be delivered later.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default) => _tracker.Pump.FlushAsync(_journal, cancellationToken);

    private Metric CreateMetric(string key)
    {
        var canonical = MetricKey.Canonicalize(key);
        return canonical == key
            ? new Metric(_journal, key, FirstAutomaticStep(key))
            : _metrics.GetOrAdd(canonical, _createMetric);
    }

    private long FirstAutomaticStep(string key) =>
        _resumedFromStep ?? (_resumedMetrics?.GetValueOrDefault(key) is { } summary ? summary.Last.Step + 1 : 0);

    private sealed class Restorer(Run? before) : IDisposable
    {
        public void Dispose() => Ambient.Value = before;
    }
}

/// <summary>Where a run object came from: a start, a resume or a join.</summary>
internal sealed record RunOrigin
{
    public string? Experiment { get; init; }

    public string? Name { get; init; }

    public bool IsJoined { get; init; }

    public long? FromStep { get; init; }

    public IReadOnlyDictionary<string, ParamValue>? Params { get; init; }

    public IReadOnlyDictionary<string, MetricSummary>? ResumedMetrics { get; init; }

    public CaptureOptions? Capture { get; init; }
}
