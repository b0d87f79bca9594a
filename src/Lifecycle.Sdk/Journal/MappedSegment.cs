using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>A segment whose file is mapped: a point is a few stores, which survive the death of the process in the page cache.</summary>
internal sealed unsafe class MappedSegment : Segment
{
    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _base;

    /// <summary>Maps a file that has its full length on the disk already: a mapping never grows one.</summary>
    public MappedSegment(string path, SafeFileHandle file, int chunks) : base(path, chunks)
    {
        _file = file;
        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        try
        {
            _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.ReadWrite);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
            _base += _view.PointerOffset;
        }
        catch
        {
            _map.Dispose();
            throw;
        }
    }

    public PointCell* CellsOf(int chunk) => (PointCell*)(_base + (long)chunk * ChunkId.Bytes);

    /// <summary>Takes the first write fault of every page here rather than on the logging thread.</summary>
    public void Touch()
    {
        for (var chunk = 0; chunk < Chunks; chunk++) Volatile.Write(ref CellsOf(chunk)->Head, 0);
    }

    public override ReadOnlySpan<PointCell> Read(int chunk, int from, Span<PointCell> scratch) =>
        new(CellsOf(chunk) + from, ChunkId.Cells - from);

    public override void Sync()
    {
        _view.Flush();
        RandomAccess.FlushToDisk(_file);
    }

    public override void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
        _file.Dispose();
    }
}
