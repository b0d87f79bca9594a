using Microsoft.Extensions.Hosting;

namespace Lifecycle.Sdk.Hosting;

/// <summary>
/// Drains the trackers when the host has stopped its services, so that what they logged while stopping is included, and before the container disposes
/// anything. Each tracker has its shutdown time-out; the host's own still holds above it.
/// </summary>
internal sealed class LifecycleHostedService(TrackerRegistry registry) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(registry.Trackers.Select(tracker => tracker.DrainAsync(cancellationToken)));
}
