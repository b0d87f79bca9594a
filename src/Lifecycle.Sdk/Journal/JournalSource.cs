using Lifecycle.Sdk.Storage;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>What the pump reads: the journal of a writer of this process, or of one that died.</summary>
internal abstract class JournalSource(string folder, RunId run, WriterId writer) : IDisposable
{
    /// <summary>Stands for the last attempt that the store knows of when the writer's first batch is cut, and from then on for that one.</summary>
    public const long UnknownAttempt = -1;

    public string Folder { get; } = folder;

    public RunId Run { get; } = run;

    public WriterId Writer { get; } = writer;

    /// <summary>What seeds every check of this writer.</summary>
    public uint Seed { get; } = JournalFolder.SeedOf(writer);

    public SeriesTable Series { get; } = new();

    /// <summary>The attempt that the points belong to; <see cref="UnknownAttempt"/> until the store has been asked.</summary>
    public long Attempt { get; protected set; }

    /// <summary>Held for as long as this process is the journal's owner; null when it is not.</summary>
    public abstract OwnerLock? Owner { get; }

    /// <summary>The fact log; null if there is none.</summary>
    public abstract SafeFileHandle? FactsFile { get; }

    public abstract long FactsLength { get; }

    /// <summary>Why facts wait in memory, where nobody can deliver them from; null if none do.</summary>
    public virtual string? FactFailure => null;

    /// <summary>Whether nothing can be added any more.</summary>
    public abstract bool IsEnded { get; }

    /// <summary>The first chunk that has not been handed out.</summary>
    public abstract ChunkId Watermark { get; }

    /// <summary>The segments by number, as they are now.</summary>
    public abstract IReadOnlyList<Segment> Segments { get; }

    /// <summary>Takes the attempt that the store was asked for.</summary>
    public virtual void TakeAttempt(long attempt) => Attempt = attempt;

    /// <summary>Whether nobody writes to a chunk any more, though it need not be full.</summary>
    public abstract bool IsClosed(ChunkId chunk);

    /// <summary>Gives segments up that have been delivered, and returns them for deletion.</summary>
    public abstract IReadOnlyList<Segment> Release(Predicate<Segment> delivered);

    /// <summary>Closes all files but the owner's lock. The pump does it when nobody logs any more.</summary>
    public abstract void Dispose();
}
