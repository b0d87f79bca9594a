using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>
/// The append-only file of a writer's facts. A record that has been written survives the death of the process. When the disk refuses one,
/// it and those after it wait in memory, in order, for the disk to recover.
/// </summary>
internal sealed class FactLog : IDisposable
{
    /// <summary>The version of the journal format that this code writes; it reads this and older ones.</summary>
    public const byte Version = 1;

    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _waiting = new();
    private readonly SafeFileHandle _file;
    private long _length;

    public FactLog(string path) =>
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    public SafeFileHandle Handle => _file;

    /// <summary>How far the file holds whole records.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Whether records wait for the disk.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_lock) return _waiting.Count > 0;
        }
    }

    /// <summary>Appends a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="canWait">Whether it waits in memory if the disk refuses it; else it is dropped.</param>
    /// <returns>Null when it is written; else what the disk said.</returns>
    public Exception? Append(byte[] record, bool canWait = true)
    {
        lock (_lock)
        {
            if (!canWait) return WriteWaiting() ?? Write(record);
            _waiting.Enqueue(record);
            return WriteWaiting();
        }
    }

    /// <summary>Tries again to write what waits.</summary>
    public Exception? Retry()
    {
        lock (_lock) return WriteWaiting();
    }

    public void Sync() => RandomAccess.FlushToDisk(_file);

    public void Dispose() => _file.Dispose();

    private Exception? WriteWaiting()
    {
        while (_waiting.TryPeek(out var record))
        {
            if (Write(record) is { } failure) return failure;
            _waiting.Dequeue();
        }

        return null;
    }

    private Exception? Write(byte[] record)
    {
        try
        {
            // A write that fails half-way is overwritten by the next one: the length moves only after a whole record.
            RandomAccess.Write(_file, record, _length);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            return e;
        }

        Volatile.Write(ref _length, _length + record.Length);
        return null;
    }
}
