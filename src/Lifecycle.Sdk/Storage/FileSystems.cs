namespace Lifecycle.Sdk.Storage;

/// <summary>Tells local disks from file systems that are on the network, in user space, or copy on write.</summary>
internal static class FileSystems
{
    private static readonly string[] Allocating = ["ext2", "ext3", "ext4", "xfs", "tmpfs", "ntfs", "apfs", "hfs", "jfs"];

    private static readonly string[] Networked =
    [
        "nfs", "cifs", "smb", "lustre", "fuse", "9p", "v9fs", "beegfs", "gpfs", "ceph", "gluster", "afs", "orangefs", "panfs", "pvfs",
        "virtiofs", "vboxsf", "vmhgfs", "vmblock", "prl_fs", "webdav", "davfs", "sshfs", "gfs", "ocfs", "ncp", "coda", "s3fs", "msfs",
        "afpfs",
    ];

    /// <summary>Looks at the file system of a folder that exists.</summary>
    public static FileSystemTrust Look(string directory)
    {
        try
        {
            var drive = new DriveInfo(directory);
            return drive.DriveType == DriveType.Network ? FileSystemTrust.Remote : Judge(drive.DriveFormat);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A path that is no drive, such as a Windows share: the careful way is right everywhere.
            return FileSystemTrust.Remote;
        }
    }

    public static FileSystemTrust Judge(string format)
    {
        foreach (var name in Networked)
        {
            if (format.StartsWith(name, StringComparison.OrdinalIgnoreCase)) return FileSystemTrust.Remote;
        }

        return Allocating.Contains(format, StringComparer.OrdinalIgnoreCase) ? FileSystemTrust.Allocates : FileSystemTrust.Copies;
    }
}
