using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>Reads one series of a run block by block, from the files as they were when it was opened. Not for several threads.</summary>
internal sealed class PointReader : IDisposable
{
    private readonly List<SafeFileHandle> _open = [];
    private readonly Queue<(BlockEntry Block, long Attempt, long? Limit, SafeFileHandle File)> _blocks = [];
    private readonly PointRange _range;
    private byte[] _buffer = [];

    private PointReader(PointRange range) => _range = range;

    /// <summary>Finds the blocks of a series, writer by writer.</summary>
    public static PointReader Open(RunView view, BlockIndex index, string key, PointRange range)
    {
        const int MaxAttempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            var reader = new PointReader(range);
            try
            {
                var files = RunFiles.List(view.Path) ?? [];
                if (attempt < MaxAttempts && RunFiles.HasGap(files, view.Positions)) continue;
                foreach (var (path, blocks) in index.Find(files, key)) reader.Add(path, blocks, view.State);
                return reader;
            }
            catch (FileNotFoundException) when (attempt < MaxAttempts)
            {
                // The file was sealed between the list and here; the next list has the sealed one.
                reader.Dispose();
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        }
    }

    /// <summary>The next block with at least one point that is wanted; null at the end. Damaged blocks are skipped; verify reports them.</summary>
    public PointBlock? Next()
    {
        while (_blocks.TryDequeue(out var next))
        {
            if (_buffer.Length < next.Block.Length) _buffer = new byte[Math.Max(next.Block.Length, 64 * 1024)];
            var read = StoreFiles.ReadFully(next.File, _buffer.AsSpan(0, next.Block.Length), next.Block.Offset);
            PointBlock block;
            try
            {
                block = PointCodec.Decode(_buffer.AsSpan(0, read), next.Attempt);
            }
            catch (InvalidDataException)
            {
                continue;
            }

            var max = next.Limit is { } limit ? Math.Min(_range.MaxStep, limit - 1) : _range.MaxStep;
            if (PointFilter.Within(block, _range.MinStep, max) is { } wanted) return wanted;
        }

        return null;
    }

    public void Dispose()
    {
        foreach (var file in _open) file.Dispose();
    }

    private void Add(string path, IReadOnlyList<IndexedBlock> blocks, RunState state)
    {
        var handle = StoreFiles.OpenRead(path);
        _open.Add(handle);
        foreach (var (entry, attempt) in blocks)
        {
            var limit = _range.IncludeSuperseded ? null : state.LimitOf(attempt);
            if (entry.MaxStep < _range.MinStep || entry.MinStep > _range.MaxStep || entry.MinStep >= limit) continue;
            _blocks.Enqueue((entry, attempt, limit, handle));
        }
    }
}
