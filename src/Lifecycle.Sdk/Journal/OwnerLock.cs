using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Journal;

/// <summary>
/// The file that a journal's owner holds open for itself alone: who can open it likewise knows that the owner is dead, because the system lets
/// go of it with the process. What it says is for people.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _path;

    private OwnerLock(SafeFileHandle file, string path)
    {
        _file = file;
        _path = path;
    }

    /// <summary>Makes the file of a new journal; null when a recovering tracker was quicker, which takes the empty folder for an orphan.</summary>
    /// <exception cref="IOException">The disk refuses it.</exception>
    public static OwnerLock? TryCreate(string folder, DateTimeOffset now)
    {
        var path = JournalFolder.OwnerPath(folder);
        try
        {
            var owner = new OwnerLock(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None), path);
            owner.Sign(now);
            return owner;
        }
        catch (IOException e) when (e is DirectoryNotFoundException or FileNotFoundException || IsTaken(e))
        {
            return null;
        }
    }

    /// <summary>Takes over a dead owner's journal; null if the owner lives or another tracker has taken it.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="silentSince">The file must not have been touched after this; null where locks can be trusted.</param>
    /// <param name="now">The present time.</param>
    public static OwnerLock? TryTake(string folder, DateTimeOffset? silentSince, DateTimeOffset now)
    {
        var path = JournalFolder.OwnerPath(folder);
        try
        {
            if (silentSince is { } since && File.Exists(path) && File.GetLastWriteTimeUtc(path) > since.UtcDateTime) return null;
            var owner = new OwnerLock(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), path);
            owner.Sign(now);
            return owner;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether somebody holds a journal.</summary>
    public static bool IsHeld(string folder)
    {
        try
        {
            File.OpenHandle(JournalFolder.OwnerPath(folder), FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Shows other machines that the owner lives.</summary>
    public void Touch(DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(_path, now.UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The lock still tells; only other machines rely on the time.
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Gives the journal up undelivered: other machines need not wait for a silence either.</summary>
    public void LetGo()
    {
        Touch(DateTimeOffset.UnixEpoch);
        Dispose();
    }

    // Asked of the error alone: whoever was quicker may have removed the file since. It exists (EEXIST; 80 on Windows) or is held (EWOULDBLOCK, which is 11 on
    // Linux and 35 on macOS; 32 on Windows).
    private static bool IsTaken(IOException e) =>
        OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is 80 or 32 : e.HResult is 17 || e.HResult == (OperatingSystem.IsLinux() ? 11 : 35);

    private void Sign(DateTimeOffset now)
    {
        try
        {
            var text = $"pid={Environment.ProcessId}\nhost={Environment.MachineName}\nsince={now:O}\n";
            RandomAccess.SetLength(_file, 0);
            RandomAccess.Write(_file, Encoding.UTF8.GetBytes(text), 0);
        }
        catch (IOException)
        {
            // A full disk: the lock holds without words.
        }
    }
}
