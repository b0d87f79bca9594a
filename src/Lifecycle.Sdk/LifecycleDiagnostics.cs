using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lifecycle.Sdk.Journal;

namespace Lifecycle.Sdk;

/// <summary>
/// The names of what the library publishes about itself, for <c>AddMeter</c> and <c>AddSource</c> of OpenTelemetry or any other listener.
/// The instruments sum over all trackers of the process. Logging a point touches none of them: they look when they are asked.
/// </summary>
public static class LifecycleDiagnostics
{
    /// <summary>The name of the <see cref="Meter"/>.</summary>
    public const string MeterName = "Lifecycle.Sdk";

    /// <summary>The name of the <see cref="ActivitySource"/>: one activity a batch that goes to a store.</summary>
    public const string ActivitySourceName = "Lifecycle.Sdk";

    /// <summary>Counter: points logged, in <c>{point}</c>.</summary>
    public const string PointsLogged = "lifecycle.points.logged";

    /// <summary>Counter: points dropped because a journal was full and the policy said so, in <c>{point}</c>.</summary>
    public const string PointsDropped = "lifecycle.points.dropped";

    /// <summary>Gauge: points logged that no store has taken yet, in <c>{point}</c>.</summary>
    public const string JournalBacklog = "lifecycle.journal.backlog";

    /// <summary>Gauge: what the journals take on the local disk, in bytes.</summary>
    public const string JournalSize = "lifecycle.journal.size";

    /// <summary>Histogram: how long a store took to apply a batch, in seconds.</summary>
    public const string DrainLatency = "lifecycle.drain.duration";

    /// <summary>Counter: deliveries that a store did not take, in <c>{failure}</c>.</summary>
    public const string DeliveryFailures = "lifecycle.drain.failures";

    private const string BatchActivity = "lifecycle.drain";
    private static readonly string? Version = typeof(LifecycleDiagnostics).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter Meter = new(MeterName, Version);
    private static readonly ActivitySource Source = new(ActivitySourceName, Version);
    private static readonly ConcurrentDictionary<JournalPump, bool> Pumps = new();
    private static long _loggedBefore;
    private static long _droppedBefore;

    static LifecycleDiagnostics()
    {
        Meter.CreateObservableCounter(PointsLogged, ReadLogged, "{point}", "Points logged.");
        Meter.CreateObservableCounter(PointsDropped, ReadDropped, "{point}", "Points dropped because a journal was full.");
        Meter.CreateObservableGauge(
            JournalBacklog, () => Pumps.Keys.Sum(pump => pump.Status.BacklogPoints), "{point}", "Points that no store has taken yet.");
        Meter.CreateObservableGauge(
            JournalSize, () => Pumps.Keys.Sum(pump => pump.Status.BacklogBytes), "By", "What the journals take on the local disk.");
    }

    internal static Histogram<double> DrainDuration { get; } =
        Meter.CreateHistogram<double>(DrainLatency, "s", "How long a store took to apply a batch.");

    internal static Counter<long> Failures { get; } =
        Meter.CreateCounter<long>(DeliveryFailures, "{failure}", "Deliveries that a store did not take.");

    internal static void Watch(JournalPump pump) => Pumps.TryAdd(pump, true);

    /// <summary>Stops watching a pump that has stopped, and keeps what it had counted.</summary>
    internal static void Forget(JournalPump pump)
    {
        if (!Pumps.TryRemove(pump, out _)) return;
        Interlocked.Add(ref _loggedBefore, pump.Logged);
        Interlocked.Add(ref _droppedBefore, pump.Status.Dropped);
    }

    internal static Activity? StartDrain(RunId run, int points, int facts)
    {
        var activity = Source.StartActivity(BatchActivity);
        return activity?.SetTag("lifecycle.run", run.ToString()).SetTag("lifecycle.points", points).SetTag("lifecycle.facts", facts);
    }

    private static long ReadLogged() => Interlocked.Read(ref _loggedBefore) + Pumps.Keys.Sum(pump => pump.Logged);

    private static long ReadDropped() => Interlocked.Read(ref _droppedBefore) + Pumps.Keys.Sum(pump => pump.Status.Dropped);
}
