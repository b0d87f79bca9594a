using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Server;

/// <summary>What the endpoints of one server share.</summary>
internal sealed class TrackingServer
{
    private volatile bool _isReady;

    public TrackingServer(Tracker tracker, LifecycleServerOptions options, TimeProvider time, ILogger logger)
    {
        (Tracker, Options, Time, Logger) = (tracker, options, time, logger);
        Writers = new RunWriters(tracker.Store);
        Models = new LoggedModels(this);
        Guard = new RequestGuard(options);
    }

    /// <summary>The version of MLflow whose protocol is spoken.</summary>
    public const string ProtocolVersion = "3.1.3";

    public Tracker Tracker { get; }

    public LifecycleServerOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public RunWriters Writers { get; }

    public LoggedModels Models { get; }

    public RequestGuard Guard { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Opens the store before the first request: recovery begins, and the experiment that clients take for granted is there.</summary>
    public ValueTask EnsureReadyAsync() => _isReady ? ValueTask.CompletedTask : new ValueTask(OpenAsync());

    private async Task OpenAsync()
    {
        Tracker.EnsureStarted();
        ArtifactTransfer.Sweep(Tracker.Store, Now);
        if (await Tracker.Store.GetExperimentAsync("0").ConfigureAwait(false) is null)
        {
            try
            {
                await Tracker.Store.CreateExperimentAsync("Default").ConfigureAwait(false);
            }
            catch (LifecycleConflictException)
            {
                // Another request, or another server, was faster.
            }
        }

        _isReady = true;
    }
}
