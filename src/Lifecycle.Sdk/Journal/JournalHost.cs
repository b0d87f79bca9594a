using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Journal;

/// <summary>What the journals of a tracker share.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Logger">Where troubles go.</param>
/// <param name="Wake">Makes the pump look.</param>
/// <param name="DropSpares">Deletes the spare segments of all journals when space is short; false if there was none. Not to be called in a journal's lock.</param>
internal sealed record JournalHost(JournalSettings Settings, ILogger Logger, Action Wake, Func<bool> DropSpares)
{
    private readonly Lazy<FileSystemTrust> _trust = new(
        () => Wanted(Settings.Writes, FileSystems.Look(Settings.Directory)));

    public JournalSpace Space { get; } = new(Settings.MaxBytes);

    /// <summary>Makes segments ahead of need.</summary>
    public WorkerThread Preparer { get; } = new("Lifecycle journal preparer", Logger.PumpError);

    /// <summary>Deletes delivered segments: tens of milliseconds that neither the preparer nor the pump should spend.</summary>
    public WorkerThread Sweeper { get; } = new("Lifecycle journal sweeper", Logger.PumpError);

    /// <summary>How segments are written. The directory exists.</summary>
    public FileSystemTrust Trust => _trust.Value;

    /// <summary>How segments are written, after the user's wish.</summary>
    public static FileSystemTrust Wanted(JournalWrites writes, FileSystemTrust found) => writes switch
    {
        JournalWrites.Positioned => FileSystemTrust.Remote,
        JournalWrites.MemoryMapped when found == FileSystemTrust.Remote => FileSystemTrust.Copies,
        _ => found,
    };
}
