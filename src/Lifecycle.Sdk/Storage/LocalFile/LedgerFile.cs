namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// A ledger as text files, one entry a line, in parts that are each named by the number of entries before them, so that neither reading nor appending ever holds more
/// than one part in memory. All lines of an append but its last end with a tab: an append is there when its last line is. What follows is one that a crash cut off,
/// which readers ignore and the next append removes.
/// </summary>
/// <param name="layout">Where the parts are.</param>
/// <param name="files">Writes them.</param>
/// <param name="ledger">Which ledger.</param>
/// <param name="partBytes">A part of at least so many bytes gets no further append.</param>
internal sealed class LedgerFile(StoreLayout layout, StoreFiles files, StoreLedger ledger, int partBytes = LedgerFile.DefaultPartBytes)
{
    public const int DefaultPartBytes = 4 << 20;
    private readonly Lock _gate = new();
    private LedgerPosition _end;

    /// <summary>Appends entries if there are as many as expected. Between processes the lock file keeps order.</summary>
    public async ValueTask<bool> AppendAsync(long expectedCount, IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellationToken)
    {
        files.CreateDirectory(layout.LedgerFolder(ledger));
        using var own = await FileLock.AcquireAsync(layout.LedgerLock(ledger), cancellationToken).ConfigureAwait(false);
        var at = FindEnd(cancellationToken);
        if (at.Count != expectedCount) return false;
        var lines = Lines(entries);
        while (true)
        {
            var path = layout.LedgerPart(ledger, at.Part);
            using var file = files.OpenAppend(path, create: !File.Exists(path));
            if (RandomAccess.GetLength(file) > at.Offset) files.Truncate(file, path, at.Offset);
            if (at.Offset < partBytes)
            {
                files.Append(file, path, lines, at.Offset);
                Remember(new LedgerPosition(at.Part, at.Count + entries.Count, at.Offset + lines.Length));
                return true;
            }

            at = new LedgerPosition(at.Count, at.Count, 0);
        }
    }

    /// <summary>
    /// Where to read what there is from a number on: in each part from a position whose number is not greater. All parts but the last are complete, as the next one is
    /// begun after their last append; so what is read from these positions has no gap, however the ledger grows meanwhile.
    /// </summary>
    public List<LedgerPosition> PositionsFrom(long from)
    {
        var parts = Parts();
        if (Known() is { } end && end.Count <= from) return [end, .. parts.Where(part => part > end.Part).Select(Beginning)];
        return [.. parts.Where((_, i) => i + 1 == parts.Count || parts[i + 1] > from).Select(Beginning)];
    }

