using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// Every change that the store makes to the disk goes through here, so that there is one place for durability, sharing modes and read-only
/// attributes, and so that a test can end the world between any two steps.
/// </summary>
internal sealed class StoreFiles
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Called before each change with its name and path; a test throws from it to play a crash.</summary>
    public Action<string, string>? BeforeChange { get; init; }

    /// <summary>Opens for reading while others append, rename or delete.</summary>
    public static SafeFileHandle OpenRead(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public static byte[] ReadAll(string path)
    {
        using var file = OpenRead(path);
        var bytes = new byte[RandomAccess.GetLength(file)];
        var length = ReadFully(file, bytes, 0);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    public static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(file, buffer[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    public void CreateDirectory(string path) => NativeFiles.CreateDirectory(path, made => BeforeChange?.Invoke("mkdir", made));

    /// <summary>Replaces a file's content so that a reader, and a crash at any moment, sees the old or the new content whole.</summary>
    public void WriteAtomically(string path, ReadOnlySpan<byte> content)
    {
        var temporary = TemporaryName(path);
        try
        {
            BeforeChange?.Invoke("write", temporary);
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(file, content, 0);
                BeforeChange?.Invoke("sync", temporary);
                RandomAccess.FlushToDisk(file);
            }

            Rename(temporary, path);
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            DropFailed(temporary);
            throw;
        }
    }

    /// <summary>Whether a failure came from the file system, so that this process goes on and has to tidy up.</summary>
    public static bool IsOfTheDisk(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>Deletes what a failed write has begun: on a full disk each retry would leave one more.</summary>
    public static void DropFailed(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (IsOfTheDisk(e))
        {
            // Garbage collection finds it.
        }
    }

    public void Rename(string from, string to, bool isDirectory = false)
    {
        BeforeChange?.Invoke("rename", to);
        if (isDirectory) Directory.Move(from, to);
        else File.Move(from, to, overwrite: true);
        BeforeChange?.Invoke("syncdir", to);
        NativeFiles.SyncDirectory(Path.GetDirectoryName(to)!);
    }

    public SafeFileHandle OpenAppend(string path, bool create)
    {
        BeforeChange?.Invoke("open", path);
        var file = File.OpenHandle(path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (create) NativeFiles.SyncDirectory(Path.GetDirectoryName(path)!);
        return file;
    }

    public void Append(SafeFileHandle file, string path, ReadOnlyMemory<byte> bytes, long offset)
    {
        BeforeChange?.Invoke("append", path);
        RandomAccess.Write(file, bytes.Span, offset);
        BeforeChange?.Invoke("sync", path);
        RandomAccess.FlushToDisk(file);
    }

    public void Truncate(SafeFileHandle file, string path, long length)
    {
        BeforeChange?.Invoke("truncate", path);
        RandomAccess.SetLength(file, length);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Deletes a file, also a read-only one. False if somebody on Windows holds it open in a way that forbids it.</summary>
    public bool TryDelete(string path)
    {
        BeforeChange?.Invoke("delete", path);
        try
        {
            var file = new FileInfo(path);
            if (file is { Exists: true, IsReadOnly: true } && OperatingSystem.IsWindows()) file.IsReadOnly = false;
            file.Delete();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void DeleteDirectory(string path)
    {
        if (!Directory.Exists(path)) return;
        BeforeChange?.Invoke("rmdir", path);
        if (new DirectoryInfo(path).LinkTarget is not null)
        {
            Directory.Delete(path);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(path)) TryDelete(file);
        foreach (var directory in new DirectoryInfo(path).EnumerateDirectories())
        {
            // A link is removed, never followed.
            if (directory.LinkTarget is not null) directory.Delete();
            else DeleteDirectory(directory.FullName);
        }

        Directory.Delete(path);
    }

    public static string TemporaryName(string path) => $"{path}.{Guid.NewGuid():N}{StoreLayout.TemporarySuffix}";

    /// <summary>Whether a file has a name of <see cref="TemporaryName"/>; that of an artifact may end likewise.</summary>
    public static bool IsTemporary(ReadOnlySpan<char> name)
    {
        const int DigitCount = 32;
        if (!name.EndsWith(StoreLayout.TemporarySuffix, StringComparison.Ordinal)) return false;
        name = name[..^StoreLayout.TemporarySuffix.Length];
        return name.Length > DigitCount && name[^(DigitCount + 1)] == '.' && !name[^DigitCount..].ContainsAnyExcept(HexDigits);
    }
}
