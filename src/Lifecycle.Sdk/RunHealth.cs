using Lifecycle.Sdk.Journal;

namespace Lifecycle.Sdk;

/// <summary>How the tracking of a run is doing. Tracking never throws into a training loop; this is where it says what went wrong.</summary>
public sealed record RunHealth
{
    /// <summary>Points that the journal has accepted.</summary>
    public required long PointsLogged { get; init; }

    /// <summary>Points that were dropped because the journal was full; see <see cref="JournalFullPolicy.Drop"/>.</summary>
    public required long PointsDropped { get; init; }

    /// <summary>Points and facts that were refused because the run had ended.</summary>
    public required long Refused { get; init; }

    /// <summary>The last failure of journal or store, in words; null if there was none.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Whether nothing was dropped and nothing has failed.</summary>
    public bool IsHealthy => PointsDropped == 0 && LastFailure is null;

    internal static RunHealth From(JournalHealth journal) => new()
    {
        PointsLogged = journal.Logged,
        PointsDropped = journal.Dropped,
        Refused = journal.Refused,
        LastFailure = journal.LastFailure,
    };
}
