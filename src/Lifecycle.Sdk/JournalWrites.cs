namespace Lifecycle.Sdk;

/// <summary>How points get into the journal on the local disk. The files are the same either way.</summary>
public enum JournalWrites
{
    /// <summary>Mapped memory on local file systems, positioned writes on network and user-space ones. The default.</summary>
    Auto = 0,

    /// <summary>Through mapped memory: some nanoseconds a point.</summary>
    MemoryMapped = 1,

    /// <summary>One positioned write a point: about a microsecond, and right on every file system.</summary>
    Positioned = 2,
}
