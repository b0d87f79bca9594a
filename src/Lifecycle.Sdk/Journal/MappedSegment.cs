using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>A segment whose file is mapped: a point is a few stores, which survive the death of the process in the page cache.</summary>
internal sealed unsafe partial class MappedSegment : Segment
{
    // MADV_POPULATE_WRITE, since Linux 5.14.
    private const int PopulateWrite = 23;

    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _base;

    // Of a reused file: which chunks have been wiped. Others hold cells of an earlier segment, which the pump must not take for damage.
    private readonly bool[]? _begun;

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

    private MappedSegment(MappedSegment delivered) : base(delivered.Path, delivered.Chunks)
    {
        (_file, _map, _view) = (delivered._file, delivered._map, delivered._view);
        _base = delivered._base;
        _begun = new bool[Chunks];
    }

    /// <summary>
    /// Hands file and mapping over to a segment yet to be filled. A new object, so that a thread that still looks at this one finds it used up for ever.
    /// </summary>
    public MappedSegment Reuse() => new(this);

    /// <summary>
    /// The cells of a chunk that was handed out to the caller, all empty. What a reused file held there is wiped only now: the cells are about to be written,
    /// so that wiping brings them into the cache and costs next to nothing.
    /// </summary>
    public PointCell* Begin(int chunk)
    {
        var cells = CellsOf(chunk);
        if (_begun is not null)
        {
            NativeMemory.Clear(cells, ChunkId.Bytes);
            Volatile.Write(ref _begun[chunk], true);
        }

        return cells;
    }

    private PointCell* CellsOf(int chunk) => (PointCell*)(_base + (long)chunk * ChunkId.Bytes);

    /// <summary>Takes the first write fault of every page here rather than on the logging thread.</summary>
    public void Touch()
    {
        // All at once where the kernel can: a fault for each page costs several times as much. It refuses where it can't, and then the loop does it.
        if (OperatingSystem.IsLinux()) _ = Advise(_base, (nuint)Length, PopulateWrite);
        for (var chunk = 0; chunk < Chunks; chunk++) Volatile.Write(ref CellsOf(chunk)->Head, 0);
    }

    public override ReadOnlySpan<PointCell> Read(int chunk, int from, Span<PointCell> scratch) =>
        _begun is null || Volatile.Read(ref _begun[chunk]) ? new(CellsOf(chunk) + from, ChunkId.Cells - from) : [];

    public override void Sync()
    {
        _view.Flush();
        RandomAccess.FlushToDisk(_file);
    }

    public override void Dispose()
    {
        // The handle before the view, which would write every page to the disk first: a segment that goes is delivered, and deleted next.
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.SafeMemoryMappedViewHandle.Dispose();
        _view.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* start, nuint length, int advice);
}
