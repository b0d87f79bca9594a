using System.Runtime.InteropServices;
using Lifecycle.Sdk.Storage;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>Makes and reads segment files.</summary>
internal static class SegmentFile
{
    public const long MinLength = 256 << 10;
    public const long MaxLength = 16 << 20;

    // What must stay free beside a mapped segment where the file system copies on write.
    private const long Headroom = 256 << 20;

    /// <summary>Makes a segment whose blocks are on the disk.</summary>
    /// <param name="path">Where; there is no file yet.</param>
    /// <param name="length">How long, in bytes.</param>
    /// <param name="trust">What the file system can do.</param>
    /// <param name="touch">Whether to take the first write fault of every page here, where there is time, rather than on the thread that logs.</param>
    /// <exception cref="IOException">The disk is full or ill; nothing is left behind.</exception>
    public static Segment Create(string path, long length, FileSystemTrust trust, bool touch)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            PreallocationSize = length,
            BufferSize = 0,
        };
        try
        {
            // The stream is only the way to preallocate; the segment keeps a handle of its own.
            using (var stream = new FileStream(path, options))
            {
                stream.SetLength(length);
                if (trust != FileSystemTrust.Allocates) WriteZeros(stream, length);
            }

            return Open(path, length, trust, touch);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            TryDelete(path);
            throw;
        }
    }

    /// <summary>Reads as many whole cells as the file has.</summary>
    public static int Fill(SafeFileHandle file, long position, Span<PointCell> cells)
    {
        var bytes = MemoryMarshal.AsBytes(cells);
        var read = 0;
        while (read < bytes.Length)
        {
            var count = RandomAccess.Read(file, bytes[read..], position + read);
            if (count == 0) break;
            read += count;
        }

        return read / PointCell.Bytes;
    }

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (DiskFailure.Is(e))
        {
            // Left over: goes with the journal's folder.
        }
    }

    private static Segment Open(string path, long length, FileSystemTrust trust, bool touch)
    {
        var chunks = (int)(length / ChunkId.Bytes);
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            if (trust == FileSystemTrust.Remote || (trust == FileSystemTrust.Copies && !HasHeadroom(path, length)))
                return new PositionedSegment(path, file, chunks);
            var segment = new MappedSegment(path, file, chunks);
            if (touch) segment.Touch();
            return segment;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Where a page is copied when it is written again, no allocation lasts; a full disk would then be a signal that kills the process.
    private static bool HasHeadroom(string path, long length)
    {
        var free = new DriveInfo(System.IO.Path.GetDirectoryName(path)!).AvailableFreeSpace;
        return free > length + Headroom;
    }

    private static void WriteZeros(FileStream stream, long length)
    {
        var zeros = new byte[(int)Math.Min(length, 1 << 20)];
        for (var written = 0L; written < length; written += zeros.Length)
            stream.Write(zeros, 0, (int)Math.Min(zeros.Length, length - written));
        stream.Flush();
    }
}
