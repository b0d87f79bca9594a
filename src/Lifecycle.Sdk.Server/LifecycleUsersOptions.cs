namespace Lifecycle.Sdk;

/// <summary>Where a server's users stand, and how long a checked secret is remembered.</summary>
public sealed class LifecycleUsersOptions
{
    private static readonly TimeSpan LongestMemory = TimeSpan.FromHours(1);

    /// <summary>The JSON file with the users. It is read again within seconds of a change; a version that can't be read leaves the one before in force.</summary>
    /// <value>Empty as it is made; it must be set.</value>
    public string Path { get; set; } = "";

    /// <summary>How long a secret that was right is taken for right without the costly check. A change of the file ends it at once.</summary>
    /// <value>5 minutes; zero to 1 hour.</value>
    public TimeSpan RememberFor { get; set; } = TimeSpan.FromMinutes(5);

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path)) throw new ArgumentException($"{nameof(Path)} is empty: it must name the file with the users.");
        if (RememberFor < TimeSpan.Zero || RememberFor > LongestMemory) throw new ArgumentException($"{nameof(RememberFor)} is {RememberFor:c}: it must be zero to 1 hour.");
    }
}
