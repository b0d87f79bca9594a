using Lifecycle.Sdk.Tests.Support;

namespace Lifecycle.Sdk.Tests.Tracking;

/// <summary>A store of each local provider in a folder of its own, and trackers on it that capture nothing unless asked to.</summary>
internal sealed class TrackerLab(string provider) : IDisposable
{
    private readonly TempFolder _folder = new();

    public static CaptureOptions Nothing => new() { Git = false, Program = false, Machine = false, User = false };

    public string Address => _folder[provider == "sqlite" ? "lifecycle.db" : "runs"];

    public string this[string name] => _folder[name];

    public Tracker Open(Action<TrackerBuilder>? configure = null) => Open(Address, configure);

    public static Tracker Open(string address, Action<TrackerBuilder>? configure = null)
    {
        var builder = Tracker.CreateBuilder().UseStore(address);
        builder.Options.Capture = Nothing;
        configure?.Invoke(builder);
        return builder.Build();
    }

    public void Dispose() => _folder.Dispose();
}
