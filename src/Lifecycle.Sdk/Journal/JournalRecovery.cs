using Lifecycle.Sdk.Storage;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Sdk.Journal;

/// <summary>Finds journals of dead writers and takes them over; removes folders.</summary>
internal sealed class JournalRecovery(JournalSettings settings, ILogger logger)
{
    private static readonly TimeSpan LeastSilence = TimeSpan.FromMinutes(2);

    /// <summary>Takes every journal whose owner is dead. Several trackers may do so at once: the lock decides.</summary>
    /// <param name="isOwn">Whether a folder is this tracker's own.</param>
    public List<OrphanJournal> Take(Predicate<string> isOwn)
    {
        var orphans = new List<OrphanJournal>();
        if (!Directory.Exists(settings.Directory)) return orphans;
        var now = settings.TimeProvider.GetUtcNow();
        var silence = settings.HeartbeatInterval * 5;
        if (silence < LeastSilence) silence = LeastSilence;
        DateTimeOffset? silentSince = FileSystems.Look(settings.Directory) == FileSystemTrust.Remote ? now - silence : null;
        foreach (var folder in Directory.EnumerateDirectories(settings.Directory).Order(StringComparer.Ordinal))
        {
            if (!isOwn(folder) && TakeOne(folder, silentSince, now) is { } orphan) orphans.Add(orphan);
        }

        return orphans;
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

            owner.Dispose();
            Directory.Delete(folder, recursive: true);
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

    private OrphanJournal? TakeOne(string folder, DateTimeOffset? silentSince, DateTimeOffset now)
    {
        if (!JournalFolder.TryParse(folder, out var run, out var writer)) return null;
        if (OwnerLock.TryTake(folder, silentSince, now) is not { } owner) return null;
        OrphanJournal? orphan = null;
        try
        {
            File.WriteAllBytes(JournalFolder.RecoveringPath(folder), []);
            orphan = OrphanJournal.Open(folder, run, writer, owner);
            if (orphan.NewerVersion is { } version)
            {
                logger.NewerFormat(folder, version);
                LetGo(orphan, owner, folder);
                return null;
            }

            if (orphan.FactsLength > 0 || orphan.Segments.Count > 0) return orphan;
            orphan.Dispose();
            Delete(folder, owner, logger);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            logger.RecoveryFailed(folder, e.Message);
            LetGo(orphan, owner, folder);
            return null;
        }
    }

    private static void LetGo(OrphanJournal? orphan, OwnerLock owner, string folder)
    {
        orphan?.Dispose();
        SegmentFile.TryDelete(JournalFolder.RecoveringPath(folder));
        owner.Dispose();
    }
}
