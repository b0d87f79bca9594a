using System.Runtime.InteropServices;

namespace Lifecycle.Sdk.Storage;

/// <summary>The two things that .NET's file API does not offer: hard links, and making a directory's entries durable.</summary>
internal static partial class NativeFiles
{
    /// <summary>Makes a second name for a file. False where the file system or its limits do not allow it.</summary>
    public static bool TryCreateHardLink(string existing, string link) => OperatingSystem.IsWindows()
        ? CreateHardLinkW(link, existing, 0)
        : CreateLink(existing, link) == 0;

    /// <summary>Makes a folder and those above it that are missing, each so that it survives power loss.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="before">Called before each one is made.</param>
    public static void CreateDirectory(string path, Action<string>? before = null)
    {
        if (Directory.Exists(path)) return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null) CreateDirectory(parent, before);
        before?.Invoke(path);
        Directory.CreateDirectory(path);
        if (parent is not null) SyncDirectory(parent);
    }

    /// <summary>
    /// Makes created, renamed and deleted names in a directory survive power loss. Windows journals these itself and has no such call; a file system that
    /// refuses it (some network ones do) has no stronger promise to give.
    /// </summary>
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = OpenReadOnly(path, 0);
        if (descriptor < 0) return;
        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("kernel32.dll", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLinkW(string link, string existing, nint security);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateLink(string existing, string link);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenReadOnly(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
