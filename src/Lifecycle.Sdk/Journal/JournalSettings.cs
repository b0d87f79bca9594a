namespace Lifecycle.Sdk.Journal;

/// <summary>How a tracker keeps its journals. Valid when made with a directory.</summary>
internal sealed record JournalSettings
{
    /// <summary>The folder of all journals of a store, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>How much disk the open journals of one tracker may take in all.</summary>
    public long MaxBytes { get; init; } = 8L << 30;

    /// <summary>What logging does when <see cref="MaxBytes"/> is reached or the disk is full.</summary>
    public JournalFullPolicy FullPolicy { get; init; }

    public JournalWrites Writes { get; init; }

    /// <summary>How long a point may wait before the pump takes it to the store; many points are taken earlier.</summary>
    public TimeSpan DrainInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a silent run tells the store that it is alive.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long <see cref="JournalPump.DisposeAsync"/> may take; what is left then stays in the journals.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether journals of dead processes are delivered when the tracker starts.</summary>
    public bool RecoverOrphans { get; init; } = true;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
