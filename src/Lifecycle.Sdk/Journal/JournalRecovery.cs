using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Journal;

/// <summary>Finds journals of dead writers and takes them over; removes folders.</summary>
internal sealed class JournalRecovery(JournalSettings settings, ILogger logger)
{
    private static readonly TimeSpan LeastSilence = TimeSpan.FromMinutes(2);

    private readonly Lazy<bool> _isRemote = new(() => FileSystems.Look(settings.Directory) == FileSystemTrust.Remote);

    /// <summary>The folders that may be journals of dead writers.</summary>
    /// <param name="isOwn">Whether a folder is this tracker's own.</param>
    public IEnumerable<string> Find(Predicate<string> isOwn) =>
        Directory.Exists(settings.Directory)
            ? Directory.EnumerateDirectories(settings.Directory).Where(folder => !isOwn(folder)).Order(StringComparer.Ordinal)
            : [];

    /// <summary>Takes a journal if its owner is dead and there is something in it. Several trackers may do so at once: the lock decides.</summary>
    public OrphanJournal? Take(string folder)
    {
        if (!JournalFolder.TryParse(folder, out var run, out var writer)) return null;
        var orphan = new OrphanJournal(folder, run, writer);
        return TryOpen(orphan) ? orphan : null;
    }

    /// <summary>Opens a dead writer's journal, for the first time or after it was closed.</summary>
    /// <returns>False if somebody else has it, or there is nothing to do with it.</returns>
    public bool TryOpen(OrphanJournal orphan)
    {
        var now = settings.TimeProvider.GetUtcNow();
        var silence = settings.HeartbeatInterval * 5;
        if (silence < LeastSilence) silence = LeastSilence;
        if (OwnerLock.TryTake(orphan.Folder, _isRemote.Value ? now - silence : null, now) is not { } owner) return false;
        try
        {
            File.WriteAllBytes(JournalFolder.RecoveringPath(orphan.Folder), []);
            orphan.Open(owner);
            if (orphan.NewerVersion is { } version)
            {
                logger.NewerFormat(orphan.Folder, version);
                LetGo(orphan, owner);
                return false;
            }

            if (orphan.FactsLength > 0 || orphan.Segments.Count > 0) return true;
            orphan.Dispose();
            Delete(orphan.Folder, owner, logger);
            return false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            logger.RecoveryFailed(orphan.Folder, e.Message);
            LetGo(orphan, owner);
            return false;
        }
    }

    /// <summary>Whether a writer other than the dead one logs to its run.</summary>
    /// <param name="dead">The dead writer's journal.</param>
    /// <param name="isLiveOwn">Whether a folder is a live journal of this tracker; null if it is not this tracker's.</param>
    public bool HasLiveWriter(JournalSource dead, Func<string, bool?> isLiveOwn)
    {
        foreach (var folder in Directory.EnumerateDirectories(settings.Directory, dead.Run + "-*"))
        {
            if (folder == dead.Folder || !JournalFolder.TryParse(folder, out var run, out _) || run != dead.Run) continue;
            if (isLiveOwn(folder) ?? (!File.Exists(JournalFolder.RecoveringPath(folder)) && OwnerLock.IsHeld(folder))) return true;
        }

        return false;
    }

    /// <summary>Deletes a delivered segment of a dead writer.</summary>
    public static void Sweep(Segment segment)
    {
        segment.Dispose();
        SegmentFile.TryDelete(segment.Path);
    }

    /// <summary>
    /// Removes a delivered journal. The facts go after the points, which would have no names without them; the owner's file goes last,
    /// so that no other tracker sees a folder without an owner.
    /// </summary>
    public static void Delete(string folder, OwnerLock owner, ILogger logger)
    {
        try
        {
            foreach (var number in JournalFolder.SegmentNumbers(folder)) File.Delete(JournalFolder.SegmentPath(folder, number));
            if (Directory.Exists(JournalFolder.StagingPath(folder))) Directory.Delete(JournalFolder.StagingPath(folder), recursive: true);
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                if (file != JournalFolder.OwnerPath(folder)) File.Delete(file);
            }

            // The lock is held until the folder is gone: who stands between making the file and locking it must not get it. Windows locks in one step, and deletes no open file.
            if (OperatingSystem.IsWindows()) owner.Dispose();
            File.Delete(JournalFolder.OwnerPath(folder));

            // Not what is in it: a writer that has made the folder its own meanwhile keeps it.
            Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another tracker that sees a folder without facts removes it.
            if (Directory.Exists(folder)) logger.FolderStays(folder, e.Message);
        }
        finally
        {
            owner.Dispose();
        }
    }

    private static void LetGo(OrphanJournal orphan, OwnerLock owner)
    {
        SegmentFile.TryDelete(JournalFolder.RecoveringPath(orphan.Folder));
        orphan.Close();
        owner.Dispose();
    }
}
