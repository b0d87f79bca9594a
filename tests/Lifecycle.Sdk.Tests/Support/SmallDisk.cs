using System.Diagnostics;
using Xunit;

namespace Lifecycle.Sdk.Tests.Support;

/// <summary>A file system of a few MiB in memory, part of which a file takes that can be removed to make space.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Root = path;

    public string Root { get; }

    private string Filler => Path.Combine(Root, "filler");

    /// <summary>Mounts one, or skips the test where that is not permitted.</summary>
    public static SmallDisk MountOrSkip(int mebibytes, int taken)
    {
        var path = Directory.CreateTempSubdirectory("lifecycle-small-").FullName;
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !Execute("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", path))
        {
            Directory.Delete(path);
            Assert.Skip("A small file system can't be mounted here: that takes Linux and root.");
        }

        var disk = new SmallDisk(path);
        File.WriteAllBytes(disk.Filler, new byte[taken << 20]);
        return disk;
    }

    public void MakeSpace() => File.Delete(Filler);

    public void Dispose()
    {
        Execute("umount", "-l", Root);
        Directory.Delete(Root);
    }

    private static bool Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
