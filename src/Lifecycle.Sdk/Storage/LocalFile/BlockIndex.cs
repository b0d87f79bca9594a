using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>A block of a series and the attempt that wrote it.</summary>
internal readonly record struct IndexedBlock(BlockEntry Entry, long Attempt);

/// <summary>Which blocks of a run's files belong to which series; a file is scanned again only when it has grown. Not for several threads.</summary>
internal sealed class BlockIndex
{
    private readonly Dictionary<string, FileIndex> _files = new(StringComparer.Ordinal);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _files.Clear();

    /// <summary>The blocks of a series in each file, in the order written.</summary>
    /// <exception cref="FileNotFoundException">A file was sealed since the list was made.</exception>
    public List<(string Path, IReadOnlyList<IndexedBlock> Blocks)> Find(List<FrameFile> files, string key)
    {
        var found = new List<(string, IReadOnlyList<IndexedBlock>)>();
        string? writer = null;
        long last = 0;
        foreach (var file in files)
        {
            if (file.Name.Writer != writer) last = 0;
            writer = file.Name.Writer;
            var index = Get(file, last);
            last = Math.Max(last, index.LastSequence);
            if (index.Series.TryGetValue(key, out var blocks)) found.Add((file.Path, blocks));
        }

        if (_files.Count > files.Count) Prune(files);
        return found;
    }

    private FileIndex Get(FrameFile file, long last)
    {
        var name = file.Name.ToString();
        if (_files.TryGetValue(name, out var known) && known.Length == file.Length && known.Before == last) return known;
        using var handle = StoreFiles.OpenRead(file.Path);
        var index = new FileIndex(file.Length, last, file.Name.Last ?? last);
        foreach (var frame in Frames(handle, file, last)) index.Add(frame);
        return _files[name] = index;
    }

    /// <summary>The frames of a file that count: not those in a sealed file before it, and of a batch delivered again only the last.</summary>
    private static List<Frame> Frames(SafeFileHandle handle, FrameFile file, long last)
    {
        var frames = new List<Frame>();
        var reader = new FrameReader(handle, 0, file.Length);
        while (reader.Next() is { } frame)
        {
            if (!file.Name.IsSealed)
            {
                if (frame.Header.Sequence <= last) continue;
                while (frames.Count > 0 && frames[^1].Header.Sequence >= frame.Header.Sequence) frames.RemoveAt(frames.Count - 1);
            }

            frames.Add(frame);
        }

        return frames;
    }

    private void Prune(List<FrameFile> files)
    {
        var present = files.Select(f => f.Name.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _files.Keys.Where(name => !present.Contains(name)).ToArray()) _files.Remove(name);
    }

    private sealed class FileIndex(long length, long before, long last)
    {
        public long Length { get; } = length;

        public long Before { get; } = before;

        public long LastSequence { get; private set; } = last;

        public Dictionary<string, List<IndexedBlock>> Series { get; } = new(StringComparer.Ordinal);

        public void Add(Frame frame)
        {
            LastSequence = Math.Max(LastSequence, frame.Header.Sequence);
            foreach (var block in frame.Blocks)
            {
                if (!Series.TryGetValue(block.Key, out var blocks)) Series.Add(block.Key, blocks = []);
                blocks.Add(new IndexedBlock(block, frame.Header.Attempt));
            }
        }
    }
}
