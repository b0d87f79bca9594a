using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Sdk.Storage.LocalFile;

/// <summary>
/// A lock between processes: an empty file that is held open without sharing (<c>flock</c> on Unix). The system releases it when its process dies.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="LifecycleException">It was not free within 30 s.</exception>
    public static async ValueTask<FileLock> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new FileLock(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (Stopwatch.GetElapsedTime(started) > Patience)
                {
                    throw new LifecycleException($"'{path}' has been held by another process for {Patience.TotalSeconds:F0} s.", e) { IsTransient = true };
                }
            }

            // Contention between processes is real time whatever clock the tracker was given.
            await Task.Delay(TimeSpan.FromMilliseconds(1 + Random.Shared.Next(8)), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>
    /// Whether somebody else holds the file: ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION, EWOULDBLOCK of Linux and of the BSDs. Nothing else (a full
    /// disk, a read-only one, too many open files) is worth the wait or to be called so.
    /// </summary>
    private static bool IsHeld(IOException e) => OperatingSystem.IsWindows()
        ? e.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021)
        : e.HResult == (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? 11 : 35);
}
