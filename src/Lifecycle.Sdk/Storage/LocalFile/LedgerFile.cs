using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// The ledger as a text file, one entry a line. An entry is there when its line feed is: what follows the last one is an append that a crash cut off,
/// which readers ignore and the next append removes.
/// </summary>
internal sealed class LedgerFile(StoreLayout layout, StoreFiles files)
{
    private readonly Lock _gate = new();
    private LedgerPosition _end;

    /// <summary>Appends an entry if there are as many as expected. Between processes the lock file keeps order.</summary>
    public async ValueTask<bool> AppendAsync(long expectedCount, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken)
    {
        files.CreateDirectory(layout.Registry);
        using var own = await FileLock.AcquireAsync(layout.LedgerLock, cancellationToken).ConfigureAwait(false);
        using var file = files.OpenAppend(layout.Ledger, create: !File.Exists(layout.Ledger));
        var end = Scan(file, Nearest(file, long.MaxValue), null, cancellationToken);
        if (end.Count != expectedCount) return false;
        if (RandomAccess.GetLength(file) > end.Offset) files.Truncate(file, layout.Ledger, end.Offset);
        var line = new byte[entry.Length + 1];
        entry.CopyTo(line);
        line[^1] = (byte)'\n';
        files.Append(file, layout.Ledger, line, end.Offset);
        Remember(new LedgerPosition(end.Count + 1, end.Offset + line.Length));
        return true;
    }

    /// <summary>Reads the entries from a number on, up to the end as it is now.</summary>
    public List<ReadOnlyMemory<byte>> Read(long from, CancellationToken cancellationToken)
    {
        if (!File.Exists(layout.Ledger)) return [];
        using var file = StoreFiles.OpenRead(layout.Ledger);
        var start = Nearest(file, from);
        var entries = new List<ReadOnlyMemory<byte>>();
        Scan(file, start, entries, cancellationToken);
        return from <= start.Count ? entries : [.. entries.Skip((int)Math.Min(from - start.Count, int.MaxValue))];
    }

    /// <summary>Goes over the lines behind a position, and remembers where the last whole one ends.</summary>
    private LedgerPosition Scan(SafeFileHandle file, LedgerPosition at, List<ReadOnlyMemory<byte>>? lines, CancellationToken cancellationToken)
    {
        var bytes = new byte[RandomAccess.GetLength(file) - at.Offset];
        var rest = bytes.AsMemory(0, StoreFiles.ReadFully(file, bytes, at.Offset));
        while (rest.Span.IndexOf((byte)'\n') is >= 0 and var length && !IsTornEnd(rest.Span, length))
        {
            cancellationToken.ThrowIfCancellationRequested();
            lines?.Add(rest[..length]);
            at = new LedgerPosition(at.Count + 1, at.Offset + length + 1);
            rest = rest[(length + 1)..];
        }

        Remember(at);
        return at;
    }

    /// <summary>
    /// After power loss the last line may have its length but not all of its pages, which are zeros then. Entries hold no zero byte, so this can't be one;
    /// anywhere but at the end it is damage, which the chain of hashes shows.
    /// </summary>
    private static bool IsTornEnd(ReadOnlySpan<byte> rest, int length) => length + 1 == rest.Length && rest[..length].Contains((byte)0);

    /// <summary>The known end if it is not behind what is asked for and the file still reaches it; else the beginning.</summary>
    private LedgerPosition Nearest(SafeFileHandle file, long from)
    {
        lock (_gate) return _end.Count <= from && _end.Offset <= RandomAccess.GetLength(file) ? _end : default;
    }

    private void Remember(LedgerPosition end)
    {
        lock (_gate)
        {
            if (end.Count > _end.Count) _end = end;
        }
    }

    /// <summary>Behind so many entries the file goes on at this offset.</summary>
    private readonly record struct LedgerPosition(long Count, long Offset);
}
