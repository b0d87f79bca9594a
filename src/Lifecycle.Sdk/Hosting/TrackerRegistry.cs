using System.Collections.Concurrent;

namespace Lifecycle.Sdk.Hosting;

/// <summary>What a caller of <c>AddLifecycle</c> wants of the tracker with a key.</summary>
internal sealed record TrackerConfiguration(string? Key, Action<TrackerBuilder> Configure);

/// <summary>The trackers that a container has made so far: a tracker that nobody asked for is not made only to be drained.</summary>
internal sealed class TrackerRegistry
{
    private readonly ConcurrentBag<Tracker> _trackers = [];

    public IEnumerable<Tracker> Trackers => _trackers;

    public void Add(Tracker tracker) => _trackers.Add(tracker);
}