    /// <summary>Reads a part from a position to its end as it is now.</summary>
    public List<ReadOnlyMemory<byte>> Read(LedgerPosition at, CancellationToken cancellationToken)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        Remember(Scan(at, entries, out _, cancellationToken));
        return entries;
    }

    /// <summary>Reads the last part, and the one before if a crash has left the last one empty.</summary>
    public LedgerEnd ReadEnd(CancellationToken cancellationToken)
    {
        long? count = null;
        foreach (var part in Enumerable.Reverse(Parts()))
        {
            var entries = new List<ReadOnlyMemory<byte>>();
            var at = Scan(Beginning(part), entries, out _, cancellationToken);
            count ??= at.Count;
            if (entries.Count > 0) return new LedgerEnd(count.Value, entries[^1].ToArray());
        }

        return new LedgerEnd(count ?? 0, default);
    }

    /// <summary>Looks whether the parts follow each other; what entries say is for those who chained them.</summary>
    public IEnumerable<StoreFinding> Verify(CancellationToken cancellationToken)
    {
        var parts = Parts();
        for (var i = 0; i < parts.Count; i++)
        {
            var location = Path.GetRelativePath(layout.Root, layout.LedgerPart(ledger, parts[i]));
            if (i == 0 && parts[i] != 0) yield return new(FindingSeverity.Damage, location, 0, 0, null, $"The {parts[i]} entries before this part are gone.");
            var entries = new List<ReadOnlyMemory<byte>>();
            var at = Scan(Beginning(parts[i]), entries, out var rest, cancellationToken);
            var (isLast, zeros) = (i + 1 == parts.Count, entries.Count(entry => entry.Span.Contains((byte)0)));
            if (zeros > 0) yield return new(FindingSeverity.Damage, location, 0, at.Offset, null, $"{zeros} entries hold zero bytes, which were not written there.");
            if (rest > 0 && isLast) yield return new(FindingSeverity.Information, location, at.Offset, rest, null, "The unfinished end of an append. The next append cuts it off.");
            else if (rest > 0) yield return new(FindingSeverity.Damage, location, at.Offset, rest, null, "What follows the last entry can't be read.");
            if (!isLast && at.Count != parts[i + 1])
                yield return new(FindingSeverity.Damage, location, 0, at.Offset, null, $"The part ends after entry {at.Count}, and the next one begins after entry {parts[i + 1]}.");
        }
    }

    private static LedgerPosition Beginning(long part) => new(part, part, 0);

    private static byte[] Lines(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var lines = new byte[entries.Sum(entry => entry.Length + 2) - 1];
        var rest = lines.AsSpan();
        for (var i = 0; i < entries.Count; i++)
        {
            entries[i].Span.CopyTo(rest);
            rest = rest[entries[i].Length..];
            if (i + 1 < entries.Count)
            {
                rest[0] = (byte)'\t';
                rest = rest[1..];
            }

            rest[0] = (byte)'\n';
            rest = rest[1..];
        }

        return lines;
    }

    /// <summary>From the end that this process knows on: what other processes have appended since, also in further parts.</summary>
    private LedgerPosition FindEnd(CancellationToken cancellationToken)
    {
        var at = Known() ?? Beginning(Parts().LastOrDefault());
        while (true)
        {
            at = Scan(at, null, out _, cancellationToken);
            if (at.Count == at.Part || !File.Exists(layout.LedgerPart(ledger, at.Count))) return at;
            at = Beginning(at.Count);
        }
    }

    /// <summary>Goes over the appends behind a position to the end of the part.</summary>
    /// <param name="at">The position.</param>
    /// <param name="entries">Gets the entries.</param>
    /// <param name="rest">How many bytes are left that are no whole append.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private LedgerPosition Scan(LedgerPosition at, List<ReadOnlyMemory<byte>>? entries, out int rest, CancellationToken cancellationToken)
    {
        rest = 0;
        var path = layout.LedgerPart(ledger, at.Part);
        if (!File.Exists(path)) return at;
        using var file = StoreFiles.OpenRead(path);
        var bytes = new byte[Math.Max(0, RandomAccess.GetLength(file) - at.Offset)];
        var text = bytes.AsMemory(0, StoreFiles.ReadFully(file, bytes, at.Offset));
        while (LengthOfAppend(text.Span, out var count) is > 0 and var length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entries is not null) Split(text[..length], entries);
            at = new LedgerPosition(at.Part, at.Count + count, at.Offset + length);
            text = text[length..];
        }

        rest = text.Length;
        return at;
    }

    /// <summary>
    /// The length of the first append; 0 if it never finished. After power loss the last one may have its length but not all of its pages, which are zeros then, be it in
    /// the place of a tab. Entries hold no zero byte, so this can't be one; anywhere but at the end it is damage, which the chain of hashes shows.
    /// </summary>
    private static int LengthOfAppend(ReadOnlySpan<byte> text, out int count)
    {
        var length = count = 0;
        while (text[length..].IndexOf((byte)'\n') is >= 0 and var line)
        {
            length += line + 1;
            count++;
            if (line > 0 && text[length - 2] is (byte)'\t' or 0) continue;
            return length == text.Length && text.Contains((byte)0) ? 0 : length;
        }

        return 0;
    }

    private static void Split(ReadOnlyMemory<byte> append, List<ReadOnlyMemory<byte>> entries)
    {
        while (append.Span.IndexOf((byte)'\n') is >= 0 and var length)
        {
            entries.Add(length > 0 && append.Span[length - 1] == (byte)'\t' ? append[..(length - 1)] : append[..length]);
            append = append[(length + 1)..];
        }
    }

    /// <summary>The parts by the number of entries before each, in order.</summary>
    private List<long> Parts()
    {
        var folder = layout.LedgerFolder(ledger);
        return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Select(path => StoreLayout.FindLedgerPart(Path.GetFileName(path))).OfType<long>().Order()] : [];
    }

    /// <summary>The end that was last seen, if its part still reaches it.</summary>
    private LedgerPosition? Known()
    {
        LedgerPosition end;
        lock (_gate) end = _end;
        var part = new FileInfo(layout.LedgerPart(ledger, end.Part));
        return end.Count > 0 && part.Exists && part.Length >= end.Offset ? end : null;
    }

    private void Remember(LedgerPosition end)
    {
        lock (_gate)
        {
            if (end.Count > _end.Count) _end = end;
        }
    }
}

/// <summary>Behind so many entries the part that begins behind so many goes on at this offset.</summary>
internal readonly record struct LedgerPosition(long Part, long Count, long Offset);
